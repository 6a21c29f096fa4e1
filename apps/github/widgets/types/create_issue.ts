// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface CreateIssue {
  /** The issue. */
  issue: {
    /** Its page. */
    html_url: string;
    /** Its id on all of GitHub. */
    id: number;
    /** Its number in the repository. */
    number: number;
    /** Its title. */
    title: string;
  };
  /** What was done, in a sentence. */
  message: string;
  /** Always true: what fails is an error. */
  success: boolean;
  /** What GitHub left out of what was asked for. */
  warnings?: string[];
}
