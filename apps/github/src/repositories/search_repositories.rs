//! `search_repositories`: repositories anywhere on GitHub.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::repository::{Details, Repository};
use crate::budget::{More, Paging, first_page, read_page, thirty};
use crate::client::{Foreign, Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::{Direction, words};

words! {
    Sort { Stars = "stars", Forks = "forks", HelpWanted = "help-wanted-issues", Updated = "updated" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Words and GitHub's qualifiers, such as `language:rust stars:>100 oauth in:name`.
    query: String,
    /// What the order goes by; best matches first if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Sort")]
    sort: Option<Sort>,
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
    /// Leaves out default branch, topics, and whether it is archived or a fork.
    #[serde(default = "yes")]
    minimal_output: bool,
}

const fn yes() -> bool {
    true
}

/// Repositories that match.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The repositories.
    repositories: Vec<Repository>,
    /// How many there are in this answer.
    count: usize,
    /// How many match on GitHub; at most the first 1,000 can be seen.
    total_count: u64,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "search_repositories", "read:repos", run)
        .describe(
            "Search repositories",
            "Use this when you look for repositories anywhere on GitHub by words, language, topic, owner or \
             stars. For the person's own repositories use list_repositories.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Searching repositories", "Repositories found")
        .widget(crate::views::REPOSITORIES)
        .for_widgets()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let query = match session.hub.public_only {
        true => format!("{} is:public", input.query),
        false => input.query.clone(),
    };
    let request = Request::get(&["search", "repositories"])?
        .query("q", query)
        .query("sort", input.sort.map(String::from))
        .query("order", String::from(input.order))
        .paged(paging);
    let reply = session.send(&request).await?;
    let (repositories, more) = read_page(&reply, Some("items"), paging, |item| {
        let mut repository = Repository::read(item)?;
        repository.details = (!input.minimal_output).then(|| Details::read(item));
        Ok(Some(repository))
    })?;
    let count = repositories.len();
    let total_count = Foreign(&reply.body).count("total_count");
    let summary = format!("{count} of {total_count} repositories.{}", more.hint());
    let output = Output {
        repositories,
        count,
        total_count,
        more,
    };
    Ok(answer(&summary, output))
}
