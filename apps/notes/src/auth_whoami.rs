//! `auth_whoami`: who the token speaks for, and what it allows.

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Allowed, Answer, Call, Hints, NoInput, Principal, Tool, ToolError, Widget};

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The account's identifier.
    subject: String,
    /// The e-mail address, if it was shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    email: Option<String>,
    /// The client that acts for the person.
    client_id: String,
    /// What the person allowed it.
    scopes: Vec<String>,
}

pub(crate) fn tool() -> Tool {
    Tool::required("auth_whoami", crate::scopes("profile:read"), run)
        .describe(
            "Who am I",
            "Says which account is signed in and what this chat may do with it.",
        )
        .hints(Hints::reads())
        .status("Looking up who is signed in", "This is who is signed in")
        .for_widgets()
        .widget(Widget {
            name: "account",
            title: "Account",
            description: "Shows who is signed in and what this chat may do.",
            html: include_str!("../widgets/account/view.html"),
            links: &[],
        })
}

async fn run(_: Call, who: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    let output = Output {
        subject: who.sub.clone(),
        email: who.email.clone(),
        client_id: who.client_id.clone(),
        scopes: who.scopes.iter().map(ToString::to_string).collect(),
    };
    let name = output.email.as_deref().unwrap_or(&output.subject);
    let text = format!("Signed in as {name}.");
    Ok(Answer::new(output).saying(text))
}
