// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface GithubConnection {
  /** The account's id, which never changes. */
  account_id?: string;
  /** The page where the person connects, or connects anew. */
  connect_url: string;
  /** Whether an account is connected. */
  connected: boolean;
  /** What the person allowed this chat. */
  held_scopes: string[];
  /** The host that the account is at. */
  host: string;
  /** The account's login. */
  login?: string;
  /** The page where the person sees and ends connections. */
  manage_url: string;
  /** What the connection may do at GitHub; empty for a GitHub App, which has permissions in their place. */
  upstream_scopes: string[];
  /** Whether this chat may write. */
  write_granted: boolean;
}
