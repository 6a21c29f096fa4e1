// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface GetRepositoryIssues {
  /** How many are in this answer. */
  count: number;
  issues: {
    body?: string;
    comments: number;
    created_at: string;
    html_url: string;
    id: number;
    labels: string[];
    number: number;
    state: string;
    title: string;
    updated_at: string;
    /** The login of who opened it. */
    user: string;
  }[];
  /** Left out on the last page. */
  next_page?: number;
  /** "owner/name". */
  repository: string;
}
