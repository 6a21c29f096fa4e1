//! Repositories: finding them, and what is in them that issues and pull requests need.

mod create_branch;
mod installed;
mod list_branches;
mod list_repositories;
mod repository;
mod search_repositories;

use std::sync::Arc;

use toolbox::Tool;

use crate::client::Hub;

const TOOLSET: &str = "repos";

/// The tools, in the order in which they are listed.
pub(crate) fn tools(hub: &Arc<Hub>) -> Vec<Tool> {
    let tools = [
        list_repositories::tool(hub),
        search_repositories::tool(hub),
        list_branches::tool(hub),
    ];
    tools.map(|tool| tool.toolset(TOOLSET)).into()
}

/// The tool that is offered only where the operator wants it.
pub(crate) fn branch_tool(hub: &Arc<Hub>) -> Tool {
    create_branch::tool(hub).toolset(TOOLSET)
}
