// The Python clients `mcp` and `fastmcp`, pinned in requirements.txt, in an environment of their own.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALLBACK } from '../keeper.mjs';
import { Person } from '../person.mjs';
import { runJudge } from '../programs.mjs';
import { here, work } from '../subject.mjs';

/** Makes the environment when it is missing or its pins changed; answers its interpreter. */
function interpreter() {
  const folder = join(work, 'venv');
  const pins = readFileSync(join(here, 'requirements.txt'), 'utf8');
  const mark = join(folder, 'installed.txt');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== pins) {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    execFileSync(
      join(folder, 'bin/pip'),
      ['install', '--quiet', '--disable-pip-version-check', '-r', join(here, 'requirements.txt')],
      { stdio: 'inherit' },
    );
    writeFileSync(mark, pins);
  }
  return join(folder, 'bin/python');
}

export async function python({ tally, subject, documents }) {
  const python = interpreter();
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
