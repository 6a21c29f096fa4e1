//! `search_pull_requests`: pull requests by words and qualifiers.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::pull_request::PullRequest;
use crate::budget::{More, Paging, first_page, read_page, share, thirty};
use crate::client::{Foreign, Hub, Session};
use crate::declare::{answer, declare};
use crate::search::{Order, Place, Subject, request};
use crate::words::Direction;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Words and GitHub's qualifiers, such as `review:required author:octocat`. That pull requests are meant is added.
    query: String,
    /// Only pull requests of this owner's repositories, or of one, with `repo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    owner: Option<String>,
    /// Only pull requests of this repository of `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    repo: Option<String>,
    /// What the order goes by; best matches first if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Order")]
    sort: Option<Order>,
    /// The direction of the order.
    #[serde(default)]
    order: Direction,
    /// The page, from 1.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many per page.
    #[serde(default = "thirty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

/// Pull requests that match.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The pull requests.
    pull_requests: Vec<PullRequest>,
    /// How many there are in this answer.
    count: usize,
    /// How many match on GitHub; at most the first 1,000 can be seen.
    total_count: u64,
    /// GitHub ran out of time: there may be more.
    incomplete_results: bool,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "search_pull_requests", "read:repos", run)
        .describe(
            "Search pull requests",
            "Use this when you look for pull requests by words, labels, people or dates, in one repository or \
             many. What was written a moment ago may not be found yet: never confirm a write with it.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Searching pull requests", "Pull requests found")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let place = Place {
        owner: input.owner.as_deref(),
        repo: input.repo.as_deref(),
        public_only: session.hub.public_only,
    };
    let request = request(Subject::PullRequests, &input.query, place)?
        .query("sort", input.sort.map(String::from))
        .query("order", String::from(input.order))
        .paged(paging);
    let reply = session.send(&request).await?;
    let body_bytes = share(reply.items(Some("items"))?.len());
    let (pull_requests, more) = read_page(&reply, Some("items"), paging, |item| {
        PullRequest::read(item, body_bytes).map(Some)
    })?;
    let foreign = Foreign(&reply.body);
    let (count, total_count) = (pull_requests.len(), foreign.count("total_count"));
    let summary = format!("{count} of {total_count} pull requests.{}", more.hint());
    let output = Output {
        pull_requests,
        count,
        total_count,
        incomplete_results: foreign.flag("incomplete_results"),
        more,
    };
    Ok(answer(&summary, output))
}
