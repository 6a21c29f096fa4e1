// People sign in through providers of OpenID Connect that others wrote, in a real browser; and nobody by a spoiled token.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { emulated, lax, mock, SPOILS, strict } from '../upstream_providers.mjs';
import { inspect, SCREENSHOTS, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';
import { interpreter } from './python.mjs';

export async function upstreams({ tally, binary }) {
  if (!binary) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const providers = [
    await strict(origin, await freePort()),
    await mock(await freePort()),
    await emulated('google', origin, await freePort()),
    await emulated('microsoft', origin, await freePort()),
    await emulated('okta', origin, await freePort()),
    await lax(await interpreter(), await freePort()),
  ];
  const settings = providers.map(({ toml }) => toml).join('');
  const node = new Node({ binary, folder: await workFolder('upstreams'), port, settings });
  // Where nobody has signed in yet.
  const empty = new Node({ binary, folder: await workFolder('upstreams-empty'), port, settings });
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  const visit = new Visit(addresses(origin), chrome);
  try {
    await node.start();
    for (const provider of providers)
      await tally.check(`upstreams: signs in through ${provider.name}, and again as the same person`, () =>
        signIn(visit, provider, node),
      );
    for (const how of SPOILS)
      await tally.check(`upstreams: an ID token spoiled by ${how} lets nobody in and makes nobody`, () =>
        spoil(visit, providers[1], how, node),
      );
    await tally.check('upstreams: the sign-in page names them all', () => look(visit, providers));
    await node.stop();
    await empty.start();
    await tally.check('upstreams: an account elsewhere is added, seen and removed', () => add(visit, providers, empty));
    await tally.check('upstreams: whoever confirms with a strict provider signs in there once more', () =>
      confirm(visit, providers[0]),
    );
  } finally {
    await chrome.close();
    await Promise.all([node, empty].map((node) => node.stop()));
    await Promise.all(providers.map((provider) => provider.stop()));
  }
}

const people = async (node) => JSON.parse(await node.command('people', 'list', '--json'));

/** The tab comes back from the provider, to a page of ours. */
async function through(visit, page, { name, walk }) {
  await page.goto(`${visit.subject.issuer}/login`);
  await page.locator(`form[action="/login/${name}"] button`).click();
  if (walk) {
    await page.waitForURL((url) => url.origin !== visit.subject.issuer);
    await walk(page);
  }
  await page.waitForURL((url) => url.origin === visit.subject.issuer && !url.pathname.startsWith('/login'));
}

async function signIn(visit, provider, node) {
  const before = (await people(node)).length;
  for (const again of [false, true]) {
    const page = await visit.tab();
    await through(visit, page, provider);
    assert.equal(new URL(page.url()).pathname, '/account', await page.locator('main').innerText());
    const text = await page.locator('main').innerText();
    assert.ok(text.includes(provider.email), text);
    assert.deepEqual(page.complaints, [], `${again}`);
    await page.context().close();
  }
  assert.equal((await people(node)).length, before + 1);
}

/** A form of ours leads to the provider, and the tab comes back. */
async function leave(visit, page, form, { walk }) {
  await page.locator(`form[action="${form}"] button`).click();
  if (walk) {
    await page.waitForURL((url) => url.origin !== visit.subject.issuer);
    await walk(page);
  }
}

async function add(visit, [first, second], node) {
  const page = await visit.tab();
  await through(visit, page, first);
  const security = `${visit.subject.issuer}/account/security`;
  await page.goto(security);
  await leave(visit, page, `/account/identities/${second.name}`, second);
  const unlink = page.locator(`form[action="/account/identities/${second.name}/unlink"] button`);
  await unlink.waitFor();
  assert.equal(page.url(), security);
  await inspect(visit, page, 'security-elsewhere', security);
  assert.equal((await people(node)).length, 1);
  await unlink.click();
  await page.locator(`form[action="/account/identities/${second.name}"]`).waitFor();
  await page.getByText('Nothing else signs you in').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  // What was removed is nobody's: it signs in as somebody new.
  const other = await visit.tab();
  await through(visit, other, second);
  assert.equal((await people(node)).length, 2);
  await other.context().close();
}

async function confirm(visit, provider) {
  const page = await visit.tab();
  await through(visit, page, provider);
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url())));
  await page.goto(`${visit.subject.issuer}/account/confirm?continue=%2Faccount%2Fpassword`);
  await leave(visit, page, `/login/${provider.name}`, provider);
  await page.waitForURL((url) => url.origin === visit.subject.issuer && url.pathname === '/account/password');
  assert.ok(asked.some((url) => url.searchParams.get('prompt') === 'login' && url.searchParams.get('max_age') === '0'));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

async function spoil(visit, provider, how, node) {
  const before = (await people(node)).length;
  const page = await visit.tab();
  provider.spoil(how);
  await through(visit, page, provider);
  const text = await page.locator('main').innerText();
  assert.match(text, /did not accept this sign-in/, text);
  await page.goto(`${visit.subject.issuer}/account`);
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.equal((await people(node)).length, before);
  await page.context().close();
}

async function look(visit, providers) {
  for (const width of [360, 1280])
    for (const colorScheme of ['light', 'dark']) {
      const page = await visit.tab({ viewport: { width, height: 900 }, colorScheme });
      await page.goto(`${visit.subject.issuer}/login`);
      const text = await page.locator('main').innerText();
      for (const { name } of providers) assert.match(text, new RegExp(`Continue with ${name}`, 'i'));
      await page.screenshot({ path: `${SCREENSHOTS}/sign-in-upstreams-${width}-${colorScheme}.png`, fullPage: true });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id }) => id), []);
      await page.context().close();
    }
}
