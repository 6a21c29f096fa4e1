// Two nodes behind a round robin on one PostgreSQL, power cuts in mid-flight, and the same on SQLite with restarts.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { callWith } from '../dance.mjs';
import { Person } from '../person.mjs';
import { Postgres } from '../postgres.mjs';
import { register } from '../register.mjs';
import { RoundRobin } from '../round_robin.mjs';
import { addresses, freePort, Node, workFolder } from '../subject.mjs';

const DANCES = 200;
const PEOPLE = 8;
// What one node revoked, another refuses within two seconds; one more for a busy machine.
const REVOCATION_SECONDS_MAX = 3;
const REDIRECT = 'http://127.0.0.1:41998/callback';

const form = (url, fields) =>
  fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    signal: AbortSignal.timeout(60_000),
  });

/** From the authorization URL to what the token endpoint wants for the code. */
async function toCode(subject, person, client_id) {
  const verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const state = randomBytes(9).toString('base64');
  const parameters = {
    client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    code_challenge,
    code_challenge_method: 'S256',
    state,
    resource: subject.notes,
    scope: 'profile:read notes:read notes:write',
  };
  const landing = new URL(
    await person.authorize(`${subject.issuer}/oauth/authorize?${new URLSearchParams(parameters)}`),
  );
  assert.equal(landing.searchParams.get('state'), state);
  const code = landing.searchParams.get('code');
  assert.ok(code, `no code: ${landing}`);
  return {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT,
    client_id,
    resource: subject.notes,
  };
}

async function tokens(subject, fields) {
  const response = await form(`${subject.issuer}/oauth/token`, fields);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

const refreshing = (client_id, refresh_token) => ({
  grant_type: 'refresh_token',
  client_id,
  refresh_token,
});

async function dance(subject, person) {
  const client_id = await register(subject, REDIRECT);
  const first = await tokens(subject, await toCode(subject, person, client_id));
  const called = await callWith(subject.notes, first.access_token, 'auth_whoami');
  assert.equal(called.status, 200, await called.text());
  const second = await tokens(subject, refreshing(client_id, first.refresh_token));
  const again = await callWith(subject.notes, second.access_token, 'notes_list');
  assert.equal(again.status, 200, await again.text());
}

/** Every racer presents the same thing at once; answers the winners' token sets. */
async function race(subject, fields, racers = 12) {
  const answers = await Promise.all(
    Array.from({ length: racers }, () => form(`${subject.issuer}/oauth/token`, fields)),
  );
  const won = [];
  for (const answer of answers) {
    const body = await answer.json();
    if (answer.ok) won.push(body);
    else assert.equal(body.error, 'invalid_grant', JSON.stringify(body));
  }
  return won;
}

async function races(subject, person) {
  const client_id = await register(subject, REDIRECT);
  const code = await toCode(subject, person, client_id);
  const won = await race(subject, code);
  assert.equal(won.length, 1, `${won.length} redemptions of one code`);
  // The losers replayed the code, and so ended what it had issued.
  assert.equal(
    (await form(`${subject.issuer}/oauth/token`, refreshing(client_id, won[0].refresh_token)))
      .status,
    400,
  );

  const { refresh_token } = await tokens(subject, await toCode(subject, person, client_id));
  const rotated = await race(subject, refreshing(client_id, refresh_token));
  assert.ok(rotated.length >= 1);
  const successors = new Set(rotated.map((answer) => answer.refresh_token));
  assert.equal(successors.size, 1, `${successors.size} successors of one generation`);
}

/** Dances while `strike` does its worst; then everything that was answered must still be true. */
async function through(subject, people, strike) {
  const held = [];
  const redeemed = [];
  let running = true;
  const work = people.map(async (person) => {
    const client_id = await register(subject, REDIRECT);
    while (running) {
      const fields = await toCode(subject, person, client_id).catch(() => null);
      if (!fields) continue;
      const answer = await form(`${subject.issuer}/oauth/token`, fields).catch(() => null);
      if (!answer?.ok) continue;
      const set = await answer.json().catch(() => null);
      if (!set) continue;
      redeemed.push(fields);
      const next = await form(
        `${subject.issuer}/oauth/token`,
        refreshing(client_id, set.refresh_token),
      ).catch(() => null);
      // Whoever did not hear the answer holds the old generation, as a real client would.
      const latest = next?.ok ? await next.json().catch(() => set) : set;
      held.push({ client_id, refresh_token: latest.refresh_token });
    }
  });
  await strike();
  running = false;
  await Promise.all(work);
  assert.ok(held.length >= people.length, `only ${held.length} grants were made`);
  for (const { client_id, refresh_token } of held) {
    const set = await tokens(subject, refreshing(client_id, refresh_token));
    const called = await callWith(subject.notes, set.access_token, 'auth_whoami');
    assert.equal(called.status, 200, called.headers.get('www-authenticate'));
  }
  for (const fields of redeemed.slice(-10)) {
    const answer = await form(`${subject.issuer}/oauth/token`, fields);
    assert.equal((await answer.json()).error, 'invalid_grant', 'a code won twice');
  }
  return held.length;
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export async function nodes({ tally, binary, settings }) {
  await twoNodes(tally, binary, settings);
  await oneNode(tally, binary, settings);
}

async function twoNodes(tally, binary, settings) {
  const folder = await workFolder('nodes');
  const postgres = new Postgres();
  const proxy = new RoundRobin();
  const running = [];
  try {
    const database = await postgres.start();
    const ports = [await freePort(), await freePort()];
    await proxy.start(ports);
    const subject = addresses(proxy.origin);
    for (const port of ports) {
      const node = new Node({
        binary,
        folder,
        port,
        issuer: proxy.origin,
        database,
        settings,
      });
      running.push(node);
      await node.start();
    }
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, () => new Person().enrol(subject.issuer)),
    );
    await tally.check(
      `nodes: ${DANCES} dances at once, each step on another node, none fails`,
      async () => {
        const all = Array.from({ length: DANCES }, () => dance(subject, new Person()));
        const failed = (await Promise.allSettled(all)).filter(
          ({ status }) => status === 'rejected',
        );
        assert.equal(
          failed.length,
          0,
          `${failed.length} failed, first: ${failed[0]?.reason?.stack}`,
        );
      },
    );
    await tally.check('nodes: racing redemptions and rotations have one winner', async () => {
      for (let round = 0; round < 5; round += 1) await races(subject, people[round % PEOPLE]);
    });
    await tally.check('nodes: a revocation holds on the other node within its bound', () =>
      revokedEverywhere(subject, ports, people[0]),
    );
    await tally.check(
      'nodes: kill -9 of either node loses no committed grant and lets nothing win twice',
      () =>
        through(subject, people, async () => {
          for (const node of running) {
            await pause(2);
            await node.stop('SIGKILL');
            await pause(1);
            await node.start();
          }
          await pause(2);
        }),
    );
    await tally.check(
      'nodes: with the database away the answer is 503, and it recovers by itself',
      () => databaseAway(subject, people[1], postgres),
    );
  } finally {
    proxy.stop();
    await Promise.allSettled(running.map((node) => node.stop()));
    await postgres.stop();
  }
}

