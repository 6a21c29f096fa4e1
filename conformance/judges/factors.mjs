// What people prove themselves with besides a password, in a real browser with a virtual authenticator: passkeys
// (by the button and by themselves), codes of an app, recovery codes, and being asked again before what is dangerous.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { register } from '../register.mjs';
import { clientSite, SCREENSHOTS, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
const SECURITY = '/account/security';

export async function factors({ tally, binary, settings, subject: judged }) {
  await mkdir(SCREENSHOTS, { recursive: true });
  // Browsers have no passkeys for an address: a server of its own, by the name of the loopback.
  const port = await freePort();
  const node =
    binary &&
    new Node({
      binary,
      folder: await workFolder('factors'),
      port,
      issuer: `http://localhost:${port}`,
      settings,
    });
  await node?.start();
  const subject = node ? addresses(node.issuer) : judged;
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    const clientId = await register(subject, site.redirect, 'Factors judge');
    const visit = new Visit(subject, chrome, site, clientId);
    for (const [title, step] of STEPS) await tally.check(`factors: ${title}`, () => step(visit));
  } finally {
    await chrome.close();
    await node?.stop();
    site.server.close();
  }
}

/** A tab with an authenticator in it, and a person who signed up there. */
async function withDevice(visit, options) {
  const page = await visit.tab(options);
  page.cdp = await page.context().newCDPSession(page);
  await page.cdp.send('WebAuthn.enable');
  const device = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const added = await page.cdp.send('WebAuthn.addVirtualAuthenticator', { options: device });
  page.device = added.authenticatorId;
  await page.goto(`${visit.subject.issuer}/login`);
  page.person = await visit.signUp(page);
  return page;
}

const go = (visit, page, path) => page.goto(`${visit.subject.issuer}${path}`);
const at = (visit, page, path) => page.waitForURL(`${visit.subject.issuer}${path}`);

async function addPasskey(visit, page, name) {
  await go(visit, page, `${SECURITY}/passkeys/new`);
  await page.locator('[name=name]').fill(name);
  await page.locator('form[data-passkey] button').click();
  await at(visit, page, `${SECURITY}/recovery-codes`);
  return page.locator('.codes code').allInnerTexts();
}

async function setUpApp(visit, page) {
  await go(visit, page, `${SECURITY}/totp`);
  const key = decode(await page.locator('main p code').innerText());
  await page.locator('[name=code]').fill(codeOf(key));
  await page.locator('form[action$="/totp"] button').click();
  await at(visit, page, `${SECURITY}/recovery-codes`);
  return { key, recovery: await page.locator('.codes code').allInnerTexts() };
}

async function signOut(visit, page) {
  await go(visit, page, '/logout');
  await page.locator('form[action="/logout"] button').click();
  await page.waitForLoadState();
}

