//! A comment as answers show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError};

/// A comment.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Comment {
    /// Its id.
    id: u64,
    /// The login of who wrote it.
    user: String,
    /// What it says; cut where it is long.
    body: String,
    /// When it was written.
    created_at: String,
    /// Its page.
    html_url: String,
}

impl Comment {
    pub(crate) fn read(foreign: Foreign<'_>, body_bytes_max: usize) -> Result<Self, GithubError> {
        Ok(Self {
            id: foreign.number("id")?,
            user: foreign.login("user"),
            body: foreign.text("body", body_bytes_max).unwrap_or_default(),
            created_at: foreign.line("created_at"),
            html_url: foreign.url("html_url"),
        })
    }
}
