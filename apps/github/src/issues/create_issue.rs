//! `create_issue`: a new issue.

use std::sync::Arc;

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use toolbox::{Answer, Hints, Tool, ToolError};

use super::dropped::Wanted;
use crate::client::{Foreign, GithubError, Hub, Request, Session, given};
use crate::declare::{answer, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// The repository's owner: a person or an organization.
    pub(super) owner: String,
    /// The repository's name.
    pub(super) repo: String,
    /// The title.
    pub(super) title: String,
    /// What the issue says, in Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) body: Option<String>,
    /// Names of labels that exist; list_label has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub(super) labels: Option<Vec<String>>,
    /// Logins of those who are to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub(super) assignees: Option<Vec<String>>,
    /// The number of a milestone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub(super) milestone: Option<u64>,
    /// The name of a type that the organization has; list_issue_types has them.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub(super) kind: Option<String>,
}

/// What was written.
#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    /// Always true: what fails is an error.
    success: bool,
    /// The issue.
    issue: Written,
    /// What was done, in a sentence.
    message: String,
    /// What GitHub left out of what was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    warnings: Vec<String>,
}

/// An issue that was written.
#[derive(Serialize, JsonSchema)]
struct Written {
    /// Its id on all of GitHub.
    id: u64,
    /// Its number in the repository.
    number: u64,
    /// Its title.
    title: String,
    /// Its page.
    html_url: String,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "create_issue", "write:issues", run)
        .describe(
            "Create an issue",
            "Use this when the person asks to open an issue in a repository. Calling it again opens a second one. \
             Labels, assignees, milestone and type need the right to push; warnings say what GitHub left out.",
        )
        .hints(Hints::adds().in_open_world())
        .status("Creating the issue", "Issue created")
        .widget(crate::views::ISSUE_DRAFT)
        .for_widgets()
}

pub(super) async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let body = given([
        ("title", Some(json!(input.title))),
        ("body", input.body.map(|text| json!(text))),
        ("labels", input.labels.as_ref().map(|names| json!(names))),
        (
            "assignees",
            input.assignees.as_ref().map(|logins| json!(logins)),
        ),
        ("milestone", input.milestone.map(|number| json!(number))),
        ("type", input.kind.as_ref().map(|name| json!(name))),
    ]);
    let look = "Look with get_repository_issues whether the issue is there.";
    let path = ["repos", &input.owner, &input.repo, "issues"];
    let request = Request::write(Method::POST, &path, body.into(), look)?;
    let reply = session.send(&request).await?;
    let wanted = Wanted {
        labels: input.labels.as_deref(),
        assignees: input.assignees.as_deref(),
        milestone: input.milestone,
        kind: input.kind.as_deref(),
        replaces: false,
    };
    Ok(written(Foreign(&reply.body), &wanted, "created")?)
}

/// Says what became of an issue.
pub(super) fn written(
    issue: Foreign<'_>,
    wanted: &Wanted<'_>,
    verb: &str,
) -> Result<Answer<Output>, GithubError> {
    let number = issue.number("number")?;
    let message = format!("Issue #{number} {verb} successfully");
    let output = Output {
        success: true,
        issue: Written {
            id: issue.number("id")?,
            number,
            title: issue.line("title"),
            html_url: issue.url("html_url"),
        },
        message: message.clone(),
        warnings: wanted.warnings(issue),
    };
    Ok(answer(&message, output))
}
