// A browser in front of the server, with a client of its own to come from and to land at.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { work } from './subject.mjs';

export const SCREENSHOTS = join(work, 'screenshots');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
const WIDTHS = [320, 360, 1280];
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** The client's side of the redirect. */
export async function clientSite() {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>landed</title><p>${request.url.split('?')[0]}</p>`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, redirect: `http://127.0.0.1:${server.address().port}/callback` };
}

/** One browser and what it needs to know. */
export class Visit {
  constructor(subject, chrome, site, clientId) {
    Object.assign(this, { subject, chrome, site, clientId });
  }

  link(more = {}) {
    const parameters = {
      client_id: this.clientId,
      redirect_uri: this.site.redirect,
      response_type: 'code',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      resource: this.subject.notes,
      scope: 'profile:read notes:read notes:write',
      state: randomUUID(),
      ...more,
    };
    return `${this.subject.issuer}/oauth/authorize?${new URLSearchParams(parameters)}`;
  }

  /** A tab of a browser that knows nothing yet; fails on script errors and on policy violations. */
  async tab(options = {}) {
    const context = await this.chrome.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.complaints = [];
    page.on('pageerror', (error) => page.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        page.complaints.push(message.text());
    });
    return page;
  }

  async signUp(
    page,
    { email = `b-${randomBytes(5).toString('hex')}@example.com`, password = randomUUID() } = {},
  ) {
    await page.locator('a[href*="/signup"]').first().click();
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(password);
    await submit(page, '[name=password]');
    return { email, password };
  }

  async signIn(page, { email, password }) {
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(password);
    await submit(page, '[name=password]');
  }

  /** A tab that stands at the consent page, signed in. */
  async atConsent(options) {
    const page = await this.tab(options);
    await page.goto(this.link());
    page.person = await this.signUp(page);
    await page.locator('[name=decision][value=allow]').waitFor();
    return page;
  }

  /** Some clients want their warning understood before Allow. */
  async tick(page) {
    const box = page.locator('[name=understood]');
    if (await box.count()) await box.check();
  }

  /** Decides and answers the client's URL. */
  async decide(page, decision) {
    if (decision === 'allow') await this.tick(page);
    await page.locator(`[name=decision][value=${decision}]`).click();
    await page.waitForURL(`${this.site.redirect}*`);
    return new URL(page.url()).searchParams;
  }

  shot(page, name) {
    return page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }
}

const submit = (page, inside) =>
  page
    .locator('form', { has: page.locator(inside) })
    .locator('[type=submit], button:not([type])')
    .first()
    .click();

/** axe and no sideways scrolling on one page, at three widths, in light and dark. */
export async function inspect(visit, page, name, url, colorSchemes = ['light', 'dark']) {
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(url);
      await visit.shot(page, `${name}-${colorScheme}-${width}`);
      const sideways = await page.evaluate(
        () => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth,
      );
      assert.ok(sideways <= 0, `${width} px wide: scrolls ${sideways} px sideways`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(
        (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }),
        RULES,
      );
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
      );
      assert.deepEqual(found, [], `${name}, ${colorScheme}, ${width} px wide`);
    }
  }
  assert.deepEqual(page.complaints, []);
}
