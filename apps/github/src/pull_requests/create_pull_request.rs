//! `create_pull_request`: a new pull request.

use std::sync::Arc;

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::reviewers;
use crate::client::{Foreign, GithubError, Hub, Request, Session, given};
use crate::declare::{answer, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The title.
    title: String,
    /// The branch to bring in. If it is in a fork: `owner:branch`.
    head: String,
    /// The branch that it goes to.
    base: String,
    /// What the pull request says, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    body: Option<String>,
    /// Not ready for review yet.
    #[serde(default)]
    draft: bool,
    /// Whether those who may push to the base may push to the head too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    maintainer_can_modify: Option<bool>,
    /// The name of the repository that the head is in, for forks within one organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    head_repo: Option<String>,
    /// The number of an issue to turn into the pull request. It keeps its own title and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    issue: Option<u64>,
    /// Who is asked to review: logins, and teams as `organization/team`.
    #[serde(default)]
    reviewers: Vec<String>,
}

/// What was written.
#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Its id on all of GitHub.
    id: u64,
    /// Its number in the repository.
    number: u64,
    /// Its title.
    title: String,
    /// Its page.
    html_url: String,
    /// `open` or `closed`.
    state: String,
    /// Whether it is not ready for review.
    pub(super) draft: bool,
    /// What GitHub left out of what was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub(super) warnings: Vec<String>,
}

impl Output {
    pub(super) fn read(foreign: Foreign<'_>) -> Result<Self, GithubError> {
        Ok(Self {
            id: foreign.number("id")?,
            number: foreign.number("number")?,
            title: foreign.line("title"),
            html_url: foreign.url("html_url"),
            state: foreign.line("state"),
            draft: foreign.flag("draft"),
            warnings: Vec::new(),
        })
    }
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "create_pull_request", "write:pulls", run)
        .describe(
            "Create a pull request",
            "Use this when the person asks to open a pull request from a branch that is already at GitHub; \
             list_branches has them. It fails if there is one for the same branches.",
        )
        .hints(Hints::adds().in_open_world())
        .status("Creating the pull request", "Pull request created")
        .widget(crate::views::PULL_REQUEST_DRAFT)
        .for_widgets()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let path = ["repos", &input.owner, &input.repo, "pulls"];
    let look = "Look with list_pull_requests whether the pull request is there.";
    let request = Request::write(Method::POST, &path, body(&input), look)?;
    let reply = session.send(&request).await?;
    let mut output = Output::read(Foreign(&reply.body))?;
    if output.draft != input.draft {
        let warning = "GitHub did not open it as a draft as asked, or not as ready for review.";
        output.warnings.push(warning.to_owned());
    }
    let number = output.number.to_string();
    let path = [&path[..], &[&number]].concat();
    let warnings = reviewers::ask(&session, &path, &input.reviewers).await;
    output.warnings.extend(warnings);
    let summary = format!("Pull request #{number} is created.");
    Ok(answer(&summary, output))
}

fn body(input: &Input) -> Value {
    // GitHub takes a title or an issue, not both.
    let (title, text) = match input.issue {
        Some(_) => (None, None),
        None => (Some(&input.title), input.body.as_ref()),
    };
    let body = given([
        ("head", Some(json!(input.head))),
        ("base", Some(json!(input.base))),
        ("draft", Some(json!(input.draft))),
        ("title", title.map(|text| json!(text))),
        ("body", text.map(|text| json!(text))),
        ("issue", input.issue.map(|number| json!(number))),
        (
            "head_repo",
            input.head_repo.as_ref().map(|name| json!(name)),
        ),
        (
            "maintainer_can_modify",
            input.maintainer_can_modify.map(|may| json!(may)),
        ),
    ]);
    Value::Object(body)
}
