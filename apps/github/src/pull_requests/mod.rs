//! Pull requests: reading, searching, writing.

mod create_pull_request;
mod list_pull_requests;
mod parts;
mod pull_request;
mod pull_request_read;
mod reviewers;
mod search_pull_requests;
mod update_pull_request;

use std::sync::Arc;

use toolbox::Tool;

use crate::client::Hub;

const TOOLSET: &str = "pull_requests";

/// The tools, in the order in which they are listed.
pub(crate) fn tools(hub: &Arc<Hub>) -> Vec<Tool> {
    let tools = [
        list_pull_requests::tool(hub),
        pull_request_read::tool(hub),
        search_pull_requests::tool(hub),
        create_pull_request::tool(hub),
        update_pull_request::tool(hub),
    ];
    tools.map(|tool| tool.toolset(TOOLSET)).into()
}
