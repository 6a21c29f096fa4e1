// Accounts in a real browser, with the mail read from the folder it is written to: from sign-up to deletion.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';
import { inspect, Visit } from '../visit.mjs';
import { SWITCHES } from './browser.mjs';

const LETTER_SECONDS_MAX = 15;
const PASSWORD = 'seven green bicycles';

export async function accounts({ tally, binary }) {
  const folder = await workFolder('accounts');
  const mail = join(folder, 'mail');
  const settings = `
[people]
verify_email = "always"
[mail]
transport = "folder"
folder = ${JSON.stringify(mail)}
[limits]
letters_per_address = "100 per 1h"
`;
  const node = await new Node({ binary, folder, port: await freePort(), settings }).start();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    const visit = new Visit(addresses(node.issuer), chrome);
    const judged = { visit, letters: new Letters(mail), issuer: node.issuer };
    for (const [title, step] of STEPS) {
      await tally.check(`accounts: ${title}`, () => step(judged));
    }
  } finally {
    await chrome.close();
    await node.stop();
  }
}

/** The letters that were written, each read once. */
export class Letters {
  #read = new Set();

  constructor(folder) {
    this.folder = folder;
  }

  async next() {
    for (let tenth = 0; tenth < LETTER_SECONDS_MAX * 10; tenth += 1) {
      const names = await readdir(this.folder).catch(() => []);
      const name = names.sort().find((name) => !this.#read.has(name));
      if (name) {
        this.#read.add(name);
        const raw = await readFile(join(this.folder, name), 'utf8');
        const text = raw.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
        return {
          to: raw.match(/^To: (.*)$/m)[1].trim(),
          subject: raw.match(/^Subject: (.*)$/m)[1].trim(),
          code: text.match(/^ {4}(\d{6})\s*$/m)?.[1],
          link: text.match(/^(http\S+(?:token|invitation)=\S+)$/m)?.[1],
        };
      }
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no letter within ${LETTER_SECONDS_MAX} s`);
  }
}

const press = async (page, name) => {
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForLoadState();
};

const STEPS = [
  [
    'signs up with the code from the mail',
    async (judged) => {
      const { visit, letters, issuer } = judged;
      const page = (judged.page = await visit.tab());
      await page.goto(`${issuer}/signup`);
      await page.getByLabel('E-mail').fill('ada@example.com');
      await page.getByLabel('Password').fill(PASSWORD);
      await press(page, 'Make the account');
      await inspect(visit, page, 'verify', page.url());
      const { to, code } = await letters.next();
      assert.equal(to, 'ada@example.com');
      await page.getByLabel('Code').fill('000000');
      await press(page, 'Confirm');
      assert.match(await page.locator('main').innerText(), /not the code/);
      await page.getByLabel('Code').fill(code);
      await press(page, 'Confirm');
      assert.equal(new URL(page.url()).pathname, '/account');
    },
  ],
  [
    'pages of the profile: axe finds nothing, nothing scrolls sideways, light and dark',
    async ({ visit, page, issuer }) => {
      for (const name of ['profile', 'email', 'password', 'delete']) {
        await inspect(visit, page, name, `${issuer}/account/${name}`);
      }
    },
  ],
  [
    'changes the address by the link that went to the new one',
    async ({ visit, page, letters, issuer }) => {
      await page.goto(`${issuer}/account/email`);
      await page.getByLabel('New address').fill('ada@example.org');
      await press(page, 'Send the link');
      const { to, link } = await letters.next();
      assert.equal(to, 'ada@example.org');
      await inspect(visit, page, 'email-link', link);
      await press(page, 'Use this address');
      assert.match(await page.locator('main').innerText(), /ada@example.org/);
      const told = [await letters.next(), await letters.next()].map((letter) => letter.to);
      assert.deepEqual(told.sort(), ['ada@example.com', 'ada@example.org']);
    },
  ],
  [
    'chooses a forgotten password anew, and the old one and old sessions are dead',
    async ({ visit, page, letters, issuer }) => {
      const other = await visit.tab();
      await other.goto(`${issuer}/login`);
      await other.getByRole('link', { name: 'Forgot your password?' }).click();
      await inspect(visit, other, 'forgot', other.url());
      await other.getByLabel('E-mail').fill('ada@example.org');
      await press(other, 'Send the link');
      const { link } = await letters.next();
      await inspect(visit, other, 'reset', link);
      await other.getByLabel('New password').fill('password1');
      await press(other, 'Keep this password');
      assert.match(await other.locator('main').innerText(), /among the first/);
      await other.getByLabel('New password').fill(`${PASSWORD} more`);
      await press(other, 'Keep this password');
      assert.match(await other.locator('main').innerText(), /password is changed/);
      await page.goto(`${issuer}/account`);
      assert.equal(new URL(page.url()).pathname, '/login');
      for (const [password, path] of [
        [PASSWORD, '/login'],
        [`${PASSWORD} more`, '/account'],
      ]) {
        await page.goto(`${issuer}/login`);
        await visit.signIn(page, { email: 'ada@example.org', password });
        await page.waitForLoadState();
        assert.equal(new URL(page.url()).pathname, path);
      }
      await letters.next();
    },
  ],
  [
    'takes everything along as one file',
    async ({ page, issuer }) => {
      await page.goto(`${issuer}/account/profile`);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download' }).click(),
      ]);
      const document = JSON.parse(await readFile(await download.path(), 'utf8'));
      assert.equal(document.person.email, 'ada@example.org');
      assert.ok(document.events.length > 3);
    },
  ],
  [
    'has the account deleted, and keeps it after all by the link',
    async ({ visit, page, letters, issuer }) => {
      await page.goto(`${issuer}/account/delete`);
      await page.getByLabel('To delete it, type').fill('ada@example.org');
      await press(page, 'Delete the account');
      assert.match(await page.locator('main').innerText(), /is closed/);
      const { link } = await letters.next();
      await inspect(visit, page, 'keep', link);
      await press(page, 'Keep the account');
      await page.getByRole('link', { name: 'Sign in' }).click();
      await visit.signIn(page, { email: 'ada@example.org', password: `${PASSWORD} more` });
      await page.waitForLoadState();
      assert.equal(new URL(page.url()).pathname, '/account');
    },
  ],
];
