// Puts a view on the stage, in one of the two kinds of host, and looks at it.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { emulateOpenAi } from './openai.mjs';

export const SHOTS = join(import.meta.dirname, '.shots');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const ALL = { openLinks: {}, serverTools: {}, message: {}, updateModelContext: {} };
const MODES = ['inline', 'fullscreen'];

export class Stage {
  /** One tab for many views: they meet as in a chat, one after the other. */
  static async open(chrome, sites, shots) {
    const stage = new Stage();
    const context = await chrome.newContext({ viewport: { width: 400, height: 900 } });
    await context.addInitScript(emulateOpenAi);
    Object.assign(stage, { sites, shots });
    stage.complaints = [];
    stage.page = await context.newPage();
    stage.page.setDefaultTimeout(10_000);
    await stage.page.goto(sites.host);
    await stage.page.waitForFunction(() => globalThis.show);
    stage.page.on('pageerror', (error) => stage.complaints.push(String(error)));
    stage.page.on('console', (message) => {
      if (message.type() === 'error') stage.complaints.push(message.text());
    });
    return stage;
  }

  /** Shows `apps/<widget>` in the state of `scene`; `host` is mcp, openai, or both. */
  async show(widget, scene, host = 'mcp') {
    this.host = host;
    this.complaints.length = 0;
    const { tools = true, theme = 'light', variables, modes = MODES, ...rest } = scene;
    const src = `${this.sites.views}/${widget}${host === 'mcp' ? '' : `?${openAi(scene)}`}`;
    const { serverTools, ...few } = ALL;
    const capabilities = tools ? ALL : few;
    const styles = variables ? { styles: { variables } } : {};
    const context = { theme, displayMode: 'inline', availableDisplayModes: modes, ...styles };
    const given = { ...rest, src, bridge: host !== 'openai', capabilities, context };
    await this.page.evaluate((spec) => globalThis.show(spec), given);
    this.frame = await (await this.page.waitForSelector('iframe')).contentFrame();
    await this.frame.waitForFunction(() => document.querySelector('main')?.innerText.trim());
    if (scene.sees) await this.sees(scene.sees);
  }

  async sees(words) {
    await this.frame.getByText(words).first().waitFor();
  }

  async lacks(name) {
    assert.equal(await this.button(name).count(), 0, `there is a button “${name}”`);
  }

  button(name) {
    return this.frame.getByRole('button', { name });
  }

  /** What the view asked of its host, by kind. */
  async asked(kind) {
    const all =
      this.host === 'mcp'
        ? await this.page.evaluate(() => globalThis.seen)
        : await this.frame.evaluate(() => window.openai.asked);
    return all.filter(([first]) => first === kind).map(([, ...more]) => more);
  }

  async asks(kind, ...expected) {
    const until = Date.now() + 5_000;
    let last;
    while (Date.now() < until) {
      last = (await this.asked(kind)).at(-1);
      try {
        return assert.deepEqual(last, expected);
      } catch {
        await new Promise((done) => setTimeout(done, 25));
      }
    }
    assert.deepEqual(last, expected);
  }

  async theme(theme) {
    if (this.host === 'openai')
      await this.frame.evaluate((value) => window.setGlobals({ theme: value }), theme);
    else
      await this.page.evaluate(
        (value) => globalThis.bridge.setHostContext({ theme: value }),
        theme,
      );
    await this.frame.waitForFunction(
      (value) => document.documentElement.dataset.theme === value,
      theme,
    );
  }

  async width(pixels) {
    await this.page.setViewportSize({ width: pixels, height: 900 });
  }

  /** No sideways scrolling, none inside of the frame, nothing that axe finds, nothing in the console. */
  async inspect(name) {
    for (const theme of ['light', 'dark']) {
      await this.theme(theme);
      for (const width of [360, 400, 800]) {
        await this.width(width);
        await this.fits(`${theme}, ${width} px`);
        // Under window.openai the page is the same: one look at each theme and width is enough.
        const look =
          this.host === 'mcp' ? width !== 360 : width === (theme === 'light' ? 400 : 800);
        if (look) await this.examine(`${theme}, ${width} px`);
        if (this.shots && look && this.host === 'mcp') {
          const path = join(SHOTS, `${name.replaceAll('/', '-')}-${theme}-${width}.png`);
          await this.page.locator('iframe').screenshot({ path });
        }
      }
    }
    assert.deepEqual(this.complaints, []);
  }

  async fits(at) {
    const over = () =>
      this.frame.evaluate(() => {
        const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
        return [scrollWidth - clientWidth, scrollHeight - clientHeight];
      });
    // The host hears of the new height a frame later.
    const settles = Date.now() + 2_000;
    let [sideways, down] = await over();
    while (this.host === 'mcp' && down > 0 && Date.now() < settles) [sideways, down] = await over();
    assert.ok(sideways <= 0, `${at}: scrolls ${sideways} px sideways`);
    if (this.host === 'mcp') assert.ok(down <= 0, `${at}: scrolls ${down} px inside of its frame`);
  }

  async examine(at) {
    if (!(await this.frame.evaluate(() => 'axe' in globalThis)))
      await this.frame.evaluate(axe.source);
    const { violations } = await this.frame.evaluate(
      (values) =>
        globalThis.axe.run(document, {
          runOnly: { type: 'tag', values },
          resultTypes: ['violations'],
        }),
      RULES,
    );
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
    );
    assert.deepEqual(found, [], at);
  }
}

/** The state as ChatGPT's globals say it. */
function openAi({ input, result, theme = 'light', tools = true, answers }) {
  const globals = {
    toolInput: input ?? null,
    toolOutput: result?.structuredContent ?? null,
    toolResponseMetadata: result ? { status: 'completed', mcp_tool_result: result } : null,
    theme,
    displayMode: 'inline',
    locale: 'en-US',
    answers,
    without: tools ? [] : ['callTool'],
  };
  return new URLSearchParams({ openai: JSON.stringify(globals) });
}
