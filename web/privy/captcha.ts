// Shows Cloudflare that a person is there, where the app at Privy wants that before it sends a code.

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

interface Turnstile {
  render(box: HTMLElement, options: Record<string, unknown>): string;
}

declare global {
  interface Window {
    turnstile?: Turnstile;
  }
}

async function load(): Promise<Turnstile> {
  if (!window.turnstile) {
    const script = document.createElement('script');
    script.src = SCRIPT;
    const loaded = new Promise((resolve, reject) => {
      script.addEventListener('load', resolve);
      script.addEventListener('error', reject);
    });
    document.head.append(script);
    await loaded;
  }
  if (!window.turnstile) throw new Error('the check cannot be shown');
  return window.turnstile;
}

/** What the check gives: good for one code. */
export async function check(box: HTMLElement, siteKey: string): Promise<string> {
  const turnstile = await load();
  const inner = document.createElement('div');
  box.replaceChildren(inner);
  const token = new Promise<string>((resolve, reject) => {
    turnstile.render(inner, { sitekey: siteKey, callback: resolve, 'error-callback': reject });
  });
  return token.finally(() => box.replaceChildren());
}
