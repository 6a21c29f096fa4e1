// People sign in with Privy in a real browser, through our page with Privy's own SDK in it, up to the hand-over; and
// Privy's server SDK is asked about the same good and spoiled tokens as we are.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { PrivyClient } from '@privy-io/node';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { APP, StandIn, tokens } from '../privy.mjs';
import { register } from '../register.mjs';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { clientSite, SCREENSHOTS, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

export async function privy({ tally, binary, settings, introspector }) {
  if (!binary) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const standIn = await new StandIn().start(await freePort());
  const own = `\n[privy]\napp_id = "${APP}"\nurl = "${standIn.base}"\ntrusts_email = true\n`;
  const port = await freePort();
  const folder = await workFolder('privy');
  const node = new Node({ binary, folder, port, settings: settings + own });
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    await node.start();
    const subject = addresses(node.issuer);
    const visit = new Visit(subject, chrome, site, await register(subject, site.redirect, 'Privy judge'));
    const context = { visit, standIn, introspector };
    for (const [title, step] of STEPS) await tally.check(`privy: ${title}`, () => step(context));
  } finally {
    await chrome.close();
    await node.stop();
    site.server.close();
    standIn.stop();
  }
}

/** As much of Turnstile as its documentation promises. */
const TURNSTILE = 'window.turnstile = { render: (box, { sitekey, callback }) => setTimeout(callback, 50, `proof for ${sitekey}`) };';

/** A tab at our page, on the way to what `url` asks for. */
async function atPage(visit, url = `${visit.subject.issuer}/login`, options = {}) {
  const page = await visit.tab(options);
  await page.goto(url);
  await page.locator('form[action="/login/privy"] button').click();
  await page.locator('#email').waitFor();
  return page;
}

/** Types an address and the code that came. */
async function through(page, standIn, email) {
  await page.locator('#email').fill(email);
  await page.keyboard.press('Enter');
  await page.locator('#code').waitFor();
  await page.locator('#code').fill(standIn.codes.get(email));
  await page.keyboard.press('Enter');
}

/** Opens the page by HTTP and brings a token as its script does; the answer, and what the page held. */
async function bring(page, issuer, accessToken) {
  const { request } = page.context();
  const login = await (await request.get(`${issuer}/login`)).text();
  const csrf = login.match(/name="csrf" value="([^"]+)"/)[1];
  const own = { origin: issuer, 'sec-fetch-site': 'same-origin' };
  const shown = await request.post(`${issuer}/login/privy`, { headers: own, form: { csrf } });
  const state = (await shown.text()).match(/data-state="([^"]+)"/)[1];
  return request.post(`${issuer}/auth/privy/callback`, {
    headers: { ...own, authorization: `Bearer ${accessToken}` },
    form: { csrf, state },
  });
}

