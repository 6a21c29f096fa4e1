// The bridge against a window that exists only here.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Bridge } from './bridge.ts';
import { safeUrl } from './host.ts';
import { phaseOf, phaseOfResult } from './phase.ts';

const RESULT = { content: [{ type: 'text', text: 'Two.' }], structuredContent: { n: 2 } };
const ALL = { serverTools: {}, openLinks: {}, updateModelContext: {} };
const settled = () => new Promise((done) => setImmediate(done));

// Whoever asks waits two minutes; no test does.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

/** A view in the frame of a host that answers only what a test lets it answer. */
function stage(openai) {
  const posted = [];
  const parent = { postMessage: (message) => void posted.push(message) };
  const view = Object.assign(new EventTarget(), { parent, ...(openai && { openai }) });
  const bridge = new Bridge(view, 'test');
  void bridge.start();
  const say = (data, source = parent) => {
    view.dispatchEvent(Object.assign(new Event('message'), { data, source }));
    return settled();
  };
  const hear = (message) => say({ jsonrpc: '2.0', ...message });
  const last = (method) => posted.findLast((message) => message.method === method);
  const answer = (method, more) => {
    const id = last(method)?.id;
    return hear({ ...(id !== undefined && { id }), ...more });
  };
  const initialize = (hostCapabilities = ALL, hostContext = {}) =>
    answer('ui/initialize', { result: { hostCapabilities, hostContext } });
  return { bridge, view, posted, say, hear, last, answer, initialize };
}

test('says who it is, and that it is ready only after the answer', async () => {
  const { posted, last, initialize, bridge } = stage();
  assert.equal(last('ui/initialize')?.params?.protocolVersion, '2026-01-26');
  assert.equal(posted.length, 1);
  await initialize({}, { theme: 'dark' });
  assert.ok(last('ui/notifications/initialized'));
  assert.equal(bridge.getState().link, 'bridge');
  assert.equal(bridge.getState().context.theme, 'dark');
});

test('ignores who is not its host, and what is not JSON-RPC', async () => {
  const { say, bridge, initialize } = stage();
  await initialize();
  const notice = { method: 'ui/notifications/tool-result', params: RESULT };
  await say({ jsonrpc: '2.0', ...notice }, { postMessage() {} });
  for (const noise of [notice, null, 'text', { ...notice, jsonrpc: '1.0' }]) await say(noise);
  assert.equal(bridge.getState().result, undefined);
  assert.equal(phaseOf(bridge.getState()).kind, 'loading');
});

test('answers ping and teardown, and refuses what it does not know', async () => {
  const { hear, posted } = stage();
  await hear({ id: 1, method: 'ping' });
  await hear({ id: 2, method: 'ui/resource-teardown', params: {} });
  await hear({ id: 3, method: 'tools/list' });
  const answers = posted.slice(1).map(({ id, result, error }) => [id, result ?? error?.code]);
  assert.deepEqual(answers, [
    [1, {}],
    [2, {}],
    [3, -32601],
  ]);
});

test('a result of the host wins over globals, whichever comes first', async () => {
  const openai = { toolOutput: { n: 1 } };
  const { bridge, hear, view } = stage(openai);
  assert.deepEqual(bridge.getState().result?.structuredContent, { n: 1 });
  await hear({ method: 'ui/notifications/tool-result', params: { ...RESULT } });
  openai.toolOutput = { n: 3 };
  view.dispatchEvent(new Event('openai:set_globals'));
  assert.deepEqual(bridge.getState().result?.structuredContent, { n: 2 });
});

test('goes on with window.openai alone when nobody answers, and with the host when it comes late', async () => {
  const { bridge, initialize } = stage({ toolOutput: null });
  mock.timers.tick(2_999);
  assert.equal(bridge.getState().link, 'pending');
  mock.timers.tick(1);
  assert.equal(bridge.getState().link, 'openai');
  await initialize();
  assert.equal(bridge.getState().link, 'bridge');
});

test('without window.openai it goes on waiting, but not for ever', async () => {
  const { bridge, initialize } = stage();
  mock.timers.tick(119_999);
  assert.equal(bridge.getState().link, 'pending');
  mock.timers.tick(1);
  assert.equal(bridge.getState().link, 'none');
  await initialize();
  assert.equal(bridge.getState().link, 'bridge');
});

test('reads the whole result out of ChatGPT’s metadata', () => {
  const { bridge } = stage({
    toolOutput: { n: 1 },
    toolResponseMetadata: { status: 'x', mcp_tool_result: { ...RESULT, isError: true } },
  });
  assert.deepEqual(phaseOf(bridge.getState()), { kind: 'refused', text: 'Two.' });
});

test('calls tools over the bridge when the host has them, else through window.openai', async () => {
  const called = [];
  const openai = { callTool: async (...call) => (called.push(call), RESULT) };
  const { bridge, initialize, answer, last } = stage(openai);
  await bridge.callTool('a', { x: 1 });
  await initialize();
  const second = bridge.callTool('b', { x: 2 });
  assert.deepEqual(last('tools/call')?.params, { name: 'b', arguments: { x: 2 } });
  await answer('tools/call', { result: RESULT });
  assert.equal(await second, RESULT);
  assert.deepEqual(called, [['a', { x: 1 }]]);
});

