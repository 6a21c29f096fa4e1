//! `list_branches`: the branches of a repository.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use crate::budget::{More, Paging, first_page, read_page, thirty};
use crate::client::{Hub, Request, Session};
use crate::declare::{answer, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The page, from 1.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many per page.
    #[serde(default = "thirty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

/// A branch.
#[derive(Serialize, JsonSchema)]
struct Branch {
    /// Its name.
    name: String,
    /// Its newest commit.
    sha: String,
    /// Whether rules guard it.
    protected: bool,
}

/// Branches.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The branches.
    branches: Vec<Branch>,
    /// How many there are in this answer.
    count: usize,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_branches", "read:repos", run)
        .describe(
            "List branches",
            "Use this when you need the branches of a repository, for example to choose head and base of a \
             pull request.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing branches", "Branches listed")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let path = ["repos", &input.owner, &input.repo, "branches"];
    let reply = session.send(&Request::get(&path)?.paged(paging)).await?;
    let (branches, more) = read_page(&reply, None, paging, |item| {
        Ok(Some(Branch {
            name: item.line("name"),
            sha: item.at("commit").line("sha"),
            protected: item.flag("protected"),
        }))
    })?;
    let count = branches.len();
    let summary = format!("{count} branches.{}", more.hint());
    let output = Output {
        branches,
        count,
        more,
    };
    Ok(answer(&summary, output))
}
