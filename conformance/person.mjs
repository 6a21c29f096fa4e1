// A person without a browser: follows an authorization URL with cookies, signs up or in, ticks scopes, decides.
// From a shell: `node person.mjs [--print] URL` follows the URL and prints where it lands, or calls the client's listener
// there as a browser would; PERSON holds e-mail and password as JSON, PERSON_REFUSES the scopes to leave unticked.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { formsOf } from './forms.mjs';

const STEPS_MAX = 12;

/** A page that would not let the person go on. */
export class PageRefused extends Error {
  constructor(status, url, html) {
    const words = html
      .replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
    super(`${status} at ${url}: ${words.trim().slice(0, 300)}`);
    this.status = status;
  }
}

export class Person {
  #cookies = new Map();

  constructor({ email, password } = {}) {
    this.email = email ?? `p-${randomBytes(6).toString('hex')}@example.com`;
    this.password = password ?? randomBytes(15).toString('base64url');
    this.known = email !== undefined;
    this.consents = 0;
  }

  /** Forgets the browser: the next page asks to sign in again. */
  forget() {
    this.#cookies.clear();
  }

  /** Signs up, so that other programs can sign in as this person. */
  async enrol(issuer) {
    const url = `${issuer}/signup`;
    const page = await this.request(url);
    const [action, form] = this.#answer(url, page.html, {});
    const answer = await this.request(action, form);
    if (answer.status !== 303) throw new PageRefused(answer.status, action, answer.html);
    return this;
  }

  /** What another program needs to sign in as this person. */
  get environment() {
    return JSON.stringify({ email: this.email, password: this.password });
  }

  /** One request as a browser would send it; redirects are not followed. */
  async request(url, form) {
    const headers = { accept: 'text/html', 'sec-fetch-site': form ? 'same-origin' : 'none' };
    if (this.#cookies.size)
      headers.cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (form) headers.origin = new URL(url).origin;
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      headers,
      body: form && new URLSearchParams(form),
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';');
      const [name, ...value] = pair.split('=');
      const gone = attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute));
      gone ? this.#cookies.delete(name.trim()) : this.#cookies.set(name.trim(), value.join('='));
    }
    return {
      status: response.status,
      location: response.headers.get('location'),
      html: await response.text(),
    };
  }

  /** Follows an authorization URL to the end. Answers the URL of the client that it ends at. */
  async authorize(start, { allow = true, grant = () => true, onRequest = () => {} } = {}) {
    const issuer = new URL(start).origin;
    let url = String(start);
    let form;
    for (let step = 0; step < STEPS_MAX; step += 1) {
      await onRequest(url, form);
      const page = await this.request(url, form);
      if (page.status === 302 || page.status === 303) {
        const next = new URL(page.location, url);
        if (next.origin !== issuer) return next.href;
        [url, form] = [next.href, undefined];
      } else if (page.status === 200 && !form) {
        [url, form] = this.#answer(url, page.html, { allow, grant });
      } else {
        throw new PageRefused(page.status, url, page.html);
      }
    }
    throw new Error(`no end after ${STEPS_MAX} pages, last ${url}`);
  }

  /** What to do at a page: the next address and, if a form is to be sent, its fields. */
  #answer(url, html, { allow, grant }) {
    const forms = formsOf(html);
    const consent = forms.find((form) => form.fields.some((field) => field.name === 'decision'));
    if (consent) {
      this.consents += 1;
      return [new URL(consent.action, url).href, decide(consent, allow, grant)];
    }
    const secret = forms.find((form) => form.fields.some((field) => field.name === 'password'));
    if (!secret) throw new PageRefused(200, url, html);
    const signingUp = new URL(secret.action || url, url).pathname.endsWith('/signup');
    if (!this.known && !signingUp) {
      const link = html.match(/href="([^"]*\/signup[^"]*)"/);
      if (!link) throw new PageRefused(200, url, `no way to sign up: ${html}`);
      return [new URL(link[1].replaceAll('&amp;', '&'), url).href, undefined];
    }
    this.known = true;
    const values = { email: this.email, name: 'Ada', password: this.password };
    const fields = secret.fields
      .filter((field) => field.name in values || field.type === 'hidden')
      .map((field) => [field.name, values[field.name] ?? field.value]);
    return [new URL(secret.action || url, url).href, fields];
  }
}

/** The fields of a consent form as a person with this mind would send it. */
function decide(form, allow, grant) {
  const fields = form.fields
    .filter((field) => field.type !== 'submit')
    .filter((field) => field.type !== 'checkbox' || field.name !== 'scope' || grant(field.value))
    .map((field) => [field.name, field.value]);
  return [...fields, ['decision', allow ? 'allow' : 'deny']];
}

/** Calls the client's listener, which may still be starting. */
export async function land(url) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    } catch (error) {
      if (attempt === 40) throw error;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
}

/** Follows a link that some program printed, to the program's listener; answers what went wrong. */
export function follow(person, link, answer) {
  return person
    .authorize(link, answer)
    .then(land)
    .then(
      () => undefined,
      (error) => String(error),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [option, start] = process.argv.slice(2);
  const refused = (process.env.PERSON_REFUSES ?? '').split(' ');
  const person = new Person(JSON.parse(process.env.PERSON));
  const landing = await person.authorize(start ?? option, {
    grant: (scope) => !refused.includes(scope),
  });
  if (option === '--print') console.log(landing);
  else process.exitCode = (await land(landing)).status < 400 ? 0 : 1;
}
