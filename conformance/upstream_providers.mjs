// Providers of OpenID Connect that others wrote, on loopback: each says how it is configured here, and how a person
// goes through its pages.
import { spawn } from 'node:child_process';
import { createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { createEmulator } from 'emulate';
import { OAuth2Server } from 'oauth2-mock-server';
import { Provider } from 'oidc-provider';
import { freePort } from './subject.mjs';

const ID = 'our-client';
const SECRET = 'a secret: with / and %';

const entry = (name, issuer, more) => `
[upstreams.${name}]
issuer = "${issuer}"
client_id = "${ID}"
${more}
`;

const secret = (auth) => `client_secret = "${SECRET}"\nauth = "${auth}"`;

/** npm oidc-provider: strict; its e-mail address stands in userinfo only, and it names itself in the redirect. */
export async function strict(origin, port) {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: ID, client_secret: SECRET, redirect_uris: [`${origin}/auth/strict/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@strict.example`, email_verified: true, name: 'Ada' }),
    }),
    cookies: { keys: ['one of the judges'] },
    pkce: { required: () => true },
  });
  const server = provider.listen(port, '127.0.0.1');
  return {
    name: 'strict',
    toml: entry('strict', issuer, `${secret('client_secret_basic')}\ntrusts_email = true`),
    email: 'ada@strict.example',
    walk: async (page) => {
      await page.locator('[name=login]').fill('ada');
      await page.locator('[name=password]').fill('x');
      await page.locator('[type=submit]').click();
      await page.locator('[type=submit]').click();
    },
    stop: () => server.close(),
  };
}

/** npm oauth2-mock-server: no page; its ID tokens can be spoiled. */
export async function mock(port) {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(port, '127.0.0.1');
  server.issuer.url = `http://127.0.0.1:${port}`;
  const [jwk] = server.issuer.keys.toJSON(true);
  const own = createPrivateKey({ key: jwk, format: 'jwk' });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const state = { spoil: undefined };
  server.service.on('beforeResponse', ({ body }) => {
    if (state.spoil) body.id_token = spoiled(body.id_token, state.spoil, { own, foreign });
    state.spoil = undefined;
  });
  return {
    name: 'mock',
    toml: entry('mock', server.issuer.url, 'auth = "none"'),
    email: '@mock.invalid',
    spoil: (how) => (state.spoil = how),
    stop: () => server.stop(),
  };
}

const CLAIMS = {
  wrong_aud: { aud: 'somebody else' },
  wrong_iss: { iss: 'http://127.0.0.1:1' },
  expired: { exp: Math.floor(Date.now() / 1000) - 3600 },
  no_nonce: { nonce: undefined },
  wrong_nonce: { nonce: 'another' },
  no_sub: { sub: undefined },
  extra_aud: { aud: [ID, 'another'] },
  future_iat: { iat: Math.floor(Date.now() / 1000) + 3600 },
};

/** Every way to spoil an ID token. Without a key id it is signed by a key that was never published. */
export const SPOILS = [...Object.keys(CLAIMS), 'bad_sig', 'alg_none', 'hs256_with_public_key', 'no_kid'];

function spoiled(token, how, { own, foreign }) {
  const [header, claims] = token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  Object.assign(claims, CLAIMS[how]);
  if (how === 'alg_none') header.alg = 'none';
  if (how === 'hs256_with_public_key') header.alg = 'HS256';
  if (how === 'no_kid') delete header.kid;
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = ['bad_sig', 'no_kid'].includes(how) ? foreign : own;
  const pem = foreign.export({ type: 'pkcs8', format: 'pem' });
  const signature = {
    none: () => '',
    HS256: () => createHmac('sha256', pem).update(text).digest('base64url'),
    RS256: () => sign('sha256', Buffer.from(text), key).toString('base64url'),
  }[header.alg]();
  return `${text}.${signature}`;
}

/** npm emulate: Google, Entra and Okta as it imitates them; a button for each person. */
export async function emulated(service, origin, port) {
  const client = { client_id: ID, client_secret: SECRET, name: 'Ours', redirect_uris: [`${origin}/auth/${service}/callback`] };
  const email = `ada@${service}.example`;
  const users = { okta: [{ login: email, email, first_name: 'Ada', last_name: 'L' }] }[service] ?? [{ email, name: 'Ada' }];
  const clients = [service === 'okta' ? { ...client, auth_server_id: 'default' } : client];
  const url = `http://127.0.0.1:${port}`;
  const seed = { [service]: { users, oauth_clients: clients } };
  const emulator = await createEmulator({ service, port, seed, baseUrl: url });
  const path = {
    google: '',
    microsoft: '/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    okta: '/oauth2/default',
  }[service];
  return {
    name: service,
    toml: entry(
      service,
      `${url}${path}`,
      // The one of Okta does not decode what stands in a Basic header.
      `preset = "${service}"\n${secret('client_secret_post')}\ntrusts_email = true`,
    ),
    // Entra does not say that an address is verified, so it does not count.
    email: service === 'microsoft' ? '@microsoft.invalid' : email,
    walk: (page) => page.getByRole('button', { name: /ada/i }).first().click(),
    stop: () => emulator.close(),
  };
}

/** PyPI oidc-provider-mock: no key ids, an audience in a list, and no check of PKCE. */
export async function lax(python, port) {
  const child = spawn(python, ['-m', 'oidc_provider_mock', '--port', `${port}`], { stdio: 'ignore' });
  const url = `http://localhost:${port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(`${url}/.well-known/openid-configuration`).then((answer) => answer.ok, () => false)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  return {
    name: 'lax',
    toml: entry('lax', url, secret('client_secret_post')),
    email: '@lax.invalid',
    walk: async (page) => {
      await page.locator('input[name=sub]').fill('ada');
      await page.locator('button:not([name])').first().click();
    },
    stop: () => child.kill(),
  };
}
