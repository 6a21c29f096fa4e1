// The GitHub app against a stand-in that others wrote: a person in a real browser signs in with GitHub, consents, connects,
// and an MCP client lists repositories, writes an issue and hears how to connect again.
import Ajv from 'ajv/dist/2020.js';
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { callsOf } from '../github_calls.mjs';
import { GithubDescription } from '../github_description.mjs';
import { GithubFront, LOGIN, RECORDED_REPOSITORIES, REPOSITORY } from '../github_front.mjs';
import { register } from '../register.mjs';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { clientSite, SCREENSHOTS, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const SECRET = 'the-secret-of-the-app';
const WEBHOOK_SECRET = 'the-secret-of-the-webhook';
const PLACE = { owner: LOGIN, repo: REPOSITORY };

const settings = (front, kind) => `
[github]
kind = "${kind}"
client_id = "test-app"
client_secret = "${SECRET}"
url = "${front.url}"
webhook_secret = "${WEBHOOK_SECRET}"

[apps]
default = "github"
github.branches = true

[log]
level = "trace"
`;

export async function github({ tally, binary }) {
  if (!binary) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const front = await new GithubFront().start();
  const node = new Node({
    binary,
    folder: await workFolder('github'),
    port: await freePort(),
    settings: settings(front, 'oauth_app'),
  });
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    await node.start();
    const seen = { answers: [], tokens: [] };
    const description = new GithubDescription();
    const walked = await walk(tally, { front, site, chrome, subject: addresses(node.issuer), seen });
    await tally.check('github: through a GitHub App, all answers are as the tools’ own schemas have them', async () => {
      await node.stop();
      Object.assign(node, { settings: settings(front, 'app') });
      await node.start();
      front.description = description;
      await judgeAnswers(walked);
      assert.ok(front.requests.some(({ path }) => /^\/user\/installations\/\d+\/repositories$/.test(path)));
    });
    await tally.check('github: no token of GitHub in any answer, token of ours, line of the log or event', async () => {
      await node.stop();
      const audit = await node.command('audit', 'export', '--json');
      const log = await readFile(join(node.folder, `node-${node.port}.log`), 'utf8');
      assert.match(log, /stopped/);
      const parts = seen.tokens.flatMap((token) => token.split('.').slice(0, 2));
      const texts = [log, audit, ...seen.answers, ...parts.map((part) => Buffer.from(part, 'base64url').toString())];
      assert.ok(front.tokens.size > 2 && seen.answers.length > 30 && seen.tokens.length > 3);
      const found = (secret, text) => assert.ok(!text.includes(secret), text.slice(text.indexOf(secret) - 300).slice(0, 400));
      for (const secret of [SECRET, WEBHOOK_SECRET, ...front.tokens]) for (const text of texts) found(secret, text);
      for (const token of seen.tokens) for (const text of [log, audit]) found(token, text);
    });
    await tally.check('github: the audit says which account a call acted with', async () => {
      const events = (await node.command('audit', 'export', '--json')).trim().split('\n').map((line) => JSON.parse(line));
      const used = events.filter(({ kind }) => kind === 'connection_used');
      const of = (tool) => used.filter(({ detail }) => detail.startsWith(`${tool} as ${LOGIN} (`));
      assert.equal(of('create_issue').length, 2, `${used.map(({ detail }) => detail)}`);
      assert.ok(of('list_repositories').length > 1 && !of('github_connection').length);
      for (const event of used) assert.ok(event.person_id && event.client_id && event.trace_id && event.resource);
    });
    await tally.check('github: every request to the API was one that GitHub accepts', () =>
      assert.deepEqual(front.complaints, []),
    );
    await tally.check('github: and is as its own description has it', () => {
      const written = front.requests.filter(({ method }) => method === 'POST');
      assert.ok(front.requests.length > 20 && written.length > 1);
      assert.deepEqual([...new Set(front.requests.flatMap((one) => description.judge(one)))], []);
      const [issue] = written.filter(({ path }) => path.endsWith('/issues'));
      for (const spoiled of [{ body: '{"body":"x"}' }, { path: '/nowhere' }, { query: new URLSearchParams('x=1') }])
        assert.notDeepEqual(description.judge({ ...issue, ...spoiled }), [], 'it judges nothing');
    });
  } finally {
    await chrome.close();
    site.server.close();
    await node.stop();
    await front.stop();
  }
}

