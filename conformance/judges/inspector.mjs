// The MCP Inspector's command line: registration, metadata document, both eras, stored sign-in, re-login.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { follow, Person } from '../person.mjs';
import { run } from '../programs.mjs';
import { freePort, root, workFolder } from '../subject.mjs';

const program = join(
  root,
  'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);

export async function inspector({ tally, subject, documents, modernNode }) {
  const document = documents?.publish('inspector', {
    redirect_uris: ['http://127.0.0.1/oauth/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  });
  await ways(tally, subject, modernNode, 'registration', []);
  if (document)
    await ways(tally, subject, modernNode, 'metadata document', [
      '--client-metadata-url',
      document,
    ]);
}

async function ways(tally, subject, modernNode, way, options) {
  const home = await workFolder('inspector');
  const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
  const person = new Person();
  let asked = 0;
  const title = (step) => `inspector, ${way}: ${step}`;

  async function inspect(...words) {
    const following = [];
    const result = await run(
      modernNode,
      [
        program,
        '--cli',
        '--server-url',
        subject.notes,
        '--transport',
        'http',
        '--format',
        'json',
        '--callback-url',
        callback,
        ...options,
        ...words,
      ],
      {
        cwd: home,
        env: {
          HOME: home,
          BROWSER: 'true',
          MCP_AUTO_OPEN_ENABLED: 'true',
          MCP_INSPECTOR_SECRET_STORE: 'file',
        },
        onLine(line) {
          const [link] = line.match(/https?:\/\/[^\s"']+\/authorize\?[^\s"']+/) ?? [];
          if (!link) return;
          asked += 1;
          following.push(follow(person, link));
        },
      },
    );
    assert.deepEqual((await Promise.all(following)).filter(Boolean), []);
    assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}`);
    return result.stdout;
  }

  const started = await tally.check(title('signs in and lists'), async () => {
    assert.match(await inspect('--method', 'tools/list'), /auth_whoami/);
    assert.equal(asked, 1);
  });
  if (!started) return;
  await tally.check(title('calls with the stored sign-in, in both eras'), async () => {
    for (const era of ['legacy', 'modern']) {
      const out = await inspect(
        '--protocol-era',
        era,
        '--stored-auth-only',
        '--method',
        'tools/call',
        '--tool-name',
        'auth_whoami',
      );
      assert.doesNotMatch(out, /"isError":\s*true/);
    }
    assert.equal(asked, 1);
  });
  await tally.check(title('finds every tool schema portable'), () =>
    inspect('--method', 'tools/list', '--strict', '--stored-auth-only'),
  );
  await tally.check(title('revokes and signs in again'), async () => {
    await inspect('--relogin', '--method', 'tools/call', '--tool-name', 'notes_list');
    assert.equal(asked, 2);
  });
}
