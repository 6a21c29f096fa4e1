// The durable peer that is a full issuer: node-oidc-provider with SQLite. A request with a resource
// gets an EdDSA JWT, one without gets an opaque token. Arguments: port, database file.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import Provider, { interactionPolicy } from 'oidc-provider';

const [port, file] = process.argv.slice(2);
const here = `http://127.0.0.1:${port}`;
const db = new DatabaseSync(file);
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, body TEXT NOT NULL, expires_at INTEGER, grant_id TEXT, uid TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_grant ON entries (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_uid ON entries (uid) WHERE uid IS NOT NULL;`);
const sql = {
  put: db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at'),
  get: db.prepare('SELECT body FROM entries WHERE id = ?'),
  getUid: db.prepare('SELECT body FROM entries WHERE uid = ?'),
  drop: db.prepare('DELETE FROM entries WHERE id = ?'),
  consume: db.prepare(`UPDATE entries SET body = json_set(body, '$.consumed', ?) WHERE id = ?`),
  dropGrant: db.prepare('DELETE FROM entries WHERE grant_id = ?'),
};
const seconds = () => Math.floor(Date.now() / 1000);
const read = (row) => (row ? JSON.parse(row.body) : undefined);

class Adapter {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, body, expiresIn) {
    const expires = expiresIn ? seconds() + expiresIn : null;
    sql.put.run(this.key(id), JSON.stringify(body), expires, body.grantId ?? null, this.name === 'Session' ? body.uid : null);
  }
  async find(id) { return read(sql.get.get(this.key(id))); }
  async findByUid(uid) { return read(sql.getUid.get(uid)); }
  async findByUserCode() { return undefined; }
  async consume(id) { sql.consume.run(seconds(), this.key(id)); }
  async destroy(id) { sql.drop.run(this.key(id)); }
  async revokeByGrantId(grantId) { sql.dropGrant.run(grantId); }
}

const jwk = (type, options, extra) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...extra });
const provider = new Provider(here, {
  adapter: Adapter,
  jwks: { keys: [jwk('ed25519', {}, { alg: 'EdDSA' }), jwk('rsa', { modulusLength: 2048 }, { alg: 'RS256' })] },
  cookies: { keys: ['benchmark'] },
  scopes: ['openid', 'offline_access', 'ping:read'],
  clientDefaults: { id_token_signed_response_alg: 'EdDSA' },
  enabledJWA: { idTokenSigningAlgValues: ['EdDSA', 'RS256'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}`, policy: interactionPolicy.base() },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    registration: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({ scope: 'ping:read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 3600, jwt: { sign: { alg: 'EdDSA' } } }),
    },
  },
});
provider.on('server_error', (_, error) => console.error(error));

async function consent({ session, params, prompt, grantId }) {
  const grant = (grantId && (await provider.Grant.find(grantId))) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(prompt.details.missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(' '));
  return { consent: { grantId: await grant.save() } };
}

async function interact(req, res) {
  const details = await provider.interactionDetails(req, res);
  if (req.method === 'POST') {
    let body = '';
    for await (const chunk of req) body += chunk;
    const email = new URLSearchParams(body).get('email');
    const result = details.prompt.name === 'login' ? { login: { accountId: email } } : await consent(details);
    return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
  }
  const login = '<input type="email" name="email"><input type="password" name="password">';
  res.setHeader('Content-Type', 'text/html');
  res.end(`<form method="post" action="${req.url}">${details.prompt.name === 'login' ? login : '<button name="decision" value="allow">Allow</button>'}</form>`);
}

const callback = provider.callback();
createServer((req, res) => {
  if (!req.url.startsWith('/interaction/')) return callback(req, res);
  return interact(req, res).catch((error) => { res.statusCode = 500; res.end(String(error)); });
}).listen(Number(port), '127.0.0.1');
