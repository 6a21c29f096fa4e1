//! `get_me`: who the person is at GitHub.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use toolbox::{Answer, Hints, NoInput, Tool, ToolError};

use crate::client::{Foreign, Hub, Request, Session};
use crate::declare::{answer, declare};

const BIO_BYTES_MAX: usize = 500;

/// The person's account.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Its id, which never changes.
    id: u64,
    /// Its login.
    login: String,
    /// The person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    name: Option<String>,
    /// The address that the person shows to everyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    email: Option<String>,
    /// What the person says of themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    bio: Option<String>,
    /// Its page.
    html_url: String,
    /// Its picture.
    avatar_url: String,
    /// How many public repositories it has.
    public_repos: u64,
    /// How many people follow it.
    followers: u64,
    /// When it was made.
    created_at: String,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "get_me", "read:user", run)
        .describe(
            "Who am I at GitHub",
            "Use this when you need the person's own GitHub login or profile, for example to find what is assigned \
             to them or what they wrote.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Looking up the account", "Account found")
        .for_widgets()
}

async fn run(session: Session, _: NoInput) -> Result<Answer<Output>, ToolError> {
    let reply = session.send(&Request::get(&["user"])?).await?;
    let user = Foreign(&reply.body);
    let output = Output {
        id: user.number("id")?,
        login: user.line("login"),
        name: user.some_line("name"),
        email: user.some_line("email"),
        bio: user.text("bio", BIO_BYTES_MAX),
        html_url: user.url("html_url"),
        avatar_url: user.url("avatar_url"),
        public_repos: user.count("public_repos"),
        followers: user.count("followers"),
        created_at: user.line("created_at"),
    };
    Ok(answer("The person's account at GitHub.", output))
}
