// Runs other people's programs: with a time limit, an ear for authorization links, and their lines counted.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Runs to the end and answers `{ code, stdout, stderr }`. `onLine` hears every line of both outputs. */
export async function run(command, words, { env = {}, cwd, seconds = 60, onLine = () => {} } = {}) {
  const child = spawn(command, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const text = { stdout: '', stderr: '' };
  const reading = ['stdout', 'stderr'].map(async (name) => {
    for await (const line of createInterface({ input: child[name] })) {
      text[name] += `${line}\n`;
      onLine(line, name);
    }
  });
  try {
    const code = await new Promise((done, failed) => child.on('exit', done).on('error', failed));
    await Promise.all(reading);
    return { code, ...text };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs what a judge needs beforehand. It waits without holding up the loop, which would miss closed connections. */
export async function prepare(command, words, options) {
  const { code, stderr } = await run(command, words, { seconds: 900, ...options });
  if (code !== 0) throw new Error(`${command} ${words.join(' ')}: exit ${code}\n${stderr}`);
}

/** Runs a judge written in another language: its `ok …` and `FAIL …: …` lines are the result. */
export async function runJudge(tally, name, command, words, options) {
  let lines = 0;
  const onLine = (line) => {
    const [, verdict, rest] = line.match(/^(ok|FAIL) (.*)$/) ?? [];
    if (!verdict) return;
    lines += 1;
    if (verdict === 'ok') tally.pass(rest);
    else tally.fail(...split(rest));
  };
  const { code, stderr } = await run(command, words, { ...options, onLine });
  if (code !== 0 || lines === 0)
    tally.fail(`${name} ran to its end`, `exit ${code}, ${lines} lines\n${stderr.slice(-2000)}`);
}

function split(text) {
  const at = text.indexOf(': ', text.indexOf(', '));
  const second = text.indexOf(': ', at + 2);
  return second < 0 ? [text, ''] : [text.slice(0, second), text.slice(second + 2)];
}
