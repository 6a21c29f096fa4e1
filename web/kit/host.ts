// What a view knows about its host and about the call that it shows.

export interface ToolResult {
  content?: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export interface HostContext {
  theme?: string;
  styles?: { variables?: Record<string, string | undefined> };
  displayMode?: string;
  availableDisplayModes?: string[];
  /** The tool whose call the view shows. */
  toolInfo?: { tool?: { name?: string } };
  safeAreaInsets?: Insets;
}

/** What the view may ask its host for; what it may not is not offered to the person. */
export interface Abilities {
  callTool: boolean;
  openLink: boolean;
  sendMessage: boolean;
  fullscreen: boolean;
}

export interface HostState {
  /** Who answers: nobody yet, the bridge, `window.openai` alone, or nobody ever. */
  link: 'pending' | 'bridge' | 'openai' | 'none';
  input?: Record<string, unknown>;
  result?: ToolResult;
  cancelled: boolean;
  context: HostContext;
  capabilities: Record<string, unknown>;
  can: Abilities;
}

/** What a view does through its host. */
export interface Actions {
  callTool(name: string, args: Record<string, unknown>): Promise<ToolResult>;
  /** Calls a tool and shows its answer in place of the one that is shown. */
  refresh(name: string, args: Record<string, unknown>): Promise<ToolResult>;
  openLink(url: string): Promise<void>;
  sendMessage(text: string): Promise<void>;
  /** Says what the person did here, for the model's next turn. */
  tellModel(text: string): void;
  setDisplayMode(mode: 'inline' | 'fullscreen'): Promise<void>;
}

/** The address if it may be opened: https, or http on this machine. */
export function safeUrl(text: string | undefined): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback) ? url.href : undefined;
}
