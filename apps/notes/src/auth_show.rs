//! `auth_show`: tells anyone how signing in works here, with a view.

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Answer, Call, Hints, NoInput, Tool, ToolError, Widget};

/// How signing in works.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// What to do.
    steps: [&'static str; 3],
}

pub(crate) fn tool() -> Tool {
    Tool::public("auth_show", run)
        .describe(
            "How to sign in",
            "Shows how signing in works here. Use it when the person asks how to connect or what \
             happens with their account. Needs no account.",
        )
        .hints(Hints::reads())
        .status("Looking up how to sign in", "This is how to sign in")
        .widget(Widget {
            name: "auth_show",
            title: "How to sign in",
            description: "Explains in three steps how the person signs in and takes it back.",
            html: include_str!("../widgets/auth_show/view.html"),
            links: &[],
        })
}

async fn run(_: Call, _: NoInput) -> Result<Answer<Output>, ToolError> {
    let steps = [
        "Use a tool that needs an account: your chat offers to connect.",
        "Sign in on the page that opens, and choose what the chat may do.",
        "Change your mind at any time on your account page.",
    ];
    Ok(Answer::new(Output { steps }).saying(steps.join(" ")))
}
