// The official conformance suite: its required server scenarios for two revisions, and its authorization scenarios.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { follow, Person } from '../person.mjs';
import { run } from '../programs.mjs';
import { register } from '../register.mjs';
import { freePort, here, root, workFolder } from '../subject.mjs';

const program = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

export async function official({ tally, subject, modernNode }) {
  for (const revision of ['2025-11-25', '2026-07-28'])
    await server(tally, subject, modernNode, revision);
  await tally.check('official suite: authorization scenarios', () =>
    authorization(subject, modernNode),
  );
}

/** Each scenario is a check of its own; what the expected-failures file names must fail, or the file is stale. */
async function server(tally, subject, modernNode, revision) {
  const baseline = join(here, `expected-failures-${revision}.yml`);
  const output = await workFolder(`official-${revision}`);
  const words = [
    program,
    'server',
    '--url',
    subject.fixture,
    '--requirements',
    revision,
    '--expected-failures',
    baseline,
    '-o',
    output,
  ];
  const { code, stdout, stderr } = await run(modernNode, words, { seconds: 180 });
  const title = (name) => `official suite ${revision}: ${name}`;
  const scenarios = [...stdout.matchAll(/^(✓|✗) ([\w-]+): \d+ passed, \d+ failed/gm)];
  const unexpected = [...stdout.matchAll(/^ {2}✗ ([\w-]+)/gm)].map(([, name]) => name);
  for (const [, sign, name] of scenarios) if (sign === '✓') tally.pass(title(name));
  for (const name of unexpected) tally.fail(title(name), `see ${output}`);
  if (scenarios.length < 20 || (code !== 0 && !unexpected.length))
    tally.fail(title('ran to its end'), `exit ${code}\n${(stdout + stderr).slice(-3000)}`);
}

async function authorization(subject, modernNode) {
  const port = await freePort();
  const redirect = `http://127.0.0.1:${port}/callback`;
  const client_id = await register(subject, redirect, 'Official suite');
  const person = new Person();
  const words = [
    program,
    'authorization',
    '--url',
    subject.issuer,
    '--client-id',
    client_id,
    '-p',
    String(port),
    '-o',
    await workFolder('official'),
  ];
  const following = [];
  const { code, stdout, stderr } = await run(modernNode, words, {
    seconds: 120,
    onLine(line) {
      const [link] = line.match(/https?:\/\/\S+\/authorize\?\S+/) ?? [];
      if (link) following.push(follow(person, link));
    },
  });
  assert.deepEqual((await Promise.all(following)).filter(Boolean), []);
  assert.equal(code, 0, `${stdout.slice(-3000)}\n${stderr.slice(-500)}`);
}
