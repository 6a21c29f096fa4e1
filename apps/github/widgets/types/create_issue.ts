// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface CreateIssue {
  issue: {
    html_url: string;
    id: number;
    number: number;
    title: string;
  };
  message: string;
  success: boolean;
  /** Labels and assignees that GitHub dropped. */
  warnings?: string[];
}
