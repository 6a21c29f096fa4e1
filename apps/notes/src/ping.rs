//! `ping`: answers whoever is signed in.

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Allowed, Answer, Call, Hints, NoInput, Principal, Tool, ToolError};

/// The answer.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Always true.
    pong: bool,
}

pub(crate) fn tool() -> Tool {
    Tool::required("ping", crate::scopes(""), run)
        .describe("Ping", "Answers, which shows that signing in worked.")
        .hints(Hints::reads())
}

async fn run(_: Call, _: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    Ok(Answer::new(Output { pong: true }).saying("pong"))
}