test('a host without tools offers none, and a call says so', async () => {
  const { bridge, initialize } = stage();
  await initialize({});
  assert.deepEqual(bridge.getState().can, {
    callTool: false,
    openLink: false,
    sendMessage: true,
    fullscreen: false,
  });
  await assert.rejects(bridge.callTool('a', {}), /does not let views use tools/);
});

test('a call without an answer ends, and a refusal becomes the result that is shown', async () => {
  const { bridge, initialize } = stage();
  await initialize();
  const refresh = bridge.refresh('a', { x: 1 });
  assert.equal(phaseOf(bridge.getState()).kind, 'loading');
  mock.timers.tick(120_000);
  await refresh;
  assert.match(phaseOf(bridge.getState()).text, /no answer/);
});

test('whatever the host is asked for ends, over the bridge and through window.openai', async () => {
  const actions = [
    (bridge) => bridge.openLink('https://example.com/x'),
    (bridge) => bridge.sendMessage('Hello.'),
    (bridge) => bridge.setDisplayMode('fullscreen'),
  ];
  const silent = () => new Promise(() => {});
  const openai = { openExternal: silent, sendFollowUpMessage: silent, requestDisplayMode: silent };
  for (const alone of [false, true]) {
    const { bridge, initialize } = stage(alone ? openai : undefined);
    if (alone) mock.timers.tick(3_000);
    else await initialize(ALL, { availableDisplayModes: ['inline', 'fullscreen'] });
    for (const act of actions) {
      const acted = assert.rejects(act(bridge), /no answer/);
      mock.timers.tick(120_000);
      await acted;
    }
  }
});

test('opens https, and http on this machine only', async () => {
  const { bridge, initialize, last } = stage();
  await initialize();
  for (const url of ['http://example.com', 'javascript:alert(1)', 'data:text/html,x', 'https', ''])
    await assert.rejects(bridge.openLink(url));
  assert.equal(last('ui/open-link'), undefined);
  void bridge.openLink('https://example.com/x');
  assert.deepEqual(last('ui/open-link')?.params, { url: 'https://example.com/x' });
  assert.equal(safeUrl('http://localhost:3000/account'), 'http://localhost:3000/account');
  assert.equal(safeUrl('http://localhost.example.com/'), undefined);
});

test('an answer that says isError is a refusal', async () => {
  const { bridge, initialize, answer } = stage();
  await initialize();
  const sent = assert.rejects(bridge.sendMessage('hello'), /refused/);
  await answer('ui/message', { result: { isError: true } });
  await sent;
});

test('asks only for display modes that are offered, and takes the one that it gets', async () => {
  const { bridge, initialize, answer, last } = stage();
  await initialize(ALL, { displayMode: 'inline', availableDisplayModes: ['inline'] });
  await bridge.setDisplayMode('fullscreen');
  assert.equal(last('ui/request-display-mode'), undefined);
  const change = bridge.setDisplayMode('inline');
  await answer('ui/request-display-mode', { result: { mode: 'pip' } });
  await change;
  assert.equal(bridge.getState().context.displayMode, 'pip');
});

test('changes of the context are merged', async () => {
  const { bridge, initialize, hear } = stage();
  await initialize(ALL, { theme: 'light', locale: 'en' });
  await hear({ method: 'ui/notifications/host-context-changed', params: { theme: 'dark' } });
  assert.deepEqual(bridge.getState().context, { theme: 'dark', locale: 'en' });
});

test('says each height once', async (t) => {
  const { bridge, initialize, posted } = stage();
  let changed = () => {};
  const observer = class {
    constructor(callback) {
      changed = callback;
    }
    observe() {}
  };
  Object.assign(globalThis, { ResizeObserver: observer });
  t.after(() => delete globalThis.ResizeObserver);
  let height = 100.2;
  bridge.measure({ getBoundingClientRect: () => ({ width: 400, height }) });
  changed();
  await initialize();
  changed();
  height = 100.4;
  changed();
  height = 250;
  changed();
  const sizes = posted.filter(({ method }) => method === 'ui/notifications/size-changed');
  assert.deepEqual(
    sizes.map(({ params }) => params?.height),
    [101, 250],
  );
});

test('a refusal with a challenge asks to connect, or to allow more', () => {
  const challenge = (text) => ({ 'mcp/www_authenticate': [text] });
  const url = 'https://id.example.com/connect/github';
  const result = { ...RESULT, isError: true };
  const meta = { ...challenge('Bearer'), 'vestibule/connect_url': url };
  assert.deepEqual(phaseOfResult({ ...result, _meta: meta }), {
    kind: 'connect',
    text: 'Two.',
    url,
  });
  const scope = challenge('Bearer error="insufficient_scope", scope="notes:write"');
  assert.deepEqual(phaseOfResult({ ...result, _meta: scope }), {
    kind: 'connect',
    text: 'Two.',
    scope: 'notes:write',
  });
  const evil = { 'vestibule/connect_url': 'javascript:alert(1)' };
  assert.deepEqual(phaseOfResult({ ...result, _meta: evil }), { kind: 'refused', text: 'Two.' });
});
