// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface ListRepositories {
  /** How many there are in this answer. */
  count: number;
  /** The page where the person installs the GitHub App, which is installed nowhere yet. */
  install_url?: string;
  /** The page to ask for next; left out if this was the last. */
  next_page?: number;
  /** The perPage to ask for it with. It may differ from this call's; with another, something would be skipped. */
  next_per_page?: number;
  /** Why there may be repositories that are not listed, and what the person can do. */
  notice?: string;
  /** The repositories. */
  repositories: {
    /** What its owner says of it. */
    description?: string;
    /** More about it, where that was asked for. */
    details?: {
      /** Whether it is closed to changes. */
      archived: boolean;
      /** The branch that pull requests usually go to. */
      default_branch: string;
      /** Whether it is a copy of another. */
      fork: boolean;
      /** What it is about. */
      topics: string[];
    };
    /** How many copies there are. */
    forks_count: number;
    /** Owner and name. */
    full_name: string;
    /** Its page. */
    html_url: string;
    /** Its number, which never changes. */
    id: number;
    /** The language that most of it is written in. */
    language?: string;
    /** Its name, without the owner. */
    name: string;
    /** Open issues and open pull requests together. */
    open_issues_count: number;
    /** Whether only some people see it. */
    private: boolean;
    /** How many people starred it. */
    stargazers_count: number;
    /** When it changed last. */
    updated_at: string;
  }[];
  /** GitHub left out what belongs to organizations that the person must first sign in to, on its own site. */
  sign_on_needed?: boolean;
}
