//! `list_label`: the labels of a repository.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use crate::budget::{More, Paging, first_page, read_page};
use crate::client::{Hub, Request, Session};
use crate::declare::{answer, declare};

const DESCRIPTION_BYTES_MAX: usize = 100;

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
    #[serde(default = "hundred", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

const fn hundred() -> u32 {
    100
}

/// A label.
#[derive(Serialize, JsonSchema)]
struct Label {
    /// Its name, as issues are given it.
    name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    description: Option<String>,
}

/// Labels.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The labels.
    labels: Vec<Label>,
    /// How many there are in this answer.
    count: usize,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_label", "read:repos", run)
        .aliases(&["list_labels"])
        .describe(
            "List labels",
            "Use this when you need the labels that a repository has, before you give some to an issue.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing labels", "Labels listed")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let path = ["repos", &input.owner, &input.repo, "labels"];
    let reply = session.send(&Request::get(&path)?.paged(paging)).await?;
    let (labels, more) = read_page(&reply, None, paging, |item| {
        Ok(Some(Label {
            name: item.line("name"),
            description: item.text("description", DESCRIPTION_BYTES_MAX),
        }))
    })?;
    let count = labels.len();
    let summary = format!("{count} labels.{}", more.hint());
    let output = Output {
        labels,
        count,
        more,
    };
    Ok(answer(&summary, output))
}
