//! `issue_write`: changes an issue, or creates one under the name that other servers have for it.

use std::sync::Arc;

use reqwest::Method as Verb;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use toolbox::{Answer, Hints, Tool, ToolError};

use super::create_issue::{self, Output, written};
use super::dropped::Wanted;
use crate::client::{Foreign, GithubError, Hub, Request, Session, given};
use crate::declare::declare;
use crate::words::words;

words! {
    Method { Update = "update", Create = "create" }
    IssueState { Open = "open", Closed = "closed" }
    Reason { Completed = "completed", NotPlanned = "not_planned", Duplicate = "duplicate", Reopened = "reopened" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Whether to change an issue or create one.
    method: Method,
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The number of the issue to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    issue_number: Option<u64>,
    /// The title; needed to create one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    title: Option<String>,
    /// What the issue says, in Markdown. It takes the place of all that it said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    body: Option<String>,
    /// Closes or opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "IssueState")]
    state: Option<IssueState>,
    /// Why; with `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Reason")]
    state_reason: Option<Reason>,
    /// Names of labels. They take the place of all that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    labels: Option<Vec<String>>,
    /// Logins of those who are to do it. They take the place of all that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    assignees: Option<Vec<String>>,
    /// The number of a milestone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    milestone: Option<u64>,
    /// The name of a type that the organization has.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    kind: Option<String>,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "issue_write", "write:issues", run)
        .describe(
            "Change an issue",
            "Use this when the person asks to change an issue: its title, text, labels, assignees, milestone or type, \
             or to close or reopen it (method update). Only what is given changes; text, labels and assignees are \
             replaced as a whole, so read the issue first. Method create does what create_issue does.",
        )
        // GitHub keeps what a text said before, and closing can be undone: nothing is destroyed.
        .hints(Hints::adds().in_open_world())
        .status("Writing the issue", "Issue written")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    match input.method {
        Method::Create => create_issue::run(session, new_issue(input)?).await,
        Method::Update => update(session, input).await,
    }
}

fn new_issue(input: Input) -> Result<create_issue::Input, GithubError> {
    let title = input
        .title
        .ok_or_else(|| refuse("A new issue needs a title."))?;
    if input.issue_number.is_some() || input.state.is_some() || input.state_reason.is_some() {
        return Err(refuse(
            "A new issue has no issue_number, state or state_reason.",
        ));
    }
    Ok(create_issue::Input {
        owner: input.owner,
        repo: input.repo,
        title,
        body: input.body,
        labels: input.labels,
        assignees: input.assignees,
        milestone: input.milestone,
        kind: input.kind,
    })
}

async fn update(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let number = input.issue_number;
    let number = number.ok_or_else(|| refuse("An update needs the issue_number."))?;
    let body = given([
        ("title", input.title.map(|text| json!(text))),
        ("body", input.body.map(|text| json!(text))),
        ("state", input.state.map(|state| json!(state))),
        (
            "state_reason",
            input.state_reason.map(|reason| json!(reason)),
        ),
        ("labels", input.labels.as_ref().map(|names| json!(names))),
        (
            "assignees",
            input.assignees.as_ref().map(|logins| json!(logins)),
        ),
        ("milestone", input.milestone.map(|number| json!(number))),
        ("type", input.kind.as_ref().map(|name| json!(name))),
    ]);
    if body.is_empty() {
        return Err(refuse("An update needs something to change.").into());
    }
    let number = number.to_string();
    let path = ["repos", &input.owner, &input.repo, "issues", &number];
    let look = "Look with issue_read whether the issue has changed.";
    let request = Request::write(Verb::PATCH, &path, body.into(), look)?;
    let reply = session.send(&request).await?;
    let wanted = Wanted {
        labels: input.labels.as_deref(),
        assignees: input.assignees.as_deref(),
        milestone: input.milestone,
        kind: input.kind.as_deref(),
        replaces: true,
    };
    Ok(written(Foreign(&reply.body), &wanted, "updated")?)
}

fn refuse(text: &str) -> GithubError {
    GithubError::Arguments(text.to_owned())
}
