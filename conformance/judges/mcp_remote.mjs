// mcp-remote: a stdio host reaches the guarded server through it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callWith } from '../dance.mjs';
import { follow, Person } from '../person.mjs';
import { root, workFolder } from '../subject.mjs';

const program = join(root, 'node_modules/mcp-remote/dist/proxy.js');

/** A host that starts mcp-remote; whenever it prints a link, the person follows it. */
async function open(url, folder, person, answer) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, url, '--auth-timeout', '40'],
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'true' },
    stderr: 'pipe',
  });
  const host = { asked: 0, log: '' };
  createInterface({ input: transport.stderr }).on('line', (line) => {
    host.log += `${line}\n`;
    const [link] = line.match(/https?:\/\/\S+\/authorize\?\S+/) ?? [];
    if (!link) return;
    host.asked += 1;
    follow(person, link, answer).then((problem) => (host.log += problem ?? ''));
  });
  host.client = new Client({ name: 'conformance', version: '1' });
  await host.client.connect(transport, { timeout: 60_000 }).catch((error) => {
    throw new Error(`${error.message}\n${host.log.slice(-1500)}`);
  });
  host.text = async (name, args = {}) => {
    const result = await host.client.callTool({ name, arguments: args });
    assert.ok(!result.isError, JSON.stringify(result));
    return result.content[0].text;
  };
  return host;
}

async function stored(folder, ending) {
  const names = await readdir(folder, { recursive: true });
  const name = names.find((path) => path.endsWith(ending));
  assert.ok(name, `${ending} is not among ${names}`);
  return {
    path: join(folder, name),
    value: JSON.parse(await readFile(join(folder, name), 'utf8')),
  };
}

export async function mcpRemote({ tally, subject }) {
  const folder = await workFolder('mcp-remote');
  const person = new Person();
  const title = (step) => `mcp-remote, registration: ${step}`;

  const started = await tally.check(title('discovers, registers, signs in and calls'), async () => {
    const host = await open(subject.notes, folder, person);
    await host.text('auth_whoami');
    await host.text('notes_add', { text: 'through mcp-remote' });
    assert.match(await host.text('notes_list'), /through mcp-remote/);
    assert.equal(host.asked, 1);
    await host.client.close();
  });
  if (!started) return;

  await tally.check(title('refreshes when the access token is refused'), async () => {
    const { path, value } = await stored(folder, '_tokens.json');
    await writeFile(
      path,
      JSON.stringify({ ...value, access_token: `${value.access_token.slice(0, -6)}AAAAAA` }),
    );
    const host = await open(subject.notes, folder, person);
    await host.text('auth_whoami');
    assert.equal(host.asked, 0, host.log);
    await host.client.close();
  });

  await tally.check(title('a revoked grant ends, and the next sign-in works'), async () => {
    const { value } = await stored(folder, '_tokens.json');
    const { value: client } = await stored(folder, '_client_info.json');
    const body = new URLSearchParams({ token: value.refresh_token, client_id: client.client_id });
    assert.equal(
      (await fetch(`${subject.issuer}/oauth/revoke`, { method: 'POST', body })).status,
      200,
    );
    assert.equal((await callWith(subject.notes, value.access_token, 'auth_whoami')).status, 401);
    const host = await open(subject.notes, folder, person);
    await host.text('auth_whoami');
    assert.equal(host.asked, 1, host.log);
    await host.client.close();
  });
}
