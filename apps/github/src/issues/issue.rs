//! An issue as answers show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError};

/// An issue.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Issue {
    /// Its id on all of GitHub.
    id: u64,
    /// Its number in the repository.
    pub(crate) number: u64,
    /// Its title.
    title: String,
    /// What it says; cut where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(crate) body: Option<String>,
    /// `open` or `closed`.
    state: String,
    /// Why it is in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    state_reason: Option<String>,
    /// The login of who wrote it.
    user: String,
    /// The names of its labels.
    labels: Vec<String>,
    /// The logins of those who are to do it.
    assignees: Vec<String>,
    /// The title of its milestone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    milestone: Option<String>,
    /// Its type, where the organization has types.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    kind: Option<String>,
    /// When it was written.
    created_at: String,
    /// When it changed last.
    updated_at: String,
    /// Its page.
    html_url: String,
    /// How many comments it has.
    comments: u64,
    /// Owner and name of its repository, where answers mix several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    repository: Option<String>,
}

impl Issue {
    pub(crate) fn read(foreign: Foreign<'_>, body_bytes_max: usize) -> Result<Self, GithubError> {
        Ok(Self {
            id: foreign.number("id")?,
            number: foreign.number("number")?,
            title: foreign.line("title"),
            body: foreign.text("body", body_bytes_max),
            state: foreign.line("state"),
            state_reason: foreign.some_line("state_reason"),
            user: foreign.login("user"),
            labels: foreign.names("labels", "name"),
            assignees: foreign.names("assignees", "login"),
            milestone: foreign.at("milestone").some_line("title"),
            kind: foreign.at("type").some_line("name"),
            created_at: foreign.line("created_at"),
            updated_at: foreign.line("updated_at"),
            html_url: foreign.url("html_url"),
            comments: foreign.count("comments"),
            repository: None,
        })
    }

    /// Says which repository it is in.
    pub(crate) fn with_repository(mut self, foreign: Foreign<'_>) -> Self {
        let url = foreign.url("repository_url");
        self.repository = url.split_once("/repos/").map(|(_, name)| name.to_owned());
        self
    }
}
