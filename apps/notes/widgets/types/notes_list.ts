// Generated from the tool's output schema by web/types.mjs: do not edit.

export interface NotesList {
  /** The oldest first. */
  notes: {
    /** When it was added, in seconds since 1970. */
    created_at: number;
    /** Its identifier. */
    id: string;
    /** What it says. */
    text: string;
  }[];
}
