// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface CreatePullRequest {
  draft: boolean;
  html_url: string;
  id: number;
  number: number;
  state: string;
  title: string;
  /** What GitHub dropped. */
  warnings?: string[];
}
