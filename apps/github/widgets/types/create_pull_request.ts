// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface CreatePullRequest {
  /** Whether it is not ready for review. */
  draft: boolean;
  /** Its page. */
  html_url: string;
  /** Its id on all of GitHub. */
  id: number;
  /** Its number in the repository. */
  number: number;
  /** `open` or `closed`. */
  state: string;
  /** Its title. */
  title: string;
  /** What GitHub left out of what was asked for. */
  warnings?: string[];
}
