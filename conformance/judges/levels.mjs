// What apps demand of a sign-in, in a real browser with a virtual authenticator: whoever is below is led to it and comes
// back; and codes by mail, read from the folder they are written to.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { register } from '../register.mjs';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { strict } from '../upstream_providers.mjs';
import { clientSite, SCREENSHOTS, Visit } from '../visit.mjs';
import { Letters } from './accounts.mjs';
import { SWITCHES } from './browser.mjs';
import { codeOf, decode, inspect } from './factors.mjs';

const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const PASSWORD = 'seven green bicycles';

export async function levels({ tally, binary }) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const folder = await workFolder('levels');
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = await strict(issuer, await freePort());
  const mail = join(folder, 'mail');
  const settings = `
[people]
verify_email = "always"
[sign_in]
email_code = "everybody"
[apps.notes]
acr = "phishing_resistant"
[apps.ping]
acr = "multi_factor"
[mail]
transport = "folder"
folder = ${JSON.stringify(mail)}
[limits]
letters_per_address = "100 per 1h"
${provider.toml}`;
  const node = new Node({ binary, folder, port, issuer, settings });
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    await node.start();
    const subject = addresses(issuer);
    const visit = new Visit(subject, chrome, site, await register(subject, site.redirect, 'Levels judge'));
    const judged = { visit, letters: new Letters(mail), issuer, provider };
    for (const [title, step] of STEPS) await tally.check(`levels: ${title}`, () => step(judged));
  } finally {
    await chrome.close();
    await node.stop();
    await provider.stop();
    site.server.close();
  }
}

let count = 0;

/** Signs up with the code from the mail, from wherever the page is. */
async function signUp({ letters }, page) {
  count += 1;
  const email = `l${count}@example.com`;
  await page.locator('a[href*="/signup"]').first().click();
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=password]').fill(PASSWORD);
  await page.locator('form[action="/signup"] button.main').click();
  await page.locator('[name=code]').fill(await nextCode(letters));
  await page.locator('form[action="/verify"] button.main').click();
  await page.waitForLoadState();
  return email;
}

async function authenticator(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  return { cdp, authenticatorId };
}

/** What the ID token of an allowed request says. */
async function allowed({ visit, issuer }, page) {
  const answer = await visit.decide(page, 'allow');
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: visit.clientId,
      redirect_uri: visit.site.redirect,
      code: answer.get('code'),
      code_verifier: VERIFIER,
    }),
  });
  const { id_token: token } = await response.json();
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

const link = ({ visit }, resource) => visit.link({ resource, scope: 'openid' });
const path = (page) => new URL(page.url()).pathname;

/** Of the next letter that holds one: alerts may come between. */
async function nextCode(letters) {
  for (;;) {
    const { code } = await letters.next();
    if (code) return code;
  }
}

async function mailedCode({ letters }, page, action) {
  await page.locator(`form[action="${action}"] button`).click();
  await page.locator('[name=code]').waitFor();
  await page.locator('[name=code]').fill(await nextCode(letters));
}

