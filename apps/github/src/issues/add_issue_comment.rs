//! `add_issue_comment`: a comment on an issue or a pull request.

use std::sync::Arc;

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use toolbox::{Answer, Hints, Tool, ToolError};

use crate::client::{Foreign, Hub, Request, Session};
use crate::declare::{answer, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The number of the issue or pull request.
    issue_number: u64,
    /// What the comment says, in Markdown.
    body: String,
}

/// The comment.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Its id.
    id: u64,
    /// Its page.
    html_url: String,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "add_issue_comment", "write:issues", run)
        .describe(
            "Comment on an issue",
            "Use this when the person asks to comment on an issue or a pull request. Everyone who sees the repository \
             can read it; calling it again adds a second comment.",
        )
        .hints(Hints::adds().in_open_world())
        .status("Adding the comment", "Comment added")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let number = input.issue_number.to_string();
    let path = [
        "repos",
        &input.owner,
        &input.repo,
        "issues",
        &number,
        "comments",
    ];
    let look = "Look with issue_read, method get_comments, whether the comment is there.";
    let request = Request::write(Method::POST, &path, json!({ "body": input.body }), look)?;
    let reply = session.send(&request).await?;
    let comment = Foreign(&reply.body);
    let output = Output {
        id: comment.number("id")?,
        html_url: comment.url("html_url"),
    };
    Ok(answer("The comment is added.", output))
}
