//! The person's account at GitHub and the connection to it. These tools belong to no toolset: every part of the
//! app has them.

mod get_me;
mod github_connection;

use std::sync::Arc;

use toolbox::Tool;

use crate::client::Hub;

/// What says who is at the other end.
pub(crate) fn tools(hub: &Arc<Hub>) -> Vec<Tool> {
    vec![get_me::tool(hub)]
}

/// What shows and ends the connection.
pub(crate) fn connection_tool(hub: &Arc<Hub>) -> Tool {
    github_connection::tool(hub)
}
