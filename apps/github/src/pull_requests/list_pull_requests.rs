//! `list_pull_requests`: the pull requests of one repository.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::pull_request::PullRequest;
use crate::budget::{More, Paging, first_page, read_page, share, thirty};
use crate::client::{Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::{Direction, State, words};

words! {
    Sort { Created = "created", Updated = "updated", Popularity = "popularity", LongRunning = "long-running" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// Which pull requests, by their state. Merged ones are closed.
    #[serde(default)]
    state: State,
    /// Only those that bring in this branch, as `owner:branch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    head: Option<String>,
    /// Only those that go to this branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    base: Option<String>,
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
    /// How many per page.
    #[serde(default = "thirty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

/// Pull requests.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The pull requests.
    pull_requests: Vec<PullRequest>,
    /// Owner and name of the repository.
    repository: String,
    /// How many there are in this answer.
    count: usize,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_pull_requests", "read:repos", run)
        .describe(
            "List pull requests",
            "Use this when the person wants to see the pull requests of a repository: the open ones, the newest \
             first, unless told otherwise. Long texts are cut; pull_request_read has them whole.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing pull requests", "Pull requests listed")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let request = Request::get(&["repos", &input.owner, &input.repo, "pulls"])?
        .query("state", String::from(input.state))
        .query("head", input.head)
        .query("base", input.base)
        .query("sort", String::from(input.sort))
        .query("direction", String::from(input.direction))
        .paged(paging);
    let reply = session.send(&request).await?;
    let body_bytes = share(reply.items(None)?.len());
    let (pull_requests, more) = read_page(&reply, None, paging, |item| {
        PullRequest::read(item, body_bytes).map(Some)
    })?;
    let repository = format!("{}/{}", input.owner, input.repo);
    let count = pull_requests.len();
    let summary = format!("{count} pull requests of {repository}.{}", more.hint());
    let output = Output {
        pull_requests,
        repository,
        count,
        more,
    };
    Ok(answer(&summary, output))
}
