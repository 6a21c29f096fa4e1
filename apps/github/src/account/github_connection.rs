//! `github_connection`: whether the person's GitHub account is connected, and the end of that.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, ConnectionStatus, Hints, Principal, Tool, ToolError};

use crate::client::{Hub, Session};
use crate::declare::{answer, declare};
use crate::words::words;

/// What allows to end the connection: the least of the app's scopes.
const DISCONNECT_SCOPE: &str = "read:user";

words! {
    Action { Status = "status", Disconnect = "disconnect" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Whether to say how the connection stands, or to end it.
    #[serde(default)]
    action: Action,
}

/// How the connection stands.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Whether an account is connected.
    connected: bool,
    /// The account's login.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    login: Option<String>,
    /// The account's id, which never changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    account_id: Option<String>,
    /// The host that the account is at.
    host: String,
    /// What the connection may do at GitHub; empty for a GitHub App, which has permissions in their place.
    upstream_scopes: Vec<String>,
    /// What the person allowed this chat.
    held_scopes: Vec<String>,
    /// The page where the person sees and ends connections.
    manage_url: String,
    /// The page where the person connects, or connects anew.
    connect_url: String,
    /// Whether this chat may write.
    write_granted: bool,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "github_connection", "", run)
        .describe(
            "GitHub connection",
            "Use this when the person asks whether or how their GitHub account is connected, or when another tool \
             says that it is not (action status). Use action disconnect only when the person asks to end the \
             connection: all chats lose access until they connect again.",
        )
        .hints(Hints::overwrites().in_open_world())
        .status("Looking at the connection", "This is the connection")
        .widget(crate::views::CONNECTION)
        .for_widgets()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let summary = match input.action {
        Action::Status => "How the connection to GitHub stands.",
        Action::Disconnect => disconnect(&session).await?,
    };
    let status = session.connection()?.status().await?;
    Ok(answer(summary, output(&session.who, status)))
}

async fn disconnect(session: &Session) -> Result<&'static str, ToolError> {
    if !holds(&session.who, |scope| scope == DISCONNECT_SCOPE) {
        let text = "Ending the connection needs the scope read:user, which this chat was not given. The person \
                    can end it on their account page.";
        return Err(ToolError::new(text));
    }
    Ok(match session.connection()?.disconnect().await? {
        true => "The connection has ended.",
        false => "There was no connection to end.",
    })
}

fn output(who: &Principal, status: ConnectionStatus) -> Output {
    Output {
        connected: status.connected,
        login: status.login,
        account_id: status.account_id,
        host: status.host,
        upstream_scopes: status.scopes,
        held_scopes: who.scopes.iter().map(ToString::to_string).collect(),
        manage_url: status.manage_url,
        connect_url: status.connect_url,
        write_granted: holds(who, |scope| scope.starts_with("write:")),
    }
}

fn holds(who: &Principal, fits: impl Fn(&str) -> bool) -> bool {
    who.scopes.iter().any(|scope| fits(scope.as_str()))
}