async function walk(tally, { front, site, chrome, subject, seen }) {
  const clientId = await register(subject, site.redirect, 'GitHub judge');
  const visit = new Visit(subject, chrome, site, clientId);
  const mcp = `${subject.issuer}/mcp/github`;
  const scope = 'openid read:user read:repos';
  let page;
  let token;
  const redeem = async (code) => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: site.redirect,
      code_verifier: VERIFIER,
      code,
    });
    const response = await fetch(`${subject.issuer}/oauth/token`, { method: 'POST', body });
    assert.equal(response.status, 200, await response.clone().text());
    const tokens = await response.json();
    seen.tokens.push(...[tokens.access_token, tokens.id_token].filter(Boolean));
    return tokens;
  };
  const call = async (name, args = {}, bearer = token) => {
    const response = await fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: args },
      }),
    });
    const text = await response.text();
    seen.answers.push(text, JSON.stringify([...response.headers]));
    return { status: response.status, headers: response.headers, ...JSON.parse(text) };
  };

  const list = async (method) => {
    const response = await fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }),
    });
    const text = await response.text();
    seen.answers.push(text);
    return JSON.parse(text).result;
  };

  await tally.check('github: a person signs in with GitHub, consents, connects and lands with a code', async () => {
    page = await visit.tab();
    await page.goto(visit.link({ resource: mcp, scope }));
    await shots(visit, page, 'github-sign-in');
    await page.getByRole('button', { name: 'Continue with GitHub' }).click();
    await allowThere(page);
    await page.locator('[name=decision][value=allow]').waitFor();
    await shots(visit, page, 'github-consent');
    await visit.tick(page);
    await page.locator('[name=decision][value=allow]').click();
    await page.getByRole('button', { name: /^Continue to / }).waitFor();
    await shots(visit, page, 'github-connect');
    await page.getByRole('button', { name: /^Continue to / }).click();
    await allowThere(page);
    await page.waitForURL(`${site.redirect}*`);
    const tokens = await redeem(new URL(page.url()).searchParams.get('code'));
    assert.deepEqual(tokens.scope.split(' ').sort(), scope.split(' ').sort());
    token = tokens.access_token;
    assert.deepEqual(page.complaints, []);
  });
  assert.ok(token, 'nothing else can be judged');

  await tally.check('github: the repositories of the person are listed, by MCP and by GET', async () => {
    const { result } = await call('list_repositories');
    assert.ok(!result.isError, result.content[0].text);
    const names = result.structuredContent.repositories.map((repository) => repository.full_name);
    assert.ok(names.includes(`${LOGIN}/${REPOSITORY}`), `${names}`);
    const plain = `${subject.issuer}/tools/list_repositories`;
    assert.equal((await fetch(plain)).status, 401);
    const answer = await fetch(plain, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200, await answer.clone().text());
    assert.deepEqual((await answer.json()).repositories.map((one) => one.full_name), names);
  });

  await tally.check('github: what GitHub itself answered once is read, page after page', async () => {
    const [paged, searched, labelled] = RECORDED_REPOSITORIES;
    const numbers = [];
    for (let page = 1; page; ) {
      const { result } = await call('get_repository_issues', { ...paged, perPage: 3, page });
      assert.ok(!result.isError, result.content[0].text);
      numbers.push(...result.structuredContent.issues.map((issue) => issue.number));
      page = result.structuredContent.next_page;
    }
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 13 }, (_, at) => at + 1),
    );
    const found = await call('search_issues', { ...searched, query: 'sesame' });
    assert.ok(!found.result.isError, found.result.content[0].text);
    assert.equal(found.result.structuredContent.issues.length, 2);
    const labels = await call('list_label', labelled);
    assert.ok(!labels.result.isError, labels.result.content[0].text);
    assert.ok(labels.result.structuredContent.labels.length > 5);
  });

  await tally.check('github: writing asks for its own scope, and then writes', async () => {
    const issue = { ...PLACE, title: 'From a chat', body: 'Hello' };
    const refused = await call('create_issue', issue);
    assert.equal(refused.status, 403);
    assert.match(refused.headers.get('www-authenticate'), /write:issues/);
    assert.ok(!front.requests.some(({ method, path }) => method === 'POST' && path.startsWith('/repos')));
    await page.goto(visit.link({ resource: mcp, scope: `${scope} write:issues write:branches` }));
    await page.locator('[name=decision][value=allow]').waitFor();
    for (const box of await page.locator('input[name=scope]').all()) await box.check();
    const answer = await visit.decide(page, 'allow');
    token = (await redeem(answer.get('code'))).access_token;
    const { result } = await call('create_issue', issue);
    assert.ok(!result.isError, result.content[0].text);
    const { number } = result.structuredContent.issue;
    const listed = await call('get_repository_issues', PLACE);
    const numbers = listed.result.structuredContent.issues.map((found) => found.number);
    assert.ok(numbers.includes(number), `${numbers}`);
  });

  await tally.check('github: every tool asks, whatever the answer', async () => {
    for (const [name, args] of callsOf(PLACE)) {
      const { result, error } = await call(name, args);
      assert.ok(result, `${name}: ${JSON.stringify(error)}`);
      assert.doesNotMatch(result.content[0].text, /do not fit the schema/, name);
    }
  });

  await tally.check('github: every list and view is there', async () => {
    const { tools } = await list('tools/list');
    assert.equal(tools.length, 19, tools.map((tool) => tool.name).join(' '));
    const { resources } = await list('resources/list');
    assert.equal(resources.length, 5, resources.map((resource) => resource.uri).join(' '));
    seen.answers.push(await (await page.goto(`${subject.issuer}/account/connections`)).text());
  });

  await tally.check('github: what the person ends is ended, and the tool says where to connect', async () => {
    await page.goto(`${subject.issuer}/account/connections`);
    await shots(visit, page, 'github-account');
    await page.getByRole('button', { name: 'Disconnect GitHub', exact: true }).click();
    await page.getByText('Not connected.').waitFor();
    const { result } = await call('list_repositories');
    assert.equal(result.isError, true);
    assert.ok(result._meta['mcp/www_authenticate'][0].startsWith('Bearer resource_metadata='));
    const url = result._meta['vestibule/connect_url'];
    assert.ok(url.startsWith(`${subject.issuer}/connect/github?for=`), url);
    await page.goto(url);
    await page.getByRole('button', { name: /^Continue to / }).click();
    await allowThere(page);
    await page.waitForURL(`${subject.issuer}/account`);
    await page.goto(`${subject.issuer}/account/connections`);
    await page.getByText('Connected as').waitFor();
    assert.ok(!(await call('list_repositories')).result.isError);
  });

  await tally.check('github: its own webhook example is believed when it is signed, once', async () => {
    const examples = createRequire(import.meta.url)('@octokit/webhooks-examples');
    const event = 'github_app_authorization';
    const [example] = examples.find(({ name }) => name === event).examples;
    const body = JSON.stringify(example);
    const post = async (secret) => {
      const tag = createHmac('sha256', secret).update(body).digest('hex');
      const headers = {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${tag}`,
      };
      const url = `${subject.issuer}/webhooks/github`;
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    assert.equal(await post('guessed'), 401);
    assert.equal(await post(WEBHOOK_SECRET), 204);
  });
  return { call, list };
}

/** Every tool, whose GitHub answers with the examples of its own description, against its own output schema. */
async function judgeAnswers({ call, list }) {
  const { tools } = await list('tools/list');
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const schemas = new Map(tools.map((tool) => [tool.name, ajv.compile(tool.outputSchema)]));
  const answered = new Set();
  for (const [name, args] of [
    ...callsOf(PLACE),
    ['list_repositories', {}],
    ['create_issue', { ...PLACE, title: 'From a chat', labels: ['bug'] }],
  ]) {
    const { result } = await call(name, args);
    const said = `${name} ${JSON.stringify(args)}: ${result?.content[0].text}`;
    assert.ok(result && !result.isError, said);
    const fits = schemas.get(name);
    assert.ok(fits(result.structuredContent), `${JSON.stringify(fits.errors)} ${said}`);
    answered.add(name);
  }
  assert.deepEqual([...answered].sort(), [...schemas.keys()].sort());
  for (const spoiled of [{}, { count: 1 }, { repositories: [{}], count: 1 }, { repositories: [], count: '0' }])
    assert.ok(!schemas.get('list_repositories')(spoiled), 'it judges nothing');
}

/** Whatever page the stand-in shows: the account's button. */
async function allowThere(page) {
  await page.locator(`button:has-text("${LOGIN}")`).first().click();
}

/** Phone and desktop, light and dark; axe on each. */
async function shots(visit, page, name) {
  for (const [width, colorScheme] of [
    [390, 'dark'],
    [1280, 'light'],
  ]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await visit.shot(page, `${name}-${width}-${colorScheme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} scrolls sideways at ${width}`);
    // Through the debugger's world, so that the page's policy stays as it is.
    await page.evaluate(axe.source);
    const found = await page.evaluate(() =>
      globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      }),
    );
    assert.deepEqual(
      found.violations.map((violation) => violation.id),
      [],
      `${name} at ${width}`,
    );
  }
}
