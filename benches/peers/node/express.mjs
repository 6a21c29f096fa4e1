// The durable peer that the TypeScript SDK leads to: its auth router on express with SQLite.
// Access tokens are opaque, the cheapest that the router allows. Arguments: port, database file.
import { createHash, randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import express from 'express';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';

const [port, file] = process.argv.slice(2);
const here = new URL(`http://127.0.0.1:${port}`);
const db = new DatabaseSync(file);
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS clients (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, person TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, kind TEXT NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;`);
const sql = {
  client: db.prepare('SELECT body FROM clients WHERE id = ?'),
  addClient: db.prepare('INSERT INTO clients VALUES (?, ?)'),
  session: db.prepare('SELECT person FROM sessions WHERE id = ?'),
  addSession: db.prepare('INSERT INTO sessions VALUES (?, ?)'),
  code: db.prepare('SELECT body FROM codes WHERE id = ?'),
  addCode: db.prepare('INSERT INTO codes VALUES (?, ?)'),
  dropCode: db.prepare('DELETE FROM codes WHERE id = ? RETURNING body'),
  token: db.prepare('SELECT body, expires_at FROM tokens WHERE id = ? AND kind = ?'),
  addToken: db.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?)'),
  dropToken: db.prepare('DELETE FROM tokens WHERE id = ? AND kind = ? RETURNING body'),
};
const secret = () => randomBytes(32).toString('base64url');
const hash = (text) => createHash('sha256').update(text).digest('base64url');
const seconds = () => Math.floor(Date.now() / 1000);
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const cookie = (req) => /(?:^|; )session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1];

function durable(work) {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function issue(body) {
  const [access, refresh] = [secret(), secret()];
  sql.addToken.run(hash(access), 'access', seconds() + 3600, body);
  sql.addToken.run(hash(refresh), 'refresh', seconds() + 2592000, body);
  const { scope } = JSON.parse(body);
  return { access_token: access, token_type: 'Bearer', expires_in: 3600, refresh_token: refresh, scope };
}

const pending = new Map();
const provider = {
  clientsStore: {
    getClient: (id) => JSON.parse(sql.client.get(id)?.body ?? 'null') ?? undefined,
    registerClient(client) {
      sql.addClient.run(client.client_id, JSON.stringify(client));
      return client;
    },
  },
  async authorize(client, params, res) {
    const session = cookie(res.req);
    const person = session && sql.session.get(hash(session))?.person;
    const id = secret();
    pending.set(id, { client: client.client_id, person, ...params, resource: params.resource?.href });
    const fields = `<input type="hidden" name="pending" value="${id}">`;
    res.type('html').send(person
      ? `<form method="post" action="/consent">${fields}<p>${escape(client.client_name ?? '')}</p><button name="decision" value="allow">Allow</button></form>`
      : `<form method="post" action="/login">${fields}<input type="email" name="email"><input type="password" name="password"></form>`);
  },
  challengeForAuthorizationCode: async (_, code) => JSON.parse(sql.code.get(hash(code))?.body ?? '{}').codeChallenge,
  exchangeAuthorizationCode: async (client, code, _verifier, redirectUri) => durable(() => {
    const body = sql.dropCode.get(hash(code))?.body;
    const found = JSON.parse(body ?? '{}');
    if (found.client !== client.client_id || found.redirectUri !== redirectUri || found.expires < seconds()) throw new InvalidGrantError('unknown code');
    return issue(JSON.stringify({ client: found.client, person: found.person, scope: found.scopes?.join(' '), resource: found.resource }));
  }),
  exchangeRefreshToken: async (client, token) => durable(() => {
    const body = sql.dropToken.get(hash(token), 'refresh')?.body;
    if (JSON.parse(body ?? '{}').client !== client.client_id) throw new InvalidGrantError('unknown token');
    return issue(body);
  }),
  async verifyAccessToken(token) {
    const found = sql.token.get(hash(token), 'access');
    if (!found) throw new InvalidTokenError('unknown token');
    const { client, scope } = JSON.parse(found.body);
    return { token, clientId: client, scopes: scope.split(' '), expiresAt: found.expires_at };
  },
};

const off = { rateLimit: false };
const app = express();
app.disable('x-powered-by');
app.use(mcpAuthRouter({ provider, issuerUrl: here, scopesSupported: ['ping:read'], authorizationOptions: off, tokenOptions: off, clientRegistrationOptions: off }));
const form = express.urlencoded({ extended: false });
app.post('/login', form, (req, res) => {
  const session = secret();
  sql.addSession.run(hash(session), req.body.email);
  const { client, codeChallenge, redirectUri, scopes, state, resource } = pending.get(req.body.pending);
  pending.delete(req.body.pending);
  res.setHeader('Set-Cookie', `session=${session}; HttpOnly; Path=/`);
  const again = { response_type: 'code', client_id: client, redirect_uri: redirectUri, code_challenge: codeChallenge, code_challenge_method: 'S256', scope: scopes.join(' '), state, resource };
  res.redirect(`/authorize?${new URLSearchParams(Object.entries(again).filter(([, value]) => value))}`);
});
app.post('/consent', form, (req, res) => {
  const asked = pending.get(req.body.pending);
  pending.delete(req.body.pending);
  const code = secret();
  sql.addCode.run(hash(code), JSON.stringify({ ...asked, expires: seconds() + 60 }));
  const to = new URL(asked.redirectUri);
  to.searchParams.set('code', code);
  if (asked.state) to.searchParams.set('state', asked.state);
  res.redirect(to.href);
});
app.listen(Number(port), '127.0.0.1');
