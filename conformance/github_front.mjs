// A stand-in for GitHub that others wrote, behind a thin front that is strict where it is not: a token nobody was given
// is nobody, a request without GitHub's headers is refused, and the API is where a server of one's own has it.
import { createEmulator } from 'emulate';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { freePort } from './subject.mjs';

export const LOGIN = 'octocat';
export const REPOSITORY = 'hello-world';

/** What GitHub itself answered once, with its own headers: the `raw` recordings of GitHub's client. */
function recording(scenario) {
  const place = `@octokit/fixtures/scenarios/api.github.com/${scenario}/raw-fixture.json`;
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(place)));
}

const RECORDED = ['paginate-issues', 'search-issues', 'labels'].map(recording);
/** The repository of a recording, as owner and name. */
export const RECORDED_REPOSITORIES = RECORDED.map(([made]) => {
  const [owner, repo] = made.response.full_name.split('/');
  return { owner, repo };
});

export class GithubFront {
  tokens = new Set();
  /** Requests that GitHub would have refused. */
  complaints = [];
  /** Every request to the API. */
  requests = [];
  /** Answers from now on with the examples of GitHub's description, if it is there. */
  description;

  async start() {
    this.emulator = await createEmulator({
      service: 'github',
      port: await freePort(),
      seed: {
        github: {
          users: [{ login: LOGIN, name: 'The Octocat', email: 'octocat@github.example' }],
          repos: [{ owner: LOGIN, name: REPOSITORY, language: 'Rust', auto_init: true }],
        },
      },
    });
    this.server = createServer((request, response) =>
      this.pass(request, response).catch((error) => {
        this.complaints.push(String(error));
        response.writeHead(500).end();
      }),
    );
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
    await this.emulator.close();
  }

  async pass(request, response) {
    const body = [];
    for await (const chunk of request) body.push(chunk);
    const api = request.url.startsWith('/api/v3/');
    if (api && !this.admits(request, Buffer.concat(body).toString())) return response.writeHead(401).end('{"message":"Bad credentials"}');
    if (api && this.description) return this.describe(request, response);
    const recorded = api && this.recorded(request);
    if (recorded) {
      const names = recorded.rawHeaders.filter((_, at) => at % 2 === 0);
      const kept = names.filter((name) => /^(link|etag|x-|content-type)/i.test(name));
      const headers = kept.map((name) => [name, recorded.rawHeaders[recorded.rawHeaders.indexOf(name) + 1]]);
      const moved = headers.map(([name, value]) => [
        name,
        value.replaceAll('https://api.github.com', `${this.url}/api/v3`),
      ]);
      // Its hour is long over.
      const now = moved.filter(([name]) => !/^x-ratelimit/i.test(name));
      return response
        .writeHead(recorded.status, Object.fromEntries(now))
        .end(JSON.stringify(recorded.response));
    }
    const target = new URL(request.url.replace(/^\/api\/v3/, ''), this.emulator.url);
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(target, {
      method: request.method,
      headers,
      body: body.length ? Buffer.concat(body) : undefined,
      redirect: 'manual',
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (request.url.startsWith('/login/oauth/access_token')) this.learn(bytes);
    const passed = Object.fromEntries(answer.headers);
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding', 'connection'])
      delete passed[name];
    // The stand-in names itself in links; GitHub names the address that was asked.
    if (passed.link) passed.link = passed.link.replaceAll(this.emulator.url, `${this.url}/api/v3`);
    response.writeHead(answer.status, passed).end(bytes);
  }

  describe({ method, url, headers }, response) {
    if (headers.accept.endsWith('.diff')) return response.writeHead(200).end('diff --git a/x b/x\n-old\n+new\n');
    const path = new URL(url, this.url).pathname.replace('/api/v3', '');
    const { status, body } = this.description.example({ method, path });
    return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  /** The recorded answer to a request, if there is one: the same page of the same list. */
  recorded({ method, url }) {
    const asked = new URL(url, this.url);
    const kind = asked.pathname.split('/').at(-1);
    const page = (link) => new URL(link, this.url).searchParams.get('page') ?? '1';
    const about = RECORDED_REPOSITORIES.findIndex(({ repo }) => asked.href.includes(repo));
    return RECORDED[about]?.find(
      (made) =>
        made.method === method.toLowerCase() &&
        made.path.split('?')[0].split('/').at(-1) === kind &&
        page(made.path) === page(url),
    );
  }

  admits({ method, url, headers }, body) {
    const { pathname, searchParams: query } = new URL(url, this.url);
    this.requests.push({ method, path: pathname.replace('/api/v3', ''), query, body });
    for (const [name, expected] of [
      ['user-agent', /./],
      ['accept', /^application\/vnd\.github(\.diff|\+json)$/],
      ['x-github-api-version', /^\d{4}-\d{2}-\d{2}$/],
    ])
      if (!expected.test(headers[name] ?? '')) this.complaints.push(`${method} ${url}: no ${name}`);
    const [scheme, token] = (headers.authorization ?? '').split(' ');
    return scheme === 'Basic' || this.tokens.has(token);
  }

  learn(bytes) {
    const text = bytes.toString();
    const token = text.startsWith('{')
      ? JSON.parse(text).access_token
      : new URLSearchParams(text).get('access_token');
    if (token) this.tokens.add(token);
  }
}
