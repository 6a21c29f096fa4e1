// The account's pages in a real browser: what a person takes back is gone at the next call over HTTP.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { clientSite, SCREENSHOTS, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
const SCOPE = 'profile:read notes:read notes:write offline_access';
const LONG = 'An app with a name that is as long as names can be, and ';

export async function portal({ tally, subject }) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    await walk(tally, { site, chrome, subject });
  } finally {
    await chrome.close();
    site.server.close();
  }
}

/** A client that refreshes. */
async function register(subject, redirect, client_name) {
  const response = await fetch(`${subject.issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name,
      redirect_uris: [redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  return (await response.json()).client_id;
}

class Client {
  constructor(subject, site, id) {
    Object.assign(this, { subject, site, id });
  }

  async token(parameters) {
    const body = new URLSearchParams({ client_id: this.id, ...parameters });
    const response = await fetch(`${this.subject.issuer}/oauth/token`, { method: 'POST', body });
    return { status: response.status, ...(await response.json()) };
  }

  redeem(code) {
    const redirect_uri = this.site.redirect;
    const grant_type = 'authorization_code';
    return this.token({ grant_type, code, redirect_uri, code_verifier: VERIFIER });
  }

  refresh(refresh_token) {
    return this.token({ grant_type: 'refresh_token', refresh_token });
  }
}

/** Calls a tool of the notes app; answers the status and what the challenge says. */
async function call(subject, token, name, args = {}) {
  const response = await fetch(subject.notes, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  });
  await response.text();
  return response.status;
}

async function walk(tally, { site, chrome, subject }) {
  const { issuer } = subject;
  const client = new Client(subject, site, await register(subject, site.redirect, 'Portal judge'));
  const visit = new Visit(subject, chrome, site, client.id);
  let page;
  let tokens;

  await tally.check('portal: an app that was allowed is there, and what it did', async () => {
    page = await visit.tab();
    await page.goto(visit.link({ scope: SCOPE }));
    page.person = await visit.signUp(page);
    await visit.tick(page);
    for (const box of await page.locator('[name=scope]').all()) await box.check();
    const answer = await visit.decide(page, 'allow');
    tokens = await client.redeem(answer.get('code'));
    assert.ok(tokens.refresh_token, JSON.stringify(tokens));
    assert.equal(await call(subject, tokens.access_token, 'notes_add', { text: 'one' }), 200);
    assert.equal(await call(subject, tokens.access_token, 'notes_list'), 200);
    await page.goto(`${issuer}/account`);
    await page.getByRole('navigation').getByRole('link', { name: 'Connected apps' }).click();
    await page.getByRole('link', { name: 'Portal judge' }).click();
    await page.getByText('Unverified name').waitFor();
    // Counted in the process, and written within some seconds.
    for (let tries = 0; !(await page.getByText('notes_list').count()); tries += 1) {
      assert.ok(tries < 60, 'the use of the app is never shown');
      await new Promise((done) => setTimeout(done, 1000));
      await page.reload();
    }
    assert.match(await page.locator('main').innerText(), /Calls in the last 30 days\s*2/);
    assert.deepEqual(page.complaints, []);
  });
  if (!tokens) return;

  await tally.check('portal: a scope that is taken back is gone at the next call', async () => {
    await page.locator('[name=scope][value="notes:write"]').uncheck();
    await visit.shot(page, 'portal-narrow');
    await page.getByRole('button', { name: 'Save changes Notes' }).click();
    await page.getByRole('status').waitFor();
    assert.equal(await page.locator('[name=scope][value="notes:write"]').count(), 0);
    assert.equal(await call(subject, tokens.access_token, 'notes_list'), 401);
    const next = await client.refresh(tokens.refresh_token);
    assert.ok(!next.scope.includes('notes:write') && next.scope.includes('notes:read'), next.scope);
    assert.equal(await call(subject, next.access_token, 'notes_list'), 200);
    assert.equal(await call(subject, next.access_token, 'notes_add', { text: 'two' }), 403);
    tokens = next;
  });

  await tally.check('portal: taking all of it back is asked once more, and counts at once', async () => {
    await page.getByRole('link', { name: 'Disconnect' }).click();
    await page.getByRole('heading', { name: 'Disconnect Portal judge?' }).waitFor();
    await visit.shot(page, 'portal-end');
    assert.equal(await call(subject, tokens.access_token, 'notes_list'), 200);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The app is disconnected.').waitFor();
    assert.equal(await call(subject, tokens.access_token, 'notes_list'), 401);
    assert.equal((await client.refresh(tokens.refresh_token)).error, 'invalid_grant');
  });

  await tally.check('portal: another session is seen and ended, by keyboard alone', async () => {
    const phone = await visit.tab({
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    });
    await phone.goto(`${issuer}/login`);
    await visit.signIn(phone, page.person);
    await phone.getByRole('heading', { name: 'Your account' }).waitFor();
    await page.goto(`${issuer}/account/sessions`);
    await page.getByText('This browser').waitFor();
    await page.getByRole('button', { name: 'End Safari on iPhone' }).waitFor();
    await visit.shot(page, 'portal-sessions');
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    for (let presses = 0; (await focused()) !== 'End Safari on iPhone'; presses += 1) {
      assert.ok(presses < 40, 'the button is not reached');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByText('Safari on iPhone').waitFor({ state: 'detached' });
    await phone.goto(`${issuer}/account`);
    assert.match(phone.url(), /\/login/);
    await phone.context().close();
  });

  await tally.check('portal: a token is made, used, seen as used, and revoked', async () => {
    await page.goto(`${issuer}/account/tokens`);
    await page.getByRole('link', { name: 'New token for Notes' }).click();
    await page.locator('[name=name]').fill('backup script');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator('[name=name]').inputValue(), 'backup script');
    await page.locator('[name=scope][value="notes:read"]').check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    const token = await page.locator('#token').innerText();
    await visit.shot(page, 'portal-token-made');
    assert.match(token, /^vpat_[0-9a-f]{56}$/);
    assert.equal(await call(subject, token, 'notes_list'), 200);
    assert.equal(await call(subject, token, 'notes_add', { text: 'three' }), 403);
    assert.equal(await call(subject, `${token.slice(0, -1)}x`, 'notes_list'), 401);
    const elsewhere = await fetch(subject.ping, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
    assert.equal(elsewhere.status, 401, 'a token for the notes was good elsewhere');
    await page.reload();
    assert.ok(!(await page.content()).includes(token), 'the token is shown twice');
    await page.goto(`${issuer}/account/tokens`);
    for (let tries = 0; !(await page.getByText('1 call in 30 days').count()); tries += 1) {
      assert.ok(tries < 60, 'the use of the token is never shown');
      await new Promise((done) => setTimeout(done, 1000));
      await page.reload();
    }
    await visit.shot(page, 'portal-tokens');
    await page.getByRole('button', { name: 'Revoke backup script' }).click();
    await page.getByText('You have none.').waitFor();
    assert.equal(await call(subject, token, 'notes_list'), 401);
  });

  await tally.check('portal: all that happened stands in the activity, and can be answered', async () => {
    await page.goto(`${issuer}/account/activity`);
    for (const text of [
      'You made this account.',
      'Portal judge\u2069 access.',
      'You took a part of what',
      'You ended a session.',
      'You revoked a personal access token.',
    ])
      await page.getByText(text).first().waitFor();
    await page.locator('[name=group]').selectOption({ label: 'Apps' });
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('You made this account.').waitFor({ state: 'detached' });
    await visit.shot(page, 'portal-activity');
    await page.getByRole('link', { name: 'This was not me' }).click();
    await page.getByRole('button', { name: 'End what is ticked' }).click();
    await page.getByText('Done. It has ended.').waitFor();
    assert.deepEqual(page.complaints, []);
  });

  await everyPage(tally, visit, page.person);
}

/** axe and no sideways scrolling, with and without something on the pages, in both themes. */
async function everyPage(tally, visit, person) {
  const { issuer, notes } = visit.subject;
  for (const colorScheme of ['light', 'dark']) {
    const page = await visit.tab({ colorScheme });
    await page.goto(`${issuer}/login`);
    await visit.signIn(page, person);
    if (colorScheme === 'light') await fill(visit, page);
    const app = await page
      .goto(`${issuer}/account/apps`)
      .then(() => page.locator('main li a').first().getAttribute('href'));
    for (const [name, path] of [
      ['home', '/account'],
      ['apps', '/account/apps'],
      ['app', app],
      ['app-end', `${app}/end`],
      ['sessions', '/account/sessions'],
      ['tokens', '/account/tokens'],
      ['token-new', `/account/tokens/new?resource=${encodeURIComponent(notes)}`],
      ['activity', '/account/activity'],
      ['not-me', '/account/not-me'],
      ['settings', '/account/settings'],
    ])
      await tally.check(`portal: ${name}, ${colorScheme}: axe finds nothing, nothing scrolls sideways`, () =>
        inspect(visit, page, `portal-${name}-${colorScheme}`, `${issuer}${path}`),
      );
    await page.context().close();
  }
}

/** Something with long names on every page. */
async function fill(visit, page) {
  const id = await register(visit.subject, visit.site.redirect, LONG + 'on'.repeat(40));
  await page.goto(visit.link({ client_id: id, scope: SCOPE }));
  await visit.decide(page, 'allow');
  await page.goto(
    `${visit.subject.issuer}/account/tokens/new?resource=${encodeURIComponent(visit.subject.notes)}`,
  );
  await page.locator('[name=name]').fill('unbroken'.repeat(7));
  for (const box of await page.locator('[name=scope]').all()) await box.check();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await page.locator('#token').waitFor();
}

async function inspect(visit, page, name, url) {
  for (const width of [320, 360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(url);
    await visit.shot(page, `${name}-${width}`);
    const sideways = await page.evaluate(
      () => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth,
    );
    assert.ok(sideways <= 0, `${width} px wide: scrolls ${sideways} px sideways`);
    if (width === 320) continue;
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(
      (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
      RULES,
    );
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
    assert.deepEqual(found, [], `${width} px wide`);
  }
  assert.deepEqual(page.complaints, []);
}
