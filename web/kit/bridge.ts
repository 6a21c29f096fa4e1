// The bridge to the host: MCP Apps 2026-01-26 over postMessage, and window.openai where there is one.
import type { Abilities, Actions, HostContext, HostState, ToolResult } from './host.ts';
import { safeUrl } from './host.ts';
import { readGlobals, type OpenAi } from './openai.ts';

const PROTOCOL_VERSION = '2026-01-26';
const HANDSHAKE_MS = 3_000;
/** How long the host may take to answer; long, because a person may be asked first. */
const CALL_MS = 120_000;

/** What the bridge needs of a window; tests give a small one. */
export type View = Pick<Window, 'addEventListener'> & {
  parent: { postMessage(message: unknown, targetOrigin: string): void };
  openai?: OpenAi;
};
type Params = Record<string, unknown>;
interface Call {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class Bridge implements Actions {
  #view: View;
  #name: string;
  #state: HostState;
  #listeners = new Set<() => void>();
  #calls = new Map<number, Call>();
  #lastId = 0;
  #height = 0;
  /** The host's own result wins over globals, which may lag behind. */
  #settled = false;

  constructor(view: View, name: string) {
    this.#view = view;
    this.#name = name;
    const can = { callTool: false, openLink: false, sendMessage: false, fullscreen: false };
    this.#state = { link: 'pending', cancelled: false, context: {}, capabilities: {}, can };
    this.#readGlobals();
  }

