// A throw-away PostgreSQL: its own cluster in a temporary folder, run by an unprivileged user, ended with the run.
// From a shell: `node postgres.mjs COMMAND…` runs the command with VESTIBULE_TEST_POSTGRES_URL set.
import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './subject.mjs';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

export class Postgres {
  /** Answers the URL of an empty database. */
  async start() {
    const versions = (await readdir(VERSIONS))
      .map(Number)
      .filter(Boolean)
      .sort((a, b) => b - a);
    this.bin = join(VERSIONS, String(versions[0]), 'bin');
    this.folder = await mkdtemp(join(tmpdir(), 'vestibule-postgres-'));
    this.port = await freePort();
    // As root, the server refuses to run: the packaged `postgres` user runs it.
    this.as = userInfo().uid === 0 ? await account('postgres') : {};
    if (this.as.uid) await chown(this.folder, this.as.uid, this.as.gid);
    await chmod(this.folder, 0o700);
    await this.#command('initdb', [
      '-D',
      join(this.folder, 'data'),
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
    ]);
    await this.resume();
    await this.#command('psql', [
      '-h',
      this.folder,
      '-p',
      String(this.port),
      '-U',
      'postgres',
      '-c',
      'CREATE DATABASE vestibule',
    ]);
    return `postgres://postgres@127.0.0.1:${this.port}/vestibule`;
  }

  #command(name, words) {
    return run(join(this.bin, name), words, { ...this.as, cwd: this.folder, timeout: 60_000 });
  }

  /** Starts the server on the cluster as it is. */
  async resume() {
    const words = [
      '-D',
      join(this.folder, 'data'),
      '-k',
      this.folder,
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-c',
      'max_connections=100',
      '-c',
      'fsync=off',
    ];
    this.child = spawn(join(this.bin, 'postgres'), words, {
      ...this.as,
      cwd: this.folder,
      stdio: 'ignore',
    });
    this.exited = new Promise((done) => this.child.on('exit', done));
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#command('pg_isready', ['-q', '-h', '127.0.0.1', '-p', String(this.port)]);
        return;
      } catch (error) {
        if (attempt === 100 || this.child.exitCode !== null) throw error;
        await new Promise((done) => setTimeout(done, 100));
      }
    }
  }

  /** Stops the server; the cluster stays. */
  async halt() {
    this.child?.kill('SIGINT');
    await this.exited;
  }

  async stop() {
    if (this.child?.exitCode === null) await this.halt();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

async function account(name) {
  const id = async (option) => Number((await run('id', [option, name])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const postgres = new Postgres();
  try {
    const env = { ...process.env, VESTIBULE_TEST_POSTGRES_URL: await postgres.start() };
    const [command, ...words] = process.argv.slice(2);
    const child = spawn(command, words, { env, stdio: 'inherit' });
    // The command ends first, then the cluster.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    process.exitCode = await new Promise((done) => child.on('exit', (code) => done(code ?? 1)));
  } finally {
    await postgres.stop();
  }
}
