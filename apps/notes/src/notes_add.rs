//! `notes_add`: keeps a note.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Allowed, Answer, Call, Hints, Principal, Tool, ToolError};

use crate::notes_list::Note;

const TEXT_CHARS_MAX: usize = 1_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What the note says: 1 to 1,000 characters.
    #[schemars(length(min = 1, max = TEXT_CHARS_MAX))]
    text: String,
}

/// The note as it was kept.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The new note.
    note: Note,
}

pub(crate) fn tool() -> Tool {
    Tool::required("notes_add", crate::scopes("notes:write"), run)
        .describe(
            "Add a note",
            "Keeps a note for the person. Use it when they ask to note or remember something; \
             calling it again adds a second note.",
        )
        .hints(Hints::adds())
        .for_widgets()
        .status("Adding the note", "Note added")
}

async fn run(
    call: Call,
    who: Allowed<Principal>,
    input: Input,
) -> Result<Answer<Output>, ToolError> {
    let text = input.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX {
        let text = format!("A note has 1 to {TEXT_CHARS_MAX} characters.");
        return Err(ToolError::new(text));
    }
    let record = call.records(&who).put(text.to_owned()).await?;
    let output = Output {
        note: record.into(),
    };
    Ok(Answer::new(output).saying("The note is kept."))
}
