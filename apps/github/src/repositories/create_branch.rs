//! `create_branch`: a branch that begins where another is.

use std::sync::Arc;

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use toolbox::{Answer, Hints, Tool, ToolError};

use crate::client::{Foreign, GithubError, Hub, Request, Session};
use crate::declare::{answer, declare};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The name of the new branch.
    branch: String,
    /// The branch that it begins at; the default branch if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    from_branch: Option<String>,
}

/// The new branch.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// Its name.
    branch: String,
    /// The branch that it begins at.
    from_branch: String,
    /// The commit that it begins at.
    sha: String,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "create_branch", "write:branches", run)
        .describe(
            "Create a branch",
            "Use this when the person asks for a new branch. It begins at the newest commit of from_branch; \
             it fails if there is a branch of that name.",
        )
        .hints(Hints::adds().in_open_world())
        .status("Creating the branch", "Branch created")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let repository = ["repos", &input.owner, &input.repo];
    let from_branch = match &input.from_branch {
        Some(branch) => branch.clone(),
        None => {
            let reply = session.send(&Request::get(&repository)?).await?;
            Foreign(&reply.body).line("default_branch")
        }
    };
    let path = [&repository[..], &["branches", &from_branch]].concat();
    let reply = session.send(&Request::get(&path)?).await?;
    let sha = Foreign(&reply.body).at("commit").some_line("sha");
    let sha = sha.ok_or(GithubError::Unreadable)?;
    let path = [&repository[..], &["git", "refs"]].concat();
    let body = json!({ "ref": format!("refs/heads/{}", input.branch), "sha": sha });
    let look = "Look with list_branches whether the branch is there.";
    let request = Request::write(Method::POST, &path, body, look)?;
    session.send(&request).await?;
    let output = Output {
        branch: input.branch,
        from_branch,
        sha,
    };
    Ok(answer("The branch is created.", output))
}
