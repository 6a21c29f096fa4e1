// Starts and stops what is judged: the binary on a free loopback port, with its own data folder and configuration.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = join(here, '..');
export const work = join(here, '.work');

const READY_SECONDS_MAX = 60;
const STOP_SECONDS_MAX = 15;

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Forgets earlier runs; the Python environment stays. */
export async function clearWork() {
  await mkdir(work, { recursive: true });
  const names = (await readdir(work)).filter((name) => name !== 'venv');
  await Promise.all(names.map((name) => rm(join(work, name), { recursive: true, force: true })));
}

export async function workFolder(name) {
  await mkdir(work, { recursive: true });
  return mkdtemp(join(work, `${name}-`));
}

/** What the judges need to know about the server in front of them. */
export function addresses(issuer) {
  return {
    issuer,
    notes: `${issuer}/mcp/notes`,
    ping: `${issuer}/mcp/ping`,
    mcp: `${issuer}/mcp`,
    fixture: `${issuer}/mcp/fixture`,
  };
}

/** One running node. */
export class Node {
  /** `issuer` differs from the node's own address when a proxy stands in front. */
  constructor({ binary, folder, port, issuer, database, settings = '' }) {
    Object.assign(this, { binary, folder, port, database, settings });
    this.address = `http://127.0.0.1:${port}`;
    this.issuer = issuer ?? this.address;
  }

  async start() {
    const config = join(this.folder, `vestibule-${this.port}.toml`);
    await writeFile(config, this.settings);
    const metrics = await freePort();
    this.env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      RUST_BACKTRACE: '1',
      VESTIBULE_PUBLIC_URL: this.issuer,
      VESTIBULE_LISTEN: `127.0.0.1:${this.port}`,
      VESTIBULE_METRICS_LISTEN: `127.0.0.1:${metrics}`,
      VESTIBULE_DATA_DIR: join(this.folder, 'data'),
      ...(this.database ? { DATABASE_URL: this.database } : {}),
    };
    const log = await open(join(this.folder, `node-${this.port}.log`), 'a');
    this.child = spawn(this.binary, ['serve', '--config', config], {
      cwd: this.folder,
      stdio: ['ignore', log.fd, log.fd],
      env: this.env,
    });
    this.exited = new Promise((done) => this.child.on('exit', done));
    await log.close();
    const deadline = Date.now() + READY_SECONDS_MAX * 1000;
    while (Date.now() < deadline) {
      if (this.child.exitCode !== null)
        throw new Error(`the server ended at once; see ${this.folder}/node-${this.port}.log`);
      const ready = await fetch(`${this.address}/health/ready`, {
        signal: AbortSignal.timeout(2000),
      }).catch(() => null);
      if (ready?.ok) return this;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(
      `not ready after ${READY_SECONDS_MAX} s; see ${this.folder}/node-${this.port}.log`,
    );
  }

  /** What one of the operator's commands prints, on this node's database. */
  async command(...words) {
    const config = join(this.folder, `vestibule-${this.port}.toml`);
    const options = { cwd: this.folder, env: this.env, maxBuffer: 100_000_000 };
    return (await promisify(execFile)(this.binary, [...words, '--config', config], options)).stdout;
  }

  /** Ends the node; `SIGKILL` is the power cut. */
  async stop(signal = 'SIGTERM') {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_SECONDS_MAX * 1000);
    await this.exited;
    clearTimeout(timer);
  }
}
