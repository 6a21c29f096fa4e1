// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface GithubConnection {
  account_id?: number;
  connect_url: string;
  connected: boolean;
  /** What the person allowed this chat here. */
  held_scopes: string[];
  host: string;
  login?: string;
  manage_url: string;
  /** What GitHub allows us. */
  upstream_scopes: string[];
  write_granted: boolean;
}
