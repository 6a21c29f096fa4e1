//! Issues: reading, searching, writing.

mod add_issue_comment;
mod comment;
mod create_issue;
mod dropped;
mod get_repository_issues;
mod issue;
mod issue_read;
mod issue_write;
mod list_issue_types;
mod list_label;
mod search_issues;

use std::sync::Arc;

use toolbox::Tool;

pub(crate) use self::comment::Comment;
use crate::client::Hub;

const TOOLSET: &str = "issues";

/// The tools, in the order in which they are listed.
pub(crate) fn tools(hub: &Arc<Hub>) -> Vec<Tool> {
    let tools = [
        get_repository_issues::tool(hub),
        issue_read::tool(hub),
        search_issues::tool(hub),
        create_issue::tool(hub),
        issue_write::tool(hub),
        add_issue_comment::tool(hub),
        list_label::tool(hub),
        list_issue_types::tool(hub),
    ];
    tools.map(|tool| tool.toolset(TOOLSET)).into()
}