const STEPS = [
  [
    'whoever has no passkey is led to make one, and comes back to the app that demands it',
    async (judged) => {
      const { visit } = judged;
      const page = await visit.tab();
      await authenticator(page);
      await page.goto(link(judged, visit.subject.notes));
      await signUp(judged, page);
      assert.equal(path(page), '/account/level');
      assert.match(await page.locator('main').innerText(), /Notes/);
      // By keyboard alone.
      await page.locator('a[href*="/passkeys/new"]').focus();
      await page.keyboard.press('Enter');
      await page.locator('form[data-passkey] button').click();
      await page.waitForURL('**/recovery-codes*');
      await page.locator('a[href*="/oauth/authorize"]').click();
      const said = await allowed(judged, page);
      assert.equal(said.acr, 'phr');
      assert.deepEqual(said.amr, ['pwd', 'pop', 'user', 'mfa']);
      assert.deepEqual(page.complaints, []);
    },
  ],
  [
    'a session with a password only is led to the passkey and comes back',
    async (judged) => {
      const { visit, issuer } = judged;
      const [page, other] = [await visit.tab(), await visit.tab()];
      const { cdp, authenticatorId } = await authenticator(page);
      await page.goto(`${issuer}/login`);
      const email = await signUp(judged, page);
      await other.goto(`${issuer}/login`);
      await visit.signIn(other, { email, password: PASSWORD });
      await page.goto(`${issuer}/account/security/passkeys/new`);
      await page.locator('form[data-passkey] button').click();
      await page.waitForURL('**/recovery-codes*');
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
      const device = await authenticator(other);
      for (const credential of credentials)
        await device.cdp.send('WebAuthn.addCredential', { authenticatorId: device.authenticatorId, credential });
      await other.goto(link(judged, visit.subject.notes));
      assert.equal(path(other), '/account/level');
      await other.locator('form[data-passkey] button').click();
      await other.locator('[name=decision][value=allow]').waitFor();
      assert.equal((await allowed(judged, other)).acr, 'phr');
      assert.deepEqual(other.complaints, []);
    },
  ],
  [
    'without scripts an app is set up where a second factor is demanded',
    async (judged) => {
      const { visit } = judged;
      const page = await visit.tab({ javaScriptEnabled: false });
      await page.goto(link(judged, visit.subject.ping));
      await signUp(judged, page);
      assert.equal(path(page), '/account/level');
      await page.locator('a[href*="/account/security/totp"]').click();
      const key = decode(await page.locator('main p code').innerText());
      await page.locator('[name=code]').fill(codeOf(key));
      await page.locator('form[action$="/totp"] button').click();
      await page.locator('a[href*="/oauth/authorize"]').click();
      assert.equal((await allowed(judged, page)).acr, MULTI_FACTOR);
    },
  ],
  [
    'a code by mail is the second factor where the operator lets it',
    async (judged) => {
      const { visit } = judged;
      const page = await visit.tab({ javaScriptEnabled: false });
      await page.goto(link(judged, visit.subject.ping));
      await signUp(judged, page);
      await mailedCode(judged, page, '/account/confirm/mail');
      await page.locator('form[action="/account/confirm/mail"] button.main').click();
      const said = await allowed(judged, page);
      assert.deepEqual([said.acr, said.amr], [MULTI_FACTOR, ['pwd', 'otp', 'mfa']]);
    },
  ],
  [
    'whoever came through a provider confirms with a code by mail',
    async (judged) => {
      const { visit, issuer, provider } = judged;
      const page = await visit.tab();
      await page.goto(`${issuer}/login?continue=%2Faccount%2Fsecurity`);
      await page.locator('form[action="/login/strict"] button').click();
      await page.waitForURL((url) => url.origin !== issuer);
      await provider.walk(page);
      await page.waitForURL(`${issuer}/account/security`);
      await page.goto(`${issuer}/account/confirm?continue=%2Faccount%2Fsecurity`);
      await mailedCode(judged, page, '/account/confirm/mail');
      assert.match(await page.locator('main').innerText(), /ad…@strict\.example/);
      await page.keyboard.press('Enter');
      await page.waitForURL(`${issuer}/account/security`);
      assert.deepEqual(page.complaints, []);
    },
  ],
  ...['light', 'dark'].map((colorScheme) => [
    `every page of it, ${colorScheme}: axe finds nothing, nothing scrolls sideways`,
    async (judged) => {
      const { visit, issuer } = judged;
      const page = await visit.tab({ colorScheme });
      const name = (text) => `level-${text}-${colorScheme}`;
      await page.goto(link(judged, visit.subject.notes));
      const email = await signUp(judged, page);
      await inspect(visit, page, name('passkey'));
      await page.goto(`${visit.link({ resource: visit.subject.ping, scope: 'openid' })}&ui_locales=de`);
      await inspect(visit, page, name('factor'));
      await mailedCode(judged, page, '/account/confirm/mail');
      await inspect(visit, page, name('mail'));
      await page.locator('[name=code]').fill('000000');
      await page.locator('form[action="/account/confirm/mail"] button.main').click();
      await page.locator('[role=alert]').waitFor();
      await inspect(visit, page, name('mail-wrong'));
      await page.goto(`${issuer}/account/security/totp`);
      const key = decode(await page.locator('main p code').innerText());
      await page.locator('[name=code]').fill(codeOf(key));
      await page.locator('form[action$="/totp"] button').click();
      await page.waitForURL('**/recovery-codes*');
      await page.context().clearCookies();
      await page.goto(`${issuer}/login`);
      await visit.signIn(page, { email, password: PASSWORD });
      await page.waitForURL('**/login/second*');
      await inspect(visit, page, name('second'));
      assert.deepEqual(page.complaints, []);
    },
  ]),
];
