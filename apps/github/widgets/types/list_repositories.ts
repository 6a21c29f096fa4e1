// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface ListRepositories {
  /** How many are in this answer. */
  count: number;
  /** Left out on the last page. */
  next_page?: number;
  repositories: {
    description?: string;
    forks_count: number;
    /** "owner/name". */
    full_name: string;
    html_url: string;
    id: number;
    language?: string;
    name: string;
    open_issues_count: number;
    private: boolean;
    stargazers_count: number;
    /** ISO 8601. */
    updated_at: string;
  }[];
}
