// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface AuthWhoami {
  /** The client that acts for the person. */
  client_id: string;
  /** The e-mail address, if it was shared. */
  email?: string;
  /** What the person allowed it. */
  scopes: string[];
  /** The account's identifier. */
  subject: string;
}
