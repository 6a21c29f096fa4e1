//! `issue_read`: one issue, or one thing about it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::comment::Comment;
use super::issue::Issue;
use crate::budget::{More, Paging, TEXT_BYTES_MAX, first_page, read_page, share, thirty};
use crate::client::{Foreign, GithubError, Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::words;

words! {
    Method {
        Get = "get", GetComments = "get_comments", GetSubIssues = "get_sub_issues",
        GetParent = "get_parent", GetLabels = "get_labels",
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What to read: the issue itself, its comments, its sub-issues, the issue that it is a part of, or its labels.
    method: Method,
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The issue's number in the repository.
    issue_number: u64,
    /// The page, from 1. For `get`: the part of a long text.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many comments, sub-issues or labels per page.
    #[serde(default = "thirty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

/// What was asked for.
#[derive(Default, Serialize, JsonSchema)]
struct Output {
    /// The issue (`get`), or the one that it is a part of (`get_parent`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Issue", default)]
    issue: Option<Issue>,
    /// Its comments, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Comment>", default)]
    comments: Option<Vec<Comment>>,
    /// Its sub-issues.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Issue>", default)]
    sub_issues: Option<Vec<Issue>>,
    /// The names of its labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>", default)]
    labels: Option<Vec<String>>,
    /// The number is a pull request's: pull_request_read has its branches, changes and reviews.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(default)]
    is_pull_request: bool,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "issue_read", "read:issues", run)
        .describe(
            "Read an issue",
            "Use this when you know an issue's number and need its text (get), its comments (get_comments), its \
             sub-issues (get_sub_issues), the issue that it is a part of (get_parent), or its labels (get_labels).",
        )
        .hints(Hints::reads().in_open_world())
        .status("Reading the issue", "Issue read")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let output = match input.method {
        Method::Get => read_issue(&session, &input).await?,
        Method::GetParent => {
            let reply = session.send(&request(&input, &["parent"])?).await?;
            let issue = Issue::read(Foreign(&reply.body), TEXT_BYTES_MAX)?;
            Output {
                issue: Some(issue.with_repository(Foreign(&reply.body))),
                ..Output::default()
            }
        }
        Method::GetComments | Method::GetSubIssues | Method::GetLabels => {
            read_list(&session, &input).await?
        }
    };
    let (owner, repo, number) = (&input.owner, &input.repo, input.issue_number);
    let method = String::from(input.method);
    let hint = output.more.hint();
    let pull = match output.is_pull_request {
        true => format!(
            " This is a pull request, not an issue: pull_request_read with pullNumber {number} has its branches, \
             changes and reviews."
        ),
        false => String::new(),
    };
    let summary = format!("{method} of issue {number} of {owner}/{repo}.{hint}{pull}");
    Ok(answer(&summary, output))
}

fn request(input: &Input, below: &[&str]) -> Result<Request, GithubError> {
    let number = input.issue_number.to_string();
    let path = ["repos", &input.owner, &input.repo, "issues", &number];
    Request::get(&[&path[..], below].concat())
}

async fn read_issue(session: &Session, input: &Input) -> Result<Output, GithubError> {
    let reply = session.send(&request(input, &[])?).await?;
    let mut issue = Issue::read(Foreign(&reply.body), 0)?;
    let (part, more) = Foreign(&reply.body).part("body", input.page, TEXT_BYTES_MAX);
    issue.body = part;
    Ok(Output {
        issue: Some(issue),
        is_pull_request: !Foreign(&reply.body).at("pull_request").0.is_null(),
        more: More::part_after(input.page, more),
        ..Output::default()
    })
}

async fn read_list(session: &Session, input: &Input) -> Result<Output, GithubError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let below = match input.method {
        Method::GetSubIssues => "sub_issues",
        Method::GetLabels => "labels",
        Method::GetComments | Method::Get | Method::GetParent => "comments",
    };
    let reply = session
        .send(&request(input, &[below])?.paged(paging))
        .await?;
    let body_bytes = share(reply.items(None)?.len());
    let mut output = Output::default();
    output.more = match input.method {
        Method::GetSubIssues => {
            let (issues, more) = read_page(&reply, None, paging, |item| {
                Ok(Some(Issue::read(item, body_bytes)?.with_repository(item)))
            })?;
            output.sub_issues = Some(issues);
            more
        }
        Method::GetLabels => {
            let read = |item: Foreign<'_>| Ok(item.some_line("name"));
            let (labels, more) = read_page(&reply, None, paging, read)?;
            output.labels = Some(labels);
            more
        }
        Method::GetComments | Method::Get | Method::GetParent => {
            let read = |item: Foreign<'_>| Comment::read(item, TEXT_BYTES_MAX).map(Some);
            let (comments, more) = read_page(&reply, None, paging, read)?;
            output.comments = Some(comments);
            // An issue's comments do not say it but in their address.
            let mut items = reply.items(None)?.iter();
            let is_pull = |item| Foreign(item).url("html_url").contains("/pull/");
            output.is_pull_request = items.any(is_pull);
            more
        }
    };
    Ok(output)
}
