// Starts the binary and lets the judges at it. `node conformance/run.mjs [--binary PATH] [--url ISSUER] [JUDGE…]`.
// With --url a running server is judged; what needs its own binary (metadata documents, two nodes) is left out.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { certificates, Documents } from './documents.mjs';
import { addresses, clearWork, freePort, Node, root, workFolder } from './subject.mjs';
import { Tally } from './tally.mjs';
import { accounts } from './judges/accounts.mjs';
import { browser } from './judges/browser.mjs';
import { factors } from './judges/factors.mjs';
import { github } from './judges/github.mjs';
import { inspector } from './judges/inspector.mjs';
import { levels } from './judges/levels.mjs';
import { mcpRemote } from './judges/mcp_remote.mjs';
import { nodes } from './judges/nodes.mjs';
import { oauth4webapi } from './judges/oauth4webapi.mjs';
import { official } from './judges/official.mjs';
import { portal } from './judges/portal.mjs';
import { privy } from './judges/privy.mjs';
import { python } from './judges/python.mjs';
import { rmcp } from './judges/rmcp.mjs';
import { typescript } from './judges/typescript.mjs';
import { upstreams } from './judges/upstreams.mjs';

const JUDGES = {
  typescript,
  python,
  rmcp,
  mcpRemote,
  inspector,
  oauth4webapi,
  official,
  browser,
  portal,
  accounts,
  factors,
  levels,
  github,
  upstreams,
  privy,
  nodes,
};

/** Judges that start servers of their own. */
const OWN_BINARY = ['nodes', 'accounts', 'levels'];

const PENDING_SECONDS = 30;
const INTROSPECTOR = {
  client_id: 'introspector',
  client_secret: randomBytes(24).toString('base64url'),
};

const { values, positionals } = parseArgs({
  options: { binary: { type: 'string' }, url: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in JUDGES));
if (unknown.length) throw new Error(`no such judge: ${unknown}; there are ${Object.keys(JUDGES)}`);
const chosen = positionals.length ? positionals : Object.keys(JUDGES);

function binary() {
  const paths = values.binary
    ? [resolve(values.binary)]
    : ['release', 'debug'].map((kind) => join(root, 'target', kind, 'vestibule'));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`no binary at ${paths.join(' or ')}: run cargo build --release`);
  return found;
}

/**
 * The settings of a server that is judged: metadata documents from loopback, the fixture, a client
 * that may introspect, and no limits per address, since all of its world has one address.
 */
const settings = (authority) => `
dev_fixture = true
extra_ca_file = ${JSON.stringify(authority)}

[clients.metadata_documents]
insecure_allow_loopback = true

[[clients.configured]]
id = "${INTROSPECTOR.client_id}"
name = "Introspector"
redirect_uris = []
auth_method = "client_secret_basic"
secret = "${INTROSPECTOR.client_secret}"
introspects = ["notes"]

[limits]
sign_ups_per_source = "off"
registrations_per_source = "off"
authorize_requests_per_source = "off"
token_failures_per_source = "off"
password_queue = 1000
requests = 4096

[lifetimes]
pending_seconds = ${PENDING_SECONDS}
`;

const tally = new Tally();
const context = { tally, modernNode: join(root, 'node_modules/node/bin/node') };
const stops = [];
let stopping;
const stopAll = () => (stopping ??= Promise.allSettled(stops.map((stop) => stop())));
for (const event of ['SIGINT', 'SIGTERM', 'uncaughtException']) {
  process.on(event, (reason) => {
    console.error(reason);
    stopAll().then(() => process.exit(1));
  });
}

try {
  await clearWork();
  const folder = await workFolder('server');
  if (values.url) {
    context.subject = addresses(values.url);
  } else {
    const paths = certificates(folder);
    context.documents = await new Documents().start(paths);
    stops.push(() => context.documents.stop());
    context.binary = binary();
    context.settings = settings(paths.authority);
    context.introspector = INTROSPECTOR;
    context.pendingSeconds = PENDING_SECONDS;
    const node = new Node({
      binary: context.binary,
      folder,
      port: await freePort(),
      settings: context.settings,
    });
    stops.push(() => node.stop());
    await node.start();
    context.subject = addresses(node.issuer);
    console.log(`judging ${context.binary} at ${node.issuer}, log in ${folder}`);
  }
  for (const name of chosen) {
    if (values.url && OWN_BINARY.includes(name)) continue;
    console.log(`\n${name}`);
    await JUDGES[name](context).catch((error) => tally.fail(`${name} ran to its end`, error.stack));
  }
} finally {
  await stopAll();
}
if (tally.failures.length) console.log(`\nfailed:\n  ${tally.failures.join('\n  ')}`);
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed ? 1 : 0);
