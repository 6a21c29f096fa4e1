// The page of a host: the official AppBridge around one view, and a record of what the view asked for.
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

const seen = [];

/** Shows a view as `scene` says; without `scene.bridge` nobody answers it. */
async function show({
  src,
  bridge: bridged,
  capabilities,
  context,
  input,
  result,
  cancelled,
  answers,
}) {
  seen.length = 0;
  await globalThis.bridge?.close();
  globalThis.bridge = undefined;
  const frame = document.createElement('iframe');
  frame.title = 'view';
  // Without allow-forms, as the strictest hosts have it.
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin');
  document.body.replaceChildren(frame);
  frame.src = src;
  if (!bridged) {
    frame.style.height = '100vh';
    return;
  }

  const bridge = new AppBridge(null, { name: 'e2e', version: '1' }, capabilities, {
    hostContext: context,
  });
  globalThis.bridge = bridge;
  bridge.onsizechange = ({ height }) => {
    seen.push(['size', height]);
    frame.style.height = `${height}px`;
  };
  bridge.onopenlink = async ({ url }) => (seen.push(['open', url]), {});
  bridge.onmessage = async ({ content }) => (seen.push(['message', content[0].text]), {});
  bridge.onupdatemodelcontext = async ({ content }) => (seen.push(['model', content[0].text]), {});
  bridge.onrequestdisplaymode = async ({ mode }) => {
    seen.push(['mode', mode]);
    bridge.setHostContext({ ...context, displayMode: mode });
    return { mode };
  };
  bridge.oncalltool = async ({ name, arguments: args }) => {
    seen.push(['call', name, args]);
    const answer = answers?.[name]?.shift();
    if (!answer) throw new Error('The chat is offline.');
    return answer;
  };
  bridge.oninitialized = () => {
    seen.push(['initialized']);
    if (input) bridge.sendToolInput({ arguments: input });
    if (result) bridge.sendToolResult(result);
    if (cancelled) bridge.sendToolCancelled({ reason: 'the person stopped it' });
  };
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
}

Object.assign(globalThis, { show, seen });
