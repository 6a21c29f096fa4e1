//! `notes_teaser`: something for everyone, more for who is signed in.

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Allowed, Answer, Call, Hints, NoInput, Principal, Tool, ToolError};

/// What there is.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Whether someone is signed in who may read notes.
    signed_in: bool,
    /// How many notes they have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "usize", default)]
    notes_count: Option<usize>,
}

pub(crate) fn tool() -> Tool {
    Tool::optional("notes_teaser", crate::scopes("notes:read"), run)
        .describe(
            "What notes are",
            "Says what this app keeps and, for who is signed in, how many notes they have.",
        )
        .hints(Hints::reads())
}

async fn run(
    call: Call,
    who: Option<Allowed<Principal>>,
    _: NoInput,
) -> Result<Answer<Output>, ToolError> {
    let Some(who) = who else {
        let output = Output {
            signed_in: false,
            notes_count: None,
        };
        let text = "This app keeps short notes. Sign in to read and add yours.";
        return Ok(Answer::new(output).saying(text));
    };
    let count = call.records(&who).list().await?.len();
    let output = Output {
        signed_in: true,
        notes_count: Some(count),
    };
    Ok(Answer::new(output).saying(format!("You have {count} notes here.")))
}
