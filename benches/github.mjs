// Our own part of a GitHub tool's call: 50 people at once, against a GitHub that takes its time. What is
// reported is a call's time less the time that this GitHub had the request. `node benches/github.mjs [BINARY]`, on two cores.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PEOPLE = 50;
const CALLS = 60;
/** As GitHub's own times, these differ, or all people would call at the same moment. */
const ANSWER_MS = () => 50 + Math.random() * 100;
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const REDIRECT = 'https://client.example/callback';
const PORT = 47_870;
const ORIGIN = `http://127.0.0.1:${PORT}`;
const root = fileURLToPath(new URL('..', import.meta.url));
const binary = resolve(process.argv[2] ?? join(root, 'target/release/vestibule'));

/** By account: how long GitHub had its last request. */
const had = new Map();

const github = createServer((asked, answer) => {
  const begun = performance.now();
  const chunks = [];
  asked.on('data', (chunk) => chunks.push(chunk));
  asked.on('end', () => {
    const json = (body) => {
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (asked.url.startsWith('/login/oauth/access_token')) {
      const code = new URLSearchParams(Buffer.concat(chunks).toString()).get('code');
      return json({ access_token: `token-${code}`, token_type: 'bearer', scope: '' });
    }
    const id = Number(asked.headers.authorization?.split('-')[1]);
    if (asked.url.startsWith('/api/v3/user/emails')) return json([]);
    setTimeout(() => {
      json({ id, login: `person-${id}`, html_url: `https://github.com/person-${id}` });
      had.set(id, performance.now() - begun);
    }, ANSWER_MS());
  });
});

const agent = new Agent({ keepAlive: true, maxSockets: PEOPLE + 10 });

function send(method, path, { headers = {}, body, jar, origin = ORIGIN } = {}) {
  if (jar?.size) headers.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  return new Promise((done, failed) => {
    const sent = request(`${origin}${path}`, { method, headers, agent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        for (const cookie of answer.headers['set-cookie'] ?? []) {
          const [name, value] = cookie.split(';')[0].split('=');
          jar?.set(name, value);
        }
        done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', failed).end(body);
  });
}

const form = (fields) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
  body: new URLSearchParams(fields).toString(),
});
const field = (page, name) => page.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];

/** Signs in with GitHub, consents, and answers an access token. */
async function person(number, clientId) {
  const jar = new Map();
  const page = await send('GET', '/login', { jar });
  const away = await send('POST', '/login/github', { ...form({ csrf: field(page.text, 'csrf') }), jar });
  const { searchParams } = new URL(away.headers.location);
  const back = new URL(searchParams.get('redirect_uri'));
  await send('GET', `${back.pathname}?${new URLSearchParams({ code: number, state: searchParams.get('state') })}`, { jar });
  const ask = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    resource: `${ORIGIN}/mcp/github`,
    scope: 'read:user',
  });
  const consent = await send('GET', `/oauth/authorize?${ask}`, { jar });
  const answer = await send('POST', '/oauth/authorize/consent', {
    ...form({
      csrf: field(consent.text, 'csrf'),
      pending: field(consent.text, 'pending'),
      scope: 'read:user',
      understood: 'yes',
      decision: 'allow',
    }),
    jar,
  });
  const code = new URL(answer.headers.location).searchParams.get('code');
  const tokens = await send('POST', '/oauth/token', form({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    code,
  }));
  return JSON.parse(tokens.text).access_token;
}

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_me', arguments: {} },
});

/** Calls the tool; without a token it asks GitHub itself, to learn what the generator adds. */
async function caller(number, token, times) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token ?? `x-${number}`}` };
  const origin = `http://127.0.0.1:${github.address().port}`;
  const ask = token
    ? () => send('POST', '/mcp/github', { headers: { ...headers }, body })
    : () => send('GET', '/api/v3/user', { headers: { ...headers }, origin });
  for (let count = 0; count < CALLS; count += 1) {
    const begun = performance.now();
    const answer = await ask();
    const took = performance.now() - begun;
    if (!answer.text.includes(`person-${number}`)) throw new Error(answer.text);
    // The first look up and connect.
    if (count > 4) times.push(took - had.get(number));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'vestibule-github-'));
github.listen(0, '127.0.0.1');
await new Promise((done) => github.on('listening', done));
writeFileSync(
  join(folder, 'vestibule.toml'),
  `public_url = "${ORIGIN}"
listen = "127.0.0.1:${PORT}"
data_dir = "${folder}"
[metrics]
listen = "off"
[github]
client_id = "bench"
client_secret = "bench"
url = "http://127.0.0.1:${github.address().port}"
[limits]
sign_ups_per_source = "off"
authorize_requests_per_source = "off"
`,
);
const server = spawn('taskset', ['-c', '0', binary, 'serve', '--config', join(folder, 'vestibule.toml')], {
  stdio: 'ignore',
});
try {
  for (let ready = false; !ready; await new Promise((done) => setTimeout(done, 50)))
    ready = await send('GET', '/health/ready').then(({ status }) => status === 200, () => false);
  const registered = await send('POST', '/oauth/register', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Bench', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: clientId } = JSON.parse(registered.text);
  const tokens = [];
  for (let number = 1; number <= PEOPLE; number += 1) tokens.push(await person(number, clientId));
  for (const [title, asked] of [
    ['the tool', tokens],
    ['GitHub itself, asked by the generator', tokens.map(() => undefined)],
  ]) {
    const times = [];
    await Promise.all(asked.map((token, at) => caller(at + 1, token, times)));
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.floor(times.length * share)].toFixed(2);
    console.log(`${title}, ${times.length} calls by ${PEOPLE} at once, GitHub's time taken off:`);
    console.log(`p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`);
  }
} finally {
  server.kill();
  github.close();
  github.closeAllConnections();
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