async function revokedEverywhere(subject, ports, person) {
  const client_id = await register(subject, REDIRECT);
  const set = await tokens(subject, await toCode(subject, person, client_id));
  const at = (port) =>
    callWith(`http://127.0.0.1:${port}/mcp/notes`, set.access_token, 'auth_whoami');
  for (const port of ports) assert.equal((await at(port)).status, 200);
  assert.equal(
    (
      await form(`http://127.0.0.1:${ports[0]}/oauth/revoke`, {
        token: set.refresh_token,
        client_id,
      })
    ).status,
    200,
  );
  const deadline = Date.now() + REVOCATION_SECONDS_MAX * 1000;
  for (const port of ports) {
    let status;
    while ((status = (await at(port)).status) === 200 && Date.now() < deadline) await pause(0.2);
    assert.equal(status, 401);
  }
}

async function databaseAway(subject, person, postgres) {
  const client_id = await register(subject, REDIRECT);
  const set = await tokens(subject, await toCode(subject, person, client_id));
  await postgres.halt();
  const answer = await form(
    `${subject.issuer}/oauth/token`,
    refreshing(client_id, set.refresh_token),
  );
  assert.equal(answer.status, 503);
  assert.ok(answer.headers.get('retry-after'));
  assert.equal((await answer.json()).error, 'temporarily_unavailable');
  await postgres.resume();
  const deadline = Date.now() + 30_000;
  let again;
  while (
    !(again = await form(`${subject.issuer}/oauth/token`, refreshing(client_id, set.refresh_token)))
      .ok &&
    Date.now() < deadline
  )
    await pause(0.3);
  assert.equal(again.status, 200);
}

async function oneNode(tally, binary, settings) {
  const node = new Node({
    binary,
    folder: await workFolder('sqlite'),
    port: await freePort(),
    settings,
  });
  try {
    await node.start();
    const subject = addresses(node.issuer);
    const people = await Promise.all(
      Array.from({ length: PEOPLE }, () => new Person().enrol(subject.issuer)),
    );
    await tally.check('sqlite: racing redemptions and rotations have one winner', async () => {
      for (let round = 0; round < 5; round += 1) await races(subject, people[round % PEOPLE]);
    });
    for (const [title, signal] of [
      ['kill -9', 'SIGKILL'],
      ['a restart', 'SIGTERM'],
    ]) {
      await tally.check(
        `sqlite: ${title} in mid-flight loses no committed grant and lets nothing win twice`,
        () =>
          through(subject, people, async () => {
            await pause(2);
            await node.stop(signal);
            await node.start();
            await pause(2);
          }),
      );
    }
  } finally {
    await node.stop();
  }
}