  getState = (): HostState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async start(): Promise<void> {
    this.#view.addEventListener('message', (event) => this.#receive(event));
    this.#view.addEventListener('openai:set_globals', () => this.#readGlobals());
    const alone = () => this.#set({ link: this.#view.openai ? 'openai' : 'none' });
    if ((this.#view.parent as unknown) === this.#view) return alone();
    const late = setTimeout(() => this.#view.openai && alone(), HANDSHAKE_MS);
    const never = setTimeout(alone, CALL_MS);
    const params = {
      appInfo: { name: this.#name, version: '1.0.0' },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
      protocolVersion: PROTOCOL_VERSION,
    };
    try {
      // A host that comes late is still heard.
      const answer = (await this.#send('ui/initialize', params)) as {
        hostContext?: HostContext;
        hostCapabilities?: Params;
      };
      this.#set({
        link: 'bridge',
        capabilities: answer.hostCapabilities ?? {},
        context: { ...this.#state.context, ...answer.hostContext },
      });
      this.#post({ method: 'ui/notifications/initialized', params: {} });
      this.#sayHeight();
    } catch {
      alone();
    } finally {
      clearTimeout(late);
      clearTimeout(never);
    }
  }

  /** Follows the height of the content, and says it when it changes. */
  measure(root: Element): void {
    new ResizeObserver(() => {
      const height = Math.ceil(root.getBoundingClientRect().height);
      if (height === this.#height) return;
      this.#height = height;
      this.#sayHeight();
    }).observe(root);
  }

  async callTool(name: string, args: Params): Promise<ToolResult> {
    const { openai } = this.#view;
    if (this.#state.capabilities.serverTools)
      return (await this.#ask('tools/call', { name, arguments: args })) as ToolResult;
    if (!openai?.callTool) throw new Error('This chat does not let views use tools.');
    return within(openai.callTool(name, args));
  }

  async refresh(name: string, args: Params): Promise<ToolResult> {
    this.#settled = true;
    this.#set({ input: args, result: undefined, cancelled: false });
    const result = await this.callTool(name, args).catch(refused);
    this.#set({ result });
    return result;
  }

  async openLink(url: string): Promise<void> {
    const safe = safeUrl(url);
    if (!safe) throw new Error('This address cannot be opened.');
    const { openai } = this.#view;
    if (openai?.openExternal) await within(openai.openExternal({ href: safe }));
    else accept(await this.#ask('ui/open-link', { url: safe }));
  }

  async sendMessage(text: string): Promise<void> {
    const { openai } = this.#view;
    if (openai?.sendFollowUpMessage)
      await within(openai.sendFollowUpMessage({ prompt: text, scrollToBottom: true }));
    else {
      // Unlike the text of 2026-01-26, its schema and the hosts take a list of blocks.
      const content = [{ type: 'text', text }];
      accept(await this.#ask('ui/message', { role: 'user', content }));
    }
  }

  tellModel(text: string): void {
    if (this.#state.capabilities.updateModelContext) {
      const content = [{ type: 'text', text }];
      this.#ask('ui/update-model-context', { content }).catch(() => undefined);
    } else {
      this.#view.openai?.setWidgetState?.({ modelContent: text, privateContent: {}, imageIds: [] });
    }
  }

  async setDisplayMode(mode: 'inline' | 'fullscreen'): Promise<void> {
    if (!this.#state.context.availableDisplayModes?.includes(mode)) return;
    if (this.#state.link !== 'bridge') {
      await within(this.#view.openai?.requestDisplayMode?.({ mode }));
      return;
    }
    const answer = (await this.#ask('ui/request-display-mode', { mode })) as { mode?: string };
    this.#set({ context: { ...this.#state.context, displayMode: answer.mode ?? mode } });
  }

  #receive(event: MessageEvent): void {
    const { data: message, source } = event;
    if ((source as unknown) !== this.#view.parent || message?.jsonrpc !== '2.0') return;
    const { id, method, params = {} } = message;
    if (method === undefined) this.#settle(message);
    else if (id === undefined) this.#notice(method, params);
    else if (method === 'ping' || method === 'ui/resource-teardown') this.#post({ id, result: {} });
    else this.#post({ id, error: { code: -32601, message: 'Method not found' } });
  }

  #settle(message: { id: number; result?: unknown; error?: { message?: string } }): void {
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error) call?.reject(new Error(message.error.message || 'The chat refused.'));
    else call?.resolve(message.result ?? {});
  }

  #notice(method: string, params: Params): void {
    if (
      method === 'ui/notifications/tool-input' ||
      method === 'ui/notifications/tool-input-partial'
    )
      this.#set({ input: (params.arguments as Params) ?? {} });
    else if (method === 'ui/notifications/tool-result') {
      this.#settled = true;
      this.#set({ result: params, cancelled: false });
    } else if (method === 'ui/notifications/tool-cancelled')
      this.#set({ cancelled: !this.#state.result });
    else if (method === 'ui/notifications/host-context-changed')
      this.#set({ context: { ...this.#state.context, ...params } });
  }

  #readGlobals(): void {
    if (!this.#view.openai) return;
    const { input, result, context } = readGlobals(this.#view.openai);
    const changed: Partial<HostState> = {};
    if (this.#state.link !== 'bridge') changed.context = { ...this.#state.context, ...context };
    if (input && !this.#settled) changed.input = input;
    if (result && !this.#settled) changed.result = result;
    this.#set(changed);
  }

  #set(changed: { [Key in keyof HostState]?: HostState[Key] | undefined }): void {
    const state = { ...this.#state, ...changed } as HostState;
    this.#state = { ...state, can: abilities(state, this.#view.openai) };
    for (const listener of this.#listeners) listener();
  }

  /** Not the width: the host gives it, and one that took it back from here could not change it any more. */
  #sayHeight(): void {
    const height = this.#height;
    if (!height) return;
    if (this.#state.link === 'bridge')
      this.#post({ method: 'ui/notifications/size-changed', params: { height } });
    this.#view.openai?.notifyIntrinsicHeight?.(height);
  }

  #ask(method: string, params: Params): Promise<unknown> {
    return within(this.#send(method, params));
  }

  #send(method: string, params: Params): Promise<unknown> {
    const id = ++this.#lastId;
    this.#post({ id, method, params });
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  /** To any origin: a view cannot know its host's, and what it says holds no secret. */
  #post(message: Params): void {
    this.#view.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }
}

function abilities({ link, capabilities, context }: HostState, openai?: OpenAi): Abilities {
  const bridged = link === 'bridge';
  return {
    callTool: Boolean(capabilities.serverTools || openai?.callTool),
    openLink: Boolean(openai?.openExternal || capabilities.openLinks),
    // 2026-01-26 has no capability for messages, so that a host which takes them may name none.
    sendMessage: Boolean(openai?.sendFollowUpMessage) || bridged,
    fullscreen: Boolean(context.availableDisplayModes?.includes('fullscreen')),
  };
}

/** A host that refuses by an answer says so in the answer. */
function accept(answer: unknown): void {
  if ((answer as { isError?: boolean }).isError) throw new Error('The chat refused.');
}

export function refused(error: unknown): ToolResult {
  const text = error instanceof Error ? error.message : String(error);
  return { isError: true, content: [{ type: 'text', text }] };
}

function within<Answer>(promise: Promise<Answer> | Answer): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(
      'There was no answer. It may still have been done: look before you try again.',
    );
    timer = setTimeout(() => reject(error), CALL_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
