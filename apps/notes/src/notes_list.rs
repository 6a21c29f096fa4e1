//! `notes_list`: the person's notes.

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Allowed, Answer, Call, Hints, NoInput, Principal, Record, Tool, ToolError, Widget};

/// A note.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Note {
    /// Its identifier.
    id: String,
    /// When it was added, in seconds since 1970.
    created_at: i64,
    /// What it says.
    text: String,
}

impl From<Record> for Note {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            created_at: record.created_at.0,
            text: record.text,
        }
    }
}

/// All notes.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The oldest first.
    notes: Vec<Note>,
}

pub(crate) fn tool() -> Tool {
    Tool::required("notes_list", crate::scopes("notes:read"), run)
        .describe(
            "List notes",
            "Lists all notes that the person has kept here, the oldest first.",
        )
        .hints(Hints::reads())
        .status("Looking up the notes", "These are the notes")
        .for_widgets()
        .widget(Widget {
            name: "notes",
            title: "Notes",
            description: "Lists the person's notes, and lets them add one.",
            html: include_str!("../widgets/notes/view.html"),
            links: &[],
        })
}

async fn run(call: Call, who: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    let notes = call.records(&who).list().await?;
    let notes = notes.into_iter().map(Note::from).collect();
    Ok(Answer::new(Output { notes }))
}
