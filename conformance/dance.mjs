// The whole dance of an MCP host, the same for every client library that takes a keeper.
import assert from 'node:assert/strict';
import { Keeper } from './keeper.mjs';
import { Person } from './person.mjs';

const textOf = (result) => result.content.map((part) => part.text ?? '').join('\n');

/** A host on top of one library: `library` makes clients and tells its errors apart. */
export class Host {
  constructor(library, url, keeper) {
    Object.assign(this, { library, url: new URL(url), keeper });
  }

  /** Opens a connection, signing in on the way as often as the library asks, at most twice. */
  async connect() {
    for (let attempt = 0; ; attempt += 1) {
      this.transport = this.library.transport(this.url, this.keeper);
      this.client = this.library.client();
      try {
        await this.client.connect(this.transport);
        return this;
      } catch (error) {
        if (!this.library.isUnauthorized(error) || attempt === 2) throw error;
        await this.library.finish(this.transport, this.keeper.landing);
      }
    }
  }

  async call(name, args = {}) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.client.callTool({ name, arguments: args });
      } catch (error) {
        if (!this.library.isUnauthorized(error) || attempt === 2) throw error;
        await this.library.finish(this.transport, this.keeper.landing);
      }
    }
  }

  async text(name, args) {
    const result = await this.call(name, args);
    assert.ok(!result.isError, `${name}: ${textOf(result)}`);
    return textOf(result);
  }

  close() {
    return this.client.close();
  }
}

/** Runs every step for one library and one way of registering. */
export async function dance({ tally, subject, library, way, clientMetadataUrl }) {
  const title = (step) => `${library.name}, ${way}: ${step}`;
  const person = new Person();
  const keeper = new Keeper(person, { clientMetadataUrl });
  const host = new Host(library, subject.notes, keeper);

  const started = await tally.check(
    title('discovers, registers, signs in, lists and calls'),
    async () => {
      await host.connect();
      const { tools } = await host.client.listTools();
      const names = tools.map((tool) => tool.name);
      for (const name of ['auth_show', 'auth_whoami', 'notes_list', 'notes_add', 'notes_teaser'])
        assert.ok(names.includes(name), `${name} is not listed`);
      assert.equal(keeper.dances, 1);
      assert.equal(keeper.client.client_id === clientMetadataUrl, Boolean(clientMetadataUrl));
      await host.text('auth_whoami');
      await host.text('notes_list');
    },
  );
  if (!started) return;

  await tally.check(title('refreshes when the access token is refused'), async () => {
    const before = keeper.kept;
    keeper.kept = { ...before, access_token: `${before.access_token.slice(0, -6)}AAAAAA` };
    await host.text('auth_whoami');
    assert.notEqual(keeper.kept.access_token, before.access_token);
    assert.equal(keeper.dances, 1, 'a refresh asked the person');
  });

  await tally.check(title('a token for one resource is useless at another'), async () => {
    const response = await callWith(subject.ping, keeper.kept.access_token, 'ping');
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/);
  });

  await tally.check(title('a revoked grant ends, and the next sign-in works'), async () => {
    const dances = keeper.dances;
    await revoke(subject, keeper);
    await host.text('auth_whoami');
    assert.equal(keeper.dances, dances + 1, 'the person was asked once more');
    await host.text('notes_list');
  });
  await host.close();

  await tally.check(title('steps up when a tool needs more'), () =>
    stepUp({ subject, library, clientMetadataUrl }),
  );
  await tally.check(title('hears a denial'), () => denial({ subject, library, clientMetadataUrl }));
}

async function stepUp({ subject, library, clientMetadataUrl }) {
  const keeper = new Keeper(new Person(), { clientMetadataUrl });
  keeper.answer = { grant: (scope) => scope !== 'notes:write' };
  const host = await new Host(library, subject.notes, keeper).connect();
  await host.text('notes_list');
  const refused = await callWith(subject.notes, keeper.kept.access_token, 'notes_add', {
    text: 'x',
  });
  assert.equal(refused.status, 403);
  const challenge = refused.headers.get('www-authenticate');
  assert.match(challenge, /^Bearer .*error="insufficient_scope"/);
  const [, wanted] = challenge.match(/scope="([^"]*)"/);
  for (const scope of ['notes:write', 'notes:read'])
    assert.ok(wanted.split(' ').includes(scope), `challenge asks for ${wanted}`);
  keeper.answer = {};
  await library.stepUp(host, wanted, () => host.text('notes_add', { text: 'from a step-up' }));
  assert.match(await host.text('notes_list'), /from a step-up/);
  await host.close();
}

async function denial({ subject, library, clientMetadataUrl }) {
  const keeper = new Keeper(new Person(), { clientMetadataUrl });
  keeper.answer = { allow: false };
  const host = new Host(library, subject.notes, keeper);
  await assert.rejects(host.connect());
  const { searchParams } = keeper.landing;
  assert.equal(searchParams.get('error'), 'access_denied');
  assert.equal(searchParams.get('iss'), subject.issuer);
  assert.equal(searchParams.get('code'), null);
}

/** Ends the grant as a host does on "disconnect". */
export async function revoke(subject, keeper) {
  const response = await fetch(keeper.discovered.authorizationServerMetadata.revocation_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      token: keeper.kept.refresh_token,
      token_type_hint: 'refresh_token',
      client_id: keeper.client.client_id,
    }),
  });
  assert.equal(response.status, 200);
  const after = await callWith(subject.notes, keeper.kept.access_token, 'auth_whoami');
  assert.equal(after.status, 401, 'the access token outlived its grant');
}

/** One call without any library. */
export function callWith(url, token, name, args = {}) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  });
}
