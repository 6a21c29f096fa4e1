// Privy as its browser SDK and its server SDK see it: an app's settings, codes by mail, a key set that rotates, and
// tokens that can be spoiled.
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';

export const APP = 'cm0standin';
const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);
const encode = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey, kid: randomUUID() };
}

/** A token as it is, with header and claims in place of the usual ones; `undefined` leaves one out. */
export function token(key, header, claims, signature = (text) => es256(key, text)) {
  const text = [
    encode({ alg: 'ES256', typ: 'JWT', kid: key.kid, ...header }),
    encode({ iss: 'privy.io', aud: APP, sid: randomUUID(), iat: now(), exp: now() + HOUR, ...claims }),
  ].join('.');
  return `${text}.${signature(text)}`;
}

const es256 = ({ privateKey }, text) =>
  sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');

/** Every way to spoil an access token of `sub`, by name; and what a server must let in. */
export function tokens(key, sub) {
  const foreign = { ...newKey(), kid: key.kid };
  const pem = createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' });
  const hs256 = (text) => createHmac('sha256', pem).update(text).digest('base64url');
  const good = token(key, {}, { sub });
  const [head, , tail] = good.split('.');
  const other = encode({ iss: 'privy.io', aud: APP, sid: 's', sub: `${sub}x`, iat: now(), exp: now() + HOUR });
  return {
    good,
    'without a key id': token(key, { kid: undefined }, { sub }),
    'for another app': token(key, {}, { sub, aud: 'another' }),
    'of another issuer': token(key, {}, { sub, iss: 'privy.example' }),
    'of https://privy.io': token(key, {}, { sub, iss: 'https://privy.io' }),
    expired: token(key, {}, { sub, iat: now(), exp: now() - 90 }),
    'without an end': token(key, {}, { sub, exp: undefined }),
    'without a beginning': token(key, {}, { sub, iat: undefined }),
    unsigned: token(key, { alg: 'none' }, { sub }, () => ''),
    'HMAC under the public key': token(key, { alg: 'HS256' }, { sub }, hs256),
    'of a foreign key': token(foreign, {}, { sub }),
    'of a key that nobody published': token(newKey(), {}, { sub }),
    'of the type at+jwt': token(key, { typ: 'at+jwt' }, { sub }),
    'without a type': token(key, { typ: undefined }, { sub }),
    'with a critical header': token(key, { crit: ['x'], x: 1 }, { sub }),
    'an identity token': token(key, {}, { sub, sid: undefined, cr: '1', linked_accounts: '[]' }),
    'without a session': token(key, {}, { sub, sid: undefined }),
    'with a number for a session': token(key, {}, { sub, sid: 7 }),
    'about nobody': token(key, {}, { sub: undefined }),
    'with other claims than were signed': `${head}.${other}.${tail}`,
    'cut short': good.slice(0, -4),
    'not a token': 'x.y.z',
  };
}

/** The stand-in. With a `siteKey` it wants a check before it sends a code. `codes` has the newest code that went to an address, `calls` every path, `unknown` what was not foreseen. */
export class StandIn {
  codes = new Map();
  calls = [];
  unknown = [];
  key = newKey();

  async start(port) {
    this.base = `http://127.0.0.1:${port}`;
    this.server = createServer((request, response) => this.answer(request, response));
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  rotate() {
    this.key = newKey();
  }

  async answer(request, response) {
    const headers = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
      'access-control-allow-methods': 'GET, POST',
      'content-type': 'application/json',
    };
    if (request.method === 'OPTIONS') return response.writeHead(204, headers).end();
    let text = '';
    for await (const part of request) text += part;
    const call = `${request.method} ${request.url}`;
    this.calls.push(call);
    const [status, body] = this.act(call, text ? JSON.parse(text) : {});
    response.writeHead(status, headers).end(JSON.stringify(body));
  }

  act(call, body) {
    switch (call) {
      case `GET /api/v1/apps/${APP}`:
        return [200, { id: APP, name: 'Stand-in', captcha_enabled: !!this.siteKey, captcha_site_key: this.siteKey }];
      case `GET /api/v1/apps/${APP}/jwks.json`:
      case `GET /v1/apps/${APP}/jwks.json`:
        return [200, { keys: [this.jwk()] }];
      case 'POST /api/v1/analytics_events':
        return [200, {}];
      case 'POST /api/v1/passwordless/init':
        return this.init(body);
      case 'POST /api/v1/passwordless/authenticate':
        return this.authenticate(body);
      default:
        this.unknown.push(call);
        return [404, { error: 'not found' }];
    }
  }

  jwk() {
    return { ...this.key.publicKey.export({ format: 'jwk' }), kid: this.key.kid, alg: 'ES256', use: 'sig' };
  }

  init({ email, token: proof }) {
    if (this.siteKey && proof !== `proof for ${this.siteKey}`)
      return [403, { error: 'no person', code: 'invalid_captcha' }];
    if (email.endsWith('@away.example')) return [503, { error: 'busy' }];
    if (email.endsWith('@refused.example')) return [400, { error: 'refused', code: 'invalid_data' }];
    this.codes.set(email, `${100_000 + Math.floor(Math.random() * 900_000)}`);
    return [200, { success: true }];
  }

  authenticate({ email, code }) {
    if (this.codes.get(email) !== code) return [422, { error: 'Invalid code', code: 'invalid_credentials' }];
    this.codes.delete(email);
    const sub = `did:privy:${Buffer.from(email).toString('hex')}`;
    const linked = [{ type: 'email', address: email, lv: now() }];
    const identity = { sub, sid: undefined, cr: `${now()}`, linked_accounts: JSON.stringify(linked) };
    this.given = token(this.key, {}, { sub });
    return [
      200,
      {
        user: { id: sub, created_at: now(), linked_accounts: [], mfa_methods: [] },
        token: this.given,
        privy_access_token: null,
        refresh_token: randomUUID(),
        identity_token: token(this.key, {}, identity),
        session_update_action: 'set',
        is_new_user: true,
      },
    ];
  }
}
