// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface GetRepositoryIssues {
  /** How many there are in this answer. */
  count: number;
  /** The issues. */
  issues: {
    /** The logins of those who are to do it. */
    assignees: string[];
    /** What it says; cut where it is long. */
    body?: string;
    /** How many comments it has. */
    comments: number;
    /** When it was written. */
    created_at: string;
    /** Its page. */
    html_url: string;
    /** Its id on all of GitHub. */
    id: number;
    /** The names of its labels. */
    labels: string[];
    /** The title of its milestone. */
    milestone?: string;
    /** Its number in the repository. */
    number: number;
    /** Owner and name of its repository, where answers mix several. */
    repository?: string;
    /** `open` or `closed`. */
    state: string;
    /** Why it is in this state. */
    state_reason?: string;
    /** Its title. */
    title: string;
    /** Its type, where the organization has types. */
    type?: string;
    /** When it changed last. */
    updated_at: string;
    /** The login of who wrote it. */
    user: string;
  }[];
  /** The page to ask for next; left out if this was the last. */
  next_page?: number;
  /** The perPage to ask for it with. It may differ from this call's; with another, something would be skipped. */
  next_per_page?: number;
  /** Owner and name of the repository. */
  repository: string;
  /** GitHub left out what belongs to organizations that the person must first sign in to, on its own site. */
  sign_on_needed?: boolean;
}
