// The Python clients `mcp` and `fastmcp`, pinned in requirements.txt, in an environment of their own.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALLBACK } from '../keeper.mjs';
import { Person } from '../person.mjs';
import { prepare, runJudge } from '../programs.mjs';
import { here, work } from '../subject.mjs';

/** Makes the environment when it is missing or its pins changed; answers its interpreter. */
export async function interpreter() {
  const folder = join(work, 'venv');
  const pins = join(here, 'requirements.txt');
  const mark = join(folder, 'installed.txt');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== readFileSync(pins, 'utf8')) {
    await prepare('python3', ['-m', 'venv', folder]);
    await prepare(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', pins]);
    copyFileSync(pins, mark);
  }
  return join(folder, 'bin/python');
}

export async function python({ tally, subject, documents }) {
  const python = await interpreter();
  const person = await new Person().enrol(subject.issuer);
  const grants = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
  const document = (name, redirect) =>
    documents?.publish(name, { redirect_uris: [redirect], ...grants }) ?? '-';
  const words = [
    join(here, 'judges/python_clients.py'),
    subject.notes,
    join(here, 'person.mjs'),
    document('python-mcp', CALLBACK),
    document('python-fastmcp', 'http://localhost/callback'),
  ];
  await runJudge(tally, 'the Python clients', python, words, {
    env: { PERSON: person.environment, NODE: process.execPath },
    seconds: 300,
  });
}
