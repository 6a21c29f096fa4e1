//! `list_issue_types`: the types that issues of a repository can have.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use crate::client::{Foreign, Hub, Request, Session};
use crate::declare::{answer, declare};

const DESCRIPTION_BYTES_MAX: usize = 100;
/// An organization has at most 25.
const COUNT_MAX: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: an organization.
    owner: String,
    /// The repository's name.
    repo: String,
}

/// A type.
#[derive(Serialize, JsonSchema)]
struct IssueType {
    /// Its name, as issues are given it.
    name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    description: Option<String>,
}

/// Types.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The types.
    issue_types: Vec<IssueType>,
    /// How many there are.
    count: usize,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_issue_types", "read:repos", run)
        .describe(
            "List issue types",
            "Use this when you need the types (such as Bug or Task) that issues of an organization's repository can \
             have. Older servers and repositories of persons have none: then it is not found.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing issue types", "Issue types listed")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let path = ["repos", &input.owner, &input.repo, "issue-types"];
    let reply = session.send(&Request::get(&path)?).await?;
    let types = reply.items(None)?.iter().take(COUNT_MAX).map(|item| {
        let item = Foreign(item);
        IssueType {
            name: item.line("name"),
            description: item.text("description", DESCRIPTION_BYTES_MAX),
        }
    });
    let issue_types: Vec<_> = types.collect();
    let count = issue_types.len();
    let output = Output { issue_types, count };
    Ok(answer(&format!("{count} issue types."), output))
}
