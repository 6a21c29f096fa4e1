// The page that signs people in at Privy with a code by mail, and brings what Privy says to our server. All words
// are the page's; nothing is kept in the browser, because Privy's session is of no use here.
import Privy, { InMemoryCache, PrivyApiError } from '@privy-io/js-sdk-core';
import { check } from './captcha.ts';

type Step = 'ask' | 'answer';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const box = find('privy');
const problem = find('problem');
const forms = { ask: find<HTMLFormElement>('ask'), answer: find<HTMLFormElement>('answer') };
const fields = { ask: find<HTMLInputElement>('email'), answer: find<HTMLInputElement>('code') };
const { app = '', base = '', state = '', csrf = '', refused = '', wrong = '', away = '' } = box.dataset;

// The SDK reads where to ask, and its types do not say so.
const options = {
  appId: app,
  baseUrl: base,
  storage: new InMemoryCache(),
  sessions: { cookieWriteBehavior: 'never' as const },
};
const privy = new Privy(options);

function show(step: Step) {
  forms.ask.hidden = step !== 'ask';
  forms.answer.hidden = step !== 'answer';
  fields[step].focus();
}

function tell(words: string, field?: HTMLInputElement) {
  problem.hidden = !words;
  (problem.firstElementChild as HTMLElement).textContent = words;
  for (const each of Object.values(fields)) each.removeAttribute('aria-invalid');
  field?.setAttribute('aria-invalid', 'true');
  (field ?? problem).focus();
}

/** What to say when Privy did not do it: the fault is the person's, or nobody's here. */
const why = (error: unknown, words: string) =>
  error instanceof PrivyApiError && error.status >= 400 && error.status < 500 ? words : away;

/** Runs a step once at a time, with its button off meanwhile. */
function onSubmit(step: Step, words: string, run: (typed: string) => Promise<void>) {
  const button = forms[step].querySelector('button') as HTMLButtonElement;
  forms[step].addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    problem.hidden = true;
    try {
      await run(fields[step].value.trim());
    } catch (error) {
      tell(why(error, words), fields[step]);
    } finally {
      button.ariaDisabled = 'false';
    }
  });
}

/** Brings the tokens to our server, which says where to go on. It takes them once: then the page has done its part. */
async function bring(accessToken: string, identityToken: string | null) {
  const body = new URLSearchParams({ state, csrf });
  if (identityToken) body.set('identity_token', identityToken);
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch('/auth/privy/callback', { method: 'POST', headers, body });
  const said = (await answer.json()) as { next?: string; sentence?: string };
  if (answer.ok && said.next) return location.assign(said.next);
  box.hidden = true;
  tell(said.sentence ?? away);
}

onSubmit('ask', refused, async (email) => {
  await privy.initialize();
  const config = privy.app.getConfig() as { captcha_enabled?: boolean; captcha_site_key?: string };
  const siteKey = config.captcha_enabled && config.captcha_site_key;
  const proof = siteKey ? await check(find('check'), siteKey) : undefined;
  await privy.auth.email.sendCode(email, proof);
  find('address').textContent = email;
  show('answer');
});

onSubmit('answer', wrong, async (code) => {
  const email = find('address').textContent ?? '';
  const { token, identity_token } = await privy.auth.email.loginWithCode(email, code);
  await bring(token ?? '', identity_token ?? null);
});

find('other').addEventListener('click', () => show('ask'));
box.hidden = false;
