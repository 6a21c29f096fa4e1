//! `search_issues`: issues by words and qualifiers.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::issue::Issue;
use crate::budget::{More, Paging, first_page, read_page, share, thirty};
use crate::client::{Foreign, Hub, Session};
use crate::declare::{answer, declare};
use crate::search::{Order, Place, Subject, request};
use crate::words::Direction;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Words and GitHub's qualifiers, such as `crash label:bug author:octocat`. That issues are meant is added.
    query: String,
    /// Only issues of this owner's repositories, or of one, with `repo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    owner: Option<String>,
    /// Only issues of this repository of `owner`.
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

/// Issues that match.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The issues.
    issues: Vec<Issue>,
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
    declare(hub, "search_issues", "read:issues", run)
        .describe(
            "Search issues",
            "Use this when you look for issues by words, labels, people or dates, in one repository or many. What \
             was written a moment ago may not be found yet: never confirm a write with it.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Searching issues", "Issues found")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let place = Place {
        owner: input.owner.as_deref(),
        repo: input.repo.as_deref(),
        public_only: session.hub.public_only,
    };
    let request = request(Subject::Issues, &input.query, place)?
        .query("sort", input.sort.map(String::from))
        .query("order", String::from(input.order))
        .paged(paging);
    let reply = session.send(&request).await?;
    let body_bytes = share(reply.items(Some("items"))?.len());
    let (issues, more) = read_page(&reply, Some("items"), paging, |item| {
        Ok(Some(Issue::read(item, body_bytes)?.with_repository(item)))
    })?;
    let foreign = Foreign(&reply.body);
    let (count, total_count) = (issues.len(), foreign.count("total_count"));
    let summary = format!("{count} of {total_count} issues.{}", more.hint());
    let output = Output {
        issues,
        count,
        total_count,
        incomplete_results: foreign.flag("incomplete_results"),
        more,
    };
    Ok(answer(&summary, output))
}