/** RFC 4648 §6 */
export function decode(text) {
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...text].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** RFC 6238 §4 */
export function codeOf(key, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const tag = createHmac('sha1', key).update(counter).digest();
  const number = tag.readUInt32BE(tag[19] & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const quiet = (page) => assert.deepEqual(page.complaints, []);

/** Nothing for axe to find, nothing that scrolls sideways, at both widths. */
export async function inspect(visit, page, name) {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await visit.shot(page, `factors-${name}-${width}`);
    await page.evaluate(axe.source);
    const found = await page.evaluate(
      (rules) => window.axe.run(document, { runOnly: rules }),
      RULES,
    );
    const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html)}`);
    assert.deepEqual(told, [], name);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(over <= 0, `${name} scrolls sideways at ${width}`);
  }
}

const STEPS = [
  [
    'a passkey is made, and signs in by the button and by itself',
    async (visit) => {
      const page = await withDevice(visit);
      const codes = await addPasskey(visit, page, 'Judge');
      assert.equal(codes.length, 10);
      const kept = await page.cdp.send('WebAuthn.getCredentials', { authenticatorId: page.device });
      assert.equal(kept.credentials.length, 1);
      assert.ok(kept.credentials[0].isResidentCredential);
      await signOut(visit, page);
      // The browser offers it by itself, in the field for the e-mail.
      await go(visit, page, '/login');
      await at(visit, page, '/account');
      await signOut(visit, page);
      await page.addInitScript(() => {
        PublicKeyCredential.isConditionalMediationAvailable = async () => false;
      });
      await go(visit, page, '/login');
      await page.locator('form[data-passkey] button').click();
      await at(visit, page, '/account');
      await go(visit, page, SECURITY);
      const words = await page.locator('main').innerText();
      assert.match(words, /Judge/);
      assert.match(words, /last used/);
      quiet(page);
    },
  ],
  [
    'a device that cannot make sure of its owner is told so, and the password still works',
    async (visit) => {
      const page = await withDevice(visit);
      await page.cdp.send('WebAuthn.setUserVerified', {
        authenticatorId: page.device,
        isUserVerified: false,
      });
      await go(visit, page, `${SECURITY}/passkeys/new`);
      await page.locator('form[data-passkey] button').click();
      await page.locator('form[data-passkey] [role=status]:not(:empty)').waitFor();
      await signOut(visit, page);
      await go(visit, page, '/login');
      await visit.signIn(page, page.person);
      await at(visit, page, '/account');
    },
  ],
  [
    'without scripts there is no passkey, and all else works',
    async (visit) => {
      const page = await visit.tab({ javaScriptEnabled: false });
      await go(visit, page, '/login');
      page.person = await visit.signUp(page);
      await go(visit, page, `${SECURITY}/passkeys/new`);
      assert.equal(await page.locator('form[data-passkey] button').isVisible(), false);
      assert.match(await page.locator('main').innerText(), /JavaScript/);
      const { key } = await setUpApp(visit, page);
      await signOut(visit, page);
      await go(visit, page, '/login');
      assert.equal(await page.locator('form[data-passkey] button').isVisible(), false);
      await visit.signIn(page, page.person);
      await at(visit, page, '/login/second*');
      await page.locator('[name=code]').fill(codeOf(key, 1));
      await page.locator('form[action="/login/second"] button').click();
      await at(visit, page, '/account');
    },
  ],
  [
    'a recovery code opens once',
    async (visit) => {
      const page = await visit.tab();
      await go(visit, page, '/login');
      page.person = await visit.signUp(page);
      const { recovery } = await setUpApp(visit, page);
      await page.locator('a[download]').waitFor();
      for (const [code, opens] of [
        [recovery[0], true],
        [recovery[0], false],
      ]) {
        await signOut(visit, page);
        await go(visit, page, '/login');
        await visit.signIn(page, page.person);
        await at(visit, page, '/login/second*');
        await page.locator('[name=code]').fill(code);
        await page.locator('form[action="/login/second"] button').click();
        await page.waitForLoadState();
        assert.equal(new URL(page.url()).pathname, opens ? '/account' : '/login/second');
      }
      assert.match(await page.locator('[role=alert]').innerText(), /wrong, or was used/);
      quiet(page);
    },
  ],
  [
    'a session from before asks for the passkey before what is dangerous, and leads back',
    async (visit) => {
      const page = await withDevice(visit);
      const other = await visit.tab();
      await go(visit, other, '/login');
      await visit.signIn(other, page.person);
      await addPasskey(visit, page, 'Judge');
      await go(visit, other, `${SECURITY}/recovery-codes`);
      assert.equal(new URL(other.url()).pathname, '/account/confirm');
      assert.equal(await other.locator('[name=password]').count(), 0);
      // Where the passkey is, it confirms.
      await page.context().clearCookies();
      await go(visit, page, '/login');
      await at(visit, page, '/account');
      await go(visit, page, `${SECURITY}/recovery-codes`);
      assert.equal(new URL(page.url()).pathname, `${SECURITY}/recovery-codes`);
    },
  ],
  ...['light', 'dark'].map((colorScheme) => [
    `every page of it, ${colorScheme}: axe finds nothing, nothing scrolls sideways`,
    async (visit) => {
      const page = await withDevice(visit, { colorScheme });
      await page.addInitScript(() => {
        PublicKeyCredential.isConditionalMediationAvailable = async () => false;
      });
      for (const [name, path] of [
        ['passkey-new', `${SECURITY}/passkeys/new`],
        ['totp', `${SECURITY}/totp`],
      ]) {
        await go(visit, page, path);
        await inspect(visit, page, `${name}-${colorScheme}`);
      }
      await addPasskey(visit, page, 'A phone with a rather long name that goes on');
      await inspect(visit, page, `recovery-${colorScheme}`);
      await go(visit, page, `${SECURITY}/totp`);
      const key = decode(await page.locator('main p code').innerText());
      await page.locator('[name=code]').fill(codeOf(key));
      await page.locator('form[action$="/totp"] button').click();
      await at(visit, page, SECURITY);
      await inspect(visit, page, `security-${colorScheme}`);
      await page.locator('a[href*="/passkeys/edit"]').click();
      await inspect(visit, page, `passkey-edit-${colorScheme}`);
      await go(visit, page, '/account/confirm');
      await inspect(visit, page, `confirm-${colorScheme}`);
      await signOut(visit, page);
      await go(visit, page, '/login');
      await inspect(visit, page, `login-${colorScheme}`);
      await visit.signIn(page, page.person);
      await at(visit, page, '/login/second*');
      await inspect(visit, page, `second-${colorScheme}`);
      await page.locator('[name=code]').fill('000000');
      await page.locator('form[action="/login/second"] button').click();
      await page.locator('[role=alert]').waitFor();
      await inspect(visit, page, `second-wrong-${colorScheme}`);
      quiet(page);
    },
  ]),
];
