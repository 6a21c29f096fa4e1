// The parts of ChatGPT's window.openai that a view may use when they are there, and what its globals say.
import type { HostContext, Insets, ToolResult } from './host.ts';

export interface OpenAi {
  toolInput?: Record<string, unknown> | null;
  toolOutput?: unknown;
  toolResponseMetadata?: Record<string, unknown> | null;
  theme?: 'light' | 'dark';
  displayMode?: string;
  safeArea?: { insets?: Insets };
  callTool?(name: string, args: Record<string, unknown>): Promise<ToolResult>;
  sendFollowUpMessage?(message: { prompt: string; scrollToBottom?: boolean }): Promise<unknown>;
  openExternal?(link: { href: string }): unknown;
  requestDisplayMode?(request: { mode: string }): Promise<unknown>;
  setWidgetState?(state: Record<string, unknown>): unknown;
  notifyIntrinsicHeight?(height: number): unknown;
}

interface Globals {
  input?: Record<string, unknown>;
  result?: ToolResult;
  context: HostContext;
}

/** ChatGPT keeps the whole result, with what the model does not see, inside the metadata; others only the output. */
export function readGlobals(openai: OpenAi): Globals {
  const meta = openai.toolResponseMetadata ?? {};
  const whole = meta.mcp_tool_result ?? meta.call_tool_result;
  const globals: Globals = { context: contextOf(openai) };
  if (openai.toolInput) globals.input = openai.toolInput;
  if (whole && typeof whole === 'object') globals.result = whole;
  else if (openai.toolOutput != null)
    globals.result = { structuredContent: openai.toolOutput, _meta: meta };
  return globals;
}

function contextOf(openai: OpenAi): HostContext {
  const { theme, displayMode, safeArea } = openai;
  return {
    ...(theme && { theme }),
    ...(displayMode && { displayMode }),
    ...(safeArea?.insets && { safeAreaInsets: safeArea.insets }),
    ...(openai.requestDisplayMode && { availableDisplayModes: ['inline', 'fullscreen'] }),
  };
}
