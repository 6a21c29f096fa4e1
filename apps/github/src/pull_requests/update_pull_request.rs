//! `update_pull_request`: changes a pull request.

use std::sync::Arc;

use reqwest::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use toolbox::{Answer, Hints, Tool, ToolError};

use super::create_pull_request::Output;
use super::reviewers;
use crate::client::{Foreign, GithubError, Hub, Request, Session, given};
use crate::declare::{answer, declare};
use crate::words::words;

words! {
    PullState { Open = "open", Closed = "closed" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The pull request's number in the repository.
    #[serde(rename = "pullNumber")]
    pull_number: u64,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    title: Option<String>,
    /// What it says, in Markdown. It takes the place of all that it said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    body: Option<String>,
    /// Closes or opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PullState")]
    state: Option<PullState>,
    /// The branch that it goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    base: Option<String>,
    /// Whether it should be a draft. Only GitHub's own page can change that; a warning says so where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    draft: Option<bool>,
    /// Whether those who may push to the base may push to the head too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    maintainer_can_modify: Option<bool>,
    /// Who is asked to review besides: logins, and teams as `organization/team`.
    #[serde(default)]
    reviewers: Vec<String>,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "update_pull_request", "write:pulls", run)
        .describe(
            "Change a pull request",
            "Use this when the person asks to change a pull request: title, text, base, or who reviews it, or to close \
             or reopen it. Only what is given changes; the text is replaced as a whole, so read it first. It never \
             merges.",
        )
        // GitHub keeps what a text said before, and closing can be undone: nothing is destroyed.
        .hints(Hints::adds().in_open_world())
        .status("Changing the pull request", "Pull request changed")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let number = input.pull_number.to_string();
    let path = ["repos", &input.owner, &input.repo, "pulls", &number];
    let mut output = change(&session, &input, &path).await?;
    if input.draft.is_some_and(|wanted| wanted != output.draft) {
        let warning = "Whether it is a draft was not changed: the person can do that on its page.";
        output.warnings.push(warning.to_owned());
    }
    let warnings = reviewers::ask(&session, &path, &input.reviewers).await;
    output.warnings.extend(warnings);
    let summary = format!("Pull request #{number} is as follows now.");
    Ok(answer(&summary, output))
}

/// Sends what changes; reads the pull request if only reviewers are to be asked.
async fn change(session: &Session, input: &Input, path: &[&str]) -> Result<Output, GithubError> {
    let body = given([
        ("title", input.title.as_ref().map(|text| json!(text))),
        ("body", input.body.as_ref().map(|text| json!(text))),
        ("state", input.state.map(|state| json!(state))),
        ("base", input.base.as_ref().map(|branch| json!(branch))),
        (
            "maintainer_can_modify",
            input.maintainer_can_modify.map(|may| json!(may)),
        ),
    ]);
    if body.is_empty() && input.draft.is_none() && input.reviewers.is_empty() {
        let text = "An update needs something to change.";
        return Err(GithubError::Arguments(text.to_owned()));
    }
    let look = "Look with pull_request_read whether it has changed.";
    let request = match body.is_empty() {
        true => Request::get(path)?,
        false => Request::write(Method::PATCH, path, body.into(), look)?,
    };
    let reply = session.send(&request).await?;
    Output::read(Foreign(&reply.body))
}
