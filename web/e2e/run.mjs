// The views in a browser, in the official host and under an emulated window.openai: every state, then what people do.
// `node web/e2e/run.mjs [--shots] [WORD]`: pictures into web/e2e/.shots; only the checks whose name contains the word.
import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Tally } from '../../conformance/tally.mjs';
import { openSites } from './sites.mjs';
import { SHOTS, Stage } from './stage.mjs';
import { STATES } from './states.mjs';
import { STEPS } from './steps.mjs';

const STAGES = 3;
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const { values, positionals } = parseArgs({
  options: { shots: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [word = ''] = positionals;

const checks = [];
for (const [widget, states] of Object.entries(STATES))
  for (const [state, scene] of Object.entries(states))
    for (const host of ['mcp', 'openai']) {
      // window.openai knows no cancelling.
      if (host === 'openai' && scene.cancelled) continue;
      const name = `${widget} ${state}`;
      checks.push([
        `${name}, ${host}`,
        async (stage) => {
          await stage.show(widget, scene, host);
          for (const label of scene.lacks ?? []) await stage.lacks(label);
          await stage.inspect(name);
        },
      ]);
    }
checks.push(...STEPS);

const tally = new Tally();
if (values.shots) {
  await rm(SHOTS, { recursive: true, force: true });
  await mkdir(SHOTS, { recursive: true });
}
const sites = await openSites();
const chrome = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: SWITCHES,
});
try {
  const queue = checks.filter(([name]) => name.includes(word));
  const work = async () => {
    const stage = await Stage.open(chrome, sites, values.shots);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, check] = next;
      await tally.check(name, () => check(stage));
    }
  };
  await Promise.all(Array.from({ length: STAGES }, work));
} finally {
  await chrome.close();
  sites.close();
}
for (const name of tally.failures) console.log(`failed: ${name}`);
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed ? 1 : 0;
