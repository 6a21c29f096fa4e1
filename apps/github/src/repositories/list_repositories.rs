//! `list_repositories`: the repositories that the person's connection may see.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::repository::Repository;
use crate::budget::{More, Paging, first_page, read_page};
use crate::client::{GithubError, Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::{Direction, words};

/// How many pages are searched for a name in one call.
const PAGES_MAX: usize = 5;

words! {
    Visibility { All = "all", Public = "public", Private = "private" }
    Sort { Updated = "updated", Created = "created", Pushed = "pushed", FullName = "full_name" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Which repositories, by who may see them.
    #[serde(default)]
    visibility: Visibility,
    /// How the person is related to them: any of owner, collaborator and organization_member, with commas
    /// between; all three if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    affiliation: Option<String>,
    /// What the order goes by.
    #[serde(default)]
    sort: Sort,
    /// The direction of the order. Left out: names ascending, times descending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Direction")]
    direction: Option<Direction>,
    /// The page, from 1.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many per page.
    #[serde(default = "hundred", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    /// Only repositories whose owner/name contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    repo: Option<String>,
}

const fn hundred() -> u32 {
    100
}

/// Repositories.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The repositories.
    repositories: Vec<Repository>,
    /// How many there are in this answer.
    count: usize,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_repositories", "read:repos", run)
        .describe(
            "List repositories",
            "Use this when the person wants to see their GitHub repositories, or you need the exact owner and \
             name of one of them. Without arguments: all that they can access, the most recently updated \
             first. Give `repo` to find one by a part of its name.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing repositories", "Repositories listed")
        .widget(crate::views::REPOSITORIES)
        .for_widgets()
        .by_get()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    // Whoever looks for a name looks through several pages. Their size stays what it was: whoever goes on
    // with another would pass some over.
    let pages_max = input.repo.as_ref().map_or(1, |_| PAGES_MAX);
    let paging = Paging::new(input.page, input.per_page)?;
    let request = request(&session, &input, paging)?;
    let reply = session.send_all(&request, pages_max).await?;
    let part = input.repo.as_deref().unwrap_or_default();
    let part = part.trim().to_lowercase();
    let (repositories, more) = read_page(&reply, None, paging, |item| {
        let repository = Repository::read(item)?;
        let hidden = session.hub.public_only && repository.private;
        let wanted = repository.full_name.to_lowercase().contains(&part);
        Ok((wanted && !hidden).then_some(repository))
    })?;
    let count = repositories.len();
    let summary = format!("{count} repositories.{}", more.hint());
    let output = Output {
        repositories,
        count,
        more,
    };
    Ok(answer(&summary, output))
}

fn request(session: &Session, input: &Input, paging: Paging) -> Result<Request, GithubError> {
    let visibility = match session.hub.public_only {
        true => Visibility::Public,
        false => input.visibility,
    };
    Ok(Request::get(&["user", "repos"])?
        .query("visibility", String::from(visibility))
        .query("affiliation", input.affiliation.clone())
        .query("sort", String::from(input.sort))
        .query("direction", input.direction.map(String::from))
        .paged(paging))
}