const STEPS = [
  [
    'signs in with the SDK, consents, and the resource server gets the token that the SDK got',
    async ({ visit, standIn, introspector }) => {
      const page = await atPage(visit, visit.link());
      await through(page, standIn, 'ada@example.com');
      await page.locator('[name=decision][value=allow]').waitFor();
      assert.match(await page.locator('main').innerText(), /ada@example\.com/);
      const code = (await visit.decide(page, 'allow')).get('code');
      const exchanged = await fetch(`${visit.subject.issuer}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: visit.clientId,
          redirect_uri: visit.site.redirect,
          code_verifier: VERIFIER,
          code,
        }),
      });
      const { access_token } = await exchanged.json();
      const ask = (headers, body) =>
        fetch(`${visit.subject.issuer}/token/privy/access-token`, { method: 'POST', headers, body });
      const { client_id, client_secret } = introspector;
      const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
      const handed = await ask({ authorization: basic }, new URLSearchParams({ token: access_token }));
      assert.equal(handed.status, 200, await handed.clone().text());
      assert.equal(handed.headers.get('cache-control'), 'no-store');
      assert.equal((await handed.json()).access_token, standIn.given);
      const holder = await ask({ authorization: `Bearer ${access_token}` });
      assert.ok(holder.status >= 400, 'the holder of the access token got it');
      assert.deepEqual(page.complaints, []);
      assert.deepEqual(standIn.unknown, []);
      // Nothing of it stays in the browser.
      await page.goto(`${visit.subject.issuer}/account`);
      const kept = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]);
      assert.deepEqual(kept, [[], [], '']);
    },
  ],
  [
    'says what went wrong, and the way on works',
    async ({ visit, standIn }) => {
      const page = await atPage(visit);
      const problem = page.locator('#problem');
      for (const [email, words] of [
        ['eve@refused.example', /did not accept/],
        ['eve@away.example', /does not answer/],
      ]) {
        await page.locator('#email').fill(email);
        await page.keyboard.press('Enter');
        await problem.filter({ hasText: words }).waitFor();
      }
      await page.locator('#email').fill('bob@example.com');
      await page.keyboard.press('Enter');
      await page.locator('#code').waitFor();
      await page.locator('#code').fill('000000');
      await page.keyboard.press('Enter');
      await problem.filter({ hasText: /not the code/ }).waitFor();
      await page.locator('#code').fill(standIn.codes.get('bob@example.com'));
      await page.keyboard.press('Enter');
      await page.waitForURL(`${visit.subject.issuer}/account`);
      assert.match(await page.locator('main').innerText(), /bob@example\.com/);
      // Back at the page, its sign-in has been used.
      const used = await atPage(visit);
      const state = await used.locator('#privy').getAttribute('data-state');
      await through(used, standIn, 'bob@example.com');
      await used.waitForURL(`${visit.subject.issuer}/account`);
      await used.goto(`${visit.subject.issuer}/auth/privy/page?state=${encodeURIComponent(state)}`);
      await through(used, standIn, 'bob@example.com');
      await used.locator('#problem').filter({ hasText: /no longer good|begun in another/ }).waitFor();
      assert.deepEqual([...page.complaints, ...used.complaints], []);
    },
  ],
  [
    'is the same person again, by keyboard alone, in German',
    async ({ visit, standIn }) => {
      const page = await visit.tab({ locale: 'de-DE' });
      await page.goto(`${visit.subject.issuer}/login`);
      await page.locator('form[action="/login/privy"] button').focus();
      await page.keyboard.press('Enter');
      await page.locator('#email').waitFor();
      assert.match(await page.locator('main').innerText(), /Code senden/);
      await page.locator('#email').focus();
      await page.keyboard.type('ada@example.com');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#code').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.id), 'code');
      await page.keyboard.type(standIn.codes.get('ada@example.com'));
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${visit.subject.issuer}/account`);
      assert.match(await page.locator('main').innerText(), /ada@example\.com/);
    },
  ],
  [
    'shows the check that an app at Privy may want, from where Cloudflare has it',
    async ({ visit, standIn }) => {
      standIn.siteKey = 'a site key';
      const page = await visit.tab();
      await page.route('https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit', (route) =>
        route.fulfill({ contentType: 'text/javascript', body: TURNSTILE }),
      );
      await page.goto(`${visit.subject.issuer}/login`);
      await page.locator('form[action="/login/privy"] button').click();
      await through(page, standIn, 'ada@example.com');
      await page.waitForURL(`${visit.subject.issuer}/account`);
      assert.deepEqual(page.complaints, []);
      standIn.siteKey = undefined;
    },
  ],
  [
    'says without scripts that it needs them',
    async ({ visit }) => {
      const page = await visit.tab({ javaScriptEnabled: false });
      await page.goto(`${visit.subject.issuer}/login`);
      await page.locator('form[action="/login/privy"] button').click();
      assert.match(await page.locator('main').innerText(), /needs JavaScript/);
      assert.equal(await page.locator('#email').isVisible(), false);
    },
  ],
  [
    'no other page may ask anybody',
    async ({ visit, standIn }) => {
      const page = await visit.tab();
      const policy = async (path) => {
        const response = await page.goto(`${visit.subject.issuer}${path}`);
        return response.headers()['content-security-policy'];
      };
      for (const path of ['/login', '/signup', '/account', '/auth/privy/page'])
        assert.doesNotMatch(await policy(path), /connect-src/, path);
      await page.goto(`${visit.subject.issuer}/login`);
      const shown = page.waitForResponse((response) => response.url().includes('/auth/privy/page'));
      await page.locator('form[action="/login/privy"] button').click();
      const own = (await shown).headers()['content-security-policy'];
      assert.ok(own.includes(`connect-src 'self' ${standIn.base};`), own);
      assert.doesNotMatch(own, /unsafe-/);
    },
  ],
  [
    'a rotated key is known at once here, where the server SDK waits',
    async ({ visit, standIn }) => {
      const { issuer } = visit.subject;
      const client = sdk(standIn);
      const page = await visit.tab();
      const sub = 'did:privy:rotation';
      assert.equal(await accepts(client, tokens(standIn.key, sub).good), true);
      assert.equal((await bring(page, issuer, tokens(standIn.key, sub).good)).status(), 200);
      standIn.rotate();
      const { good } = tokens(standIn.key, sub);
      assert.equal(await accepts(client, good), false, 'it has learned to look again: say so in the decision');
      assert.equal(await accepts(sdk(standIn), good), true);
      assert.equal((await bring(page, issuer, good)).status(), 200);
    },
  ],
  [
    'the server SDK and we agree on every good and spoiled token',
    async ({ visit, standIn }) => {
      const { issuer } = visit.subject;
      const client = sdk(standIn);
      const page = await visit.tab();
      const verdicts = [];
      for (const [name, token] of Object.entries(tokens(standIn.key, 'did:privy:verdicts'))) {
        const theirs = await accepts(client, token);
        const ours = (await bring(page, issuer, token)).status() === 200;
        verdicts.push(`${ours === theirs ? 'agree' : 'DIFFER'}: ${name}: ${theirs}`);
        assert.equal(theirs, name === 'good' || name === 'without a key id', name);
      }
      assert.deepEqual(verdicts.filter((verdict) => verdict.startsWith('DIFFER')), []);
      assert.equal(verdicts.length, 22);
    },
  ],
  ['axe finds nothing and nothing scrolls sideways, in both themes', look],
];

const sdk = ({ base }) => new PrivyClient({ appId: APP, appSecret: 'unused', apiUrl: base });

const accepts = (client, token) =>
  client
    .utils()
    .auth()
    .verifyAccessToken(token)
    .then(
      () => true,
      () => false,
    );

async function look({ visit, standIn }) {
  for (const width of [360, 1280])
    for (const colorScheme of ['light', 'dark']) {
      const page = await atPage(visit, undefined, { viewport: { width, height: 900 }, colorScheme });
      const steps = {
        ask: async () => {},
        problem: async () => {
          await page.locator('#email').fill('eve@refused.example');
          await page.keyboard.press('Enter');
          await page.locator('#problem').waitFor();
        },
        code: async () => {
          await page.locator('#email').fill('carol@example.com');
          await page.keyboard.press('Enter');
          await page.locator('#code').waitFor();
        },
      };
      for (const [name, step] of Object.entries(steps)) {
        await step();
        await visit.shot(page, `privy-${name}-${width}-${colorScheme}`);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(
          (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
          RULES,
        );
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`), []);
        const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${width} px wide: scrolls ${wide} px sideways`);
      }
      assert.deepEqual(page.complaints, []);
      assert.ok(standIn.calls.length);
      await page.context().close();
    }
}
