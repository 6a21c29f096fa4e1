// A real browser: the pages as a person meets them, with axe, at phone width, in the dark and without scripts.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { formsOf } from '../forms.mjs';
import { register } from '../register.mjs';
import { clientSite, inspect, SCREENSHOTS, Visit } from '../visit.mjs';

export const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function browser({ tally, subject, pendingSeconds }) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const site = await clientSite();
  const chrome = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: SWITCHES,
  });
  try {
    const clientId = await register(subject, site.redirect, 'Browser judge');
    const visit = new Visit(subject, chrome, site, clientId);
    const waiting = pendingSeconds && (await visit.atConsent());
    const opened = Date.now();
    for (const [title, step] of STEPS) await tally.check(`browser: ${title}`, () => step(visit));
    if (waiting) {
      await tally.check('browser: a page that waited too long says so, and the way on works', () =>
        outlived(visit, waiting, opened + (pendingSeconds + 1) * 1000),
      );
    }
    await everyPage(tally, visit);
  } finally {
    await chrome.close();
    site.server.close();
  }
}

const quiet = (page) => assert.deepEqual(page.complaints, []);

const STEPS = [
  [
    'signs up, consents and lands with code, state and iss',
    async (visit) => {
      const page = await visit.atConsent();
      await visit.shot(page, 'consent');
      const text = await page.locator('main').innerText();
      for (const word of ['Browser judge', '127.0.0.1', page.person.email])
        assert.ok(text.includes(word), `the consent page does not say ${word}: ${text}`);
      const answer = await visit.decide(page, 'allow');
      assert.ok(answer.get('code') && answer.get('state'));
      assert.equal(answer.get('iss'), visit.subject.issuer);
      quiet(page);
    },
  ],
  [
    'does the same without scripts, in the dark, on a phone',
    async (visit) => {
      const page = await visit.atConsent({
        javaScriptEnabled: false,
        colorScheme: 'dark',
        viewport: { width: 390, height: 844 },
      });
      await visit.shot(page, 'consent-phone-dark-noscript');
      assert.ok((await visit.decide(page, 'allow')).get('code'));
    },
  ],
  [
    'denies',
    async (visit) => {
      const page = await visit.atConsent();
      const answer = await visit.decide(page, 'deny');
      assert.equal(answer.get('error'), 'access_denied');
      assert.equal(answer.get('code'), null);
      assert.equal(answer.get('iss'), visit.subject.issuer);
      quiet(page);
    },
  ],
  [
    'by keyboard alone, and the focus is always visible',
    async (visit) => {
      const page = await visit.atConsent();
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          if (element.name === 'understood' && !element.checked) element.dataset.tick = 'yes';
          const ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
          return {
            ring,
            tick: element.dataset.tick === 'yes' && !element.checked,
            allow: element.name === 'decision' && element.value === 'allow',
            body: element === document.body,
          };
        });
        assert.ok(seen.ring || seen.body, 'the focus is invisible');
        if (seen.tick) await page.keyboard.press('Space');
        if (seen.allow) break;
      }
      await page.keyboard.press('Enter');
      await page.waitForURL(`${visit.site.redirect}*`);
      assert.ok(new URL(page.url()).searchParams.get('code'));
    },
  ],
  [
    'a wrong password says no more than that, and the right one goes on',
    async (visit) => {
      const person = (await visit.atConsent()).person;
      const page = await visit.tab();
      await page.goto(visit.link());
      await visit.signIn(page, { ...person, password: 'not the password' });
      await visit.shot(page, 'login-wrong');
      const wrong = await page.locator('main').innerText();
      assert.equal(
        await page.locator('[name=email]').inputValue(),
        person.email,
        'the e-mail was not kept',
      );
      assert.equal(await page.locator('[name=password]').inputValue(), '');
      const stranger = await visit.tab();
      await stranger.goto(visit.link());
      await visit.signIn(stranger, { email: 'nobody@example.com', password: 'not the password' });
      assert.equal(await stranger.locator('main').innerText(), wrong, 'the page tells who exists');
      await visit.signIn(page, person);
      assert.ok((await visit.decide(page, 'allow')).get('code'));
    },
  ],
  [
    'the back button meets a page that still makes sense',
    async (visit) => {
      const page = await visit.atConsent();
      const first = await visit.decide(page, 'allow');
      const back = await page.goBack();
      assert.ok(!back || back.status() < 500, `status ${back?.status()}`);
      await visit.shot(page, 'back');
      assert.ok(await page.locator('h1').count(), 'no heading after going back');
      if (await page.locator('[name=decision][value=allow]').count()) {
        const tick = page.locator('[name=understood]');
        if (await tick.count()) await tick.check();
        await page.locator('[name=decision][value=allow]').click();
        await page.waitForLoadState();
        assert.notEqual(new URL(page.url()).searchParams.get('code'), first.get('code'));
        assert.ok((await page.locator('h1, p').count()) > 0);
      }
    },
  ],
  [
    'a consent sent twice gives one code',
    async (visit) => {
      const page = await visit.atConsent();
      const form = formsOf(await page.content()).find(({ fields }) =>
        fields.some(({ name }) => name === 'decision'),
      );
      const data = new URLSearchParams(
        form.fields.filter(({ type }) => type !== 'submit').map(({ name, value }) => [name, value]),
      );
      data.set('decision', 'allow');
      const send = () =>
        page.context().request.post(new URL(form.action, page.url()).href, {
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            origin: visit.subject.issuer,
            'sec-fetch-site': 'same-origin',
          },
          data: data.toString(),
          maxRedirects: 0,
        });
      const answers = await Promise.all(Array.from({ length: 8 }, send));
      const codes = answers.filter((answer) => answer.headers().location?.includes('code='));
      assert.equal(codes.length, 1, answers.map((answer) => answer.status()).join());
      for (const answer of answers) assert.ok(answer.status() < 500, `status ${answer.status()}`);
    },
  ],
  [
    'a consent from another site, without its token, or after signing out is refused',
    async (visit) => {
      const page = await visit.atConsent();
      const form = formsOf(await page.content()).find(({ fields }) =>
        fields.some(({ name }) => name === 'decision'),
      );
      const fields = form.fields
        .filter(({ type }) => type !== 'submit')
        .map(({ name, value }) => [name, value]);
      const action = new URL(form.action, page.url()).href;
      const send = async (headers, changed) => {
        const data = new URLSearchParams([...fields, ['decision', 'allow']]);
        for (const [name, value] of Object.entries(changed)) data.set(name, value);
        const more = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
        const answer = await page
          .context()
          .request.post(action, { headers: more, data: data.toString(), maxRedirects: 0 });
        assert.ok(answer.status() >= 400 && answer.status() < 500, `status ${answer.status()}`);
        assert.equal(answer.headers().location, undefined);
      };
      const own = { origin: visit.subject.issuer, 'sec-fetch-site': 'same-origin' };
      await send({ origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' }, {});
      await send(own, { csrf: 'nonsense' });
      await send(own, { pending: 'nonsense' });
      await signOut(visit, page.context());
      await visit.tick(page);
      await page.locator('[name=decision][value=allow]').click();
      await page.waitForLoadState();
      await visit.shot(page, 'expired');
      assert.ok(
        !page.url().startsWith(visit.site.redirect),
        'a signed-out person allowed something',
      );
      assert.ok(await page.locator('h1').count());
    },
  ],
  [
    'errors before the redirect is known render and never redirect',
    async (visit) => {
      const page = await visit.tab();
      for (const more of [
        { client_id: 'nobody' },
        { redirect_uri: 'https://attacker.example/' },
        { redirect_uri: `${visit.site.redirect}/x` },
      ]) {
        const response = await page.goto(visit.link(more));
        assert.equal(response.status(), 400);
        assert.ok(page.url().startsWith(visit.subject.issuer));
      }
      quiet(page);
    },
  ],
  [
    'every page forbids framing, inline scripts and caching',
    async (visit) => {
      const page = await visit.atConsent();
      for (const url of [
        visit.link(),
        `${visit.subject.issuer}/account`,
        `${visit.subject.issuer}/login`,
        `${visit.subject.issuer}/signup`,
      ]) {
        const response = await page.goto(url);
        const headers = response.headers();
        const policy = headers['content-security-policy'] ?? '';
        assert.match(policy, /frame-ancestors 'none'/, url);
        assert.match(policy, /default-src 'none'/, url);
        assert.doesNotMatch(policy, /unsafe-/, url);
        assert.match(headers['cache-control'] ?? '', /no-store/, url);
        assert.equal(headers['referrer-policy'], 'same-origin', url);
        assert.equal(headers['x-content-type-options'], 'nosniff', url);
      }
      const response = await page.goto(visit.link());
      assert.ok(
        response.headers()['content-security-policy'].includes(new URL(visit.site.redirect).origin),
        'form-action lacks the redirect',
      );
      assert.equal(response.headers()['cross-origin-opener-policy'], undefined);
    },
  ],
];

/** Allows on a page after the time it was good for. */
async function outlived(visit, page, until) {
  await new Promise((done) => setTimeout(done, Math.max(0, until - Date.now())));
  await visit.tick(page);
  await page.locator('[name=decision][value=allow]').click();
  await page.waitForLoadState();
  await visit.shot(page, 'outlived');
  assert.ok(!page.url().startsWith(visit.site.redirect), 'an outlived page was accepted');
  const words = await page.locator('main').innerText();
  assert.match(words, /expired|too long|again/i);
}

async function signOut(visit, context) {
  const page = await context.newPage();
  await page.goto(`${visit.subject.issuer}/logout`);
  await page
    .locator('form[action*="/logout"] [type=submit], form[action*="/logout"] button')
    .first()
    .click();
  await page.waitForLoadState();
  await visit.shot(page, 'signed-out');
  await page.close();
}

/** axe and no sideways scrolling on every page, in both colour schemes, at three widths. */
async function everyPage(tally, visit) {
  const { issuer } = visit.subject;
  const open = [
    ['login', visit.link()],
    ['signup', `${issuer}/signup`],
    ['setup', `${issuer}/setup?token=nonsense`],
    ['unknown-client', visit.link({ client_id: 'nobody' })],
    ['bad-redirect', visit.link({ redirect_uri: 'https://attacker.example/' })],
  ];
  const signedIn = [
    ['consent', visit.link()],
    ['account', `${issuer}/account`],
    ['apps', `${issuer}/account/apps`],
    ['sessions', `${issuer}/account/sessions`],
    ['logout', `${issuer}/logout`],
  ];
  for (const colorScheme of ['light', 'dark']) {
    const stranger = await visit.tab({ colorScheme });
    const person = await visit.tab({ colorScheme });
    await person.goto(visit.link());
    await visit.signUp(person);
    for (const [page, list] of [
      [stranger, open],
      [person, signedIn],
    ]) {
      for (const [name, url] of list) {
        await tally.check(
          `browser: ${name}, ${colorScheme}: axe finds nothing, nothing scrolls sideways`,
          () => inspect(visit, page, name, url, [colorScheme]),
        );
      }
    }
  }
}
