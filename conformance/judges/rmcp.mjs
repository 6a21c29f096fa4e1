// The rmcp client, a program of its own in conformance/rmcp.
import { join } from 'node:path';
import { CALLBACK } from '../keeper.mjs';
import { Person } from '../person.mjs';
import { prepare, runJudge } from '../programs.mjs';
import { here, root } from '../subject.mjs';

export async function rmcp({ tally, subject, documents }) {
  const target = join(root, 'target');
  await prepare('cargo', ['build', '--quiet', '--locked', '--target-dir', target], { cwd: join(here, 'rmcp') });
  const person = await new Person().enrol(subject.issuer);
  const document =
    documents?.publish('rmcp', {
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
    }) ?? '-';
  const env = { PERSON: person.environment, NODE: process.execPath };
  await runJudge(
    tally,
    'rmcp',
    join(target, 'debug/rmcp-judge'),
    [subject.notes, join(here, 'person.mjs'), document],
    { env, seconds: 300 },
  );
}
