//! `get_repository_issues`, also called `list_issues`: the issues of one repository, without its pull requests.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::issue::Issue;
use crate::budget::{More, Paging, first_page, read_page, share};
use crate::client::{Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::{Direction, State, words};

words! {
    Sort { Created = "created", Updated = "updated", Comments = "comments" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// Which issues, by their state.
    #[serde(default)]
    state: State,
    /// Only issues that have all these labels.
    #[serde(default)]
    labels: Vec<String>,
    /// Only issues that this login is to do; `none` for those that nobody is, `*` for those that somebody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    assignee: Option<String>,
    /// Only issues that changed since then, such as 2026-01-31T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    since: Option<String>,
    /// What the order goes by.
    #[serde(default)]
    sort: Sort,
    /// The direction of the order.
    #[serde(default)]
    direction: Direction,
    /// The page, from 1.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many per page. Pull requests count too, though they are left out.
    #[serde(default = "fifty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

const fn fifty() -> u32 {
    50
}

/// Issues.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The issues.
    issues: Vec<Issue>,
    /// Owner and name of the repository.
    repository: String,
    /// How many there are in this answer.
    count: usize,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "get_repository_issues", "read:issues", run)
        .aliases(&["list_issues"])
        .describe(
            "List issues",
            "Use this when the person wants to see the issues of a repository: the open ones, the newest first, \
             unless told otherwise. Pull requests are left out; list_pull_requests has them. Long texts are cut; \
             issue_read has them whole.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing issues", "Issues listed")
        .widget(crate::views::ISSUES)
        .for_widgets()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let labels = (!input.labels.is_empty()).then(|| input.labels.join(","));
    let request = Request::get(&["repos", &input.owner, &input.repo, "issues"])?
        .query("state", String::from(input.state))
        .query("labels", labels)
        .query("assignee", input.assignee)
        .query("since", input.since)
        .query("sort", String::from(input.sort))
        .query("direction", String::from(input.direction))
        .paged(paging);
    let reply = session.send(&request).await?;
    let body_bytes = share(reply.items(None)?.len());
    let (issues, more) = read_page(&reply, None, paging, |item| {
        // GitHub lists pull requests among the issues.
        let is_issue = item.at("pull_request").0.is_null();
        is_issue.then(|| Issue::read(item, body_bytes)).transpose()
    })?;
    let repository = format!("{}/{}", input.owner, input.repo);
    let count = issues.len();
    let summary = format!("{count} issues of {repository}.{}", more.hint());
    let output = Output {
        issues,
        repository,
        count,
        more,
    };
    Ok(answer(&summary, output))
}
