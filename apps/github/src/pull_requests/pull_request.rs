//! A pull request as answers show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError};

/// A pull request.
#[derive(Serialize, JsonSchema)]
pub(super) struct PullRequest {
    /// Its id on all of GitHub.
    id: u64,
    /// Its number in the repository.
    number: u64,
    /// Its title.
    title: String,
    /// What it says; cut where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    pub(super) body: Option<String>,
    /// `open` or `closed`.
    state: String,
    /// Whether it is not ready for review.
    draft: bool,
    /// The login of who wrote it.
    user: String,
    /// The names of its labels.
    labels: Vec<String>,
    /// The branch that it brings in, as `owner:branch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    head: Option<String>,
    /// The branch that it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    base: Option<String>,
    /// When it was merged, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    merged_at: Option<String>,
    /// When it was written.
    created_at: String,
    /// When it changed last.
    updated_at: String,
    /// Its page.
    html_url: String,
    /// Owner and name of its repository, where answers mix several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    repository: Option<String>,
}

impl PullRequest {
    /// Reads one as lists and as searches show it.
    pub(super) fn read(foreign: Foreign<'_>, body_bytes_max: usize) -> Result<Self, GithubError> {
        let merged = foreign.some_line("merged_at");
        let url = foreign.url("repository_url");
        Ok(Self {
            id: foreign.number("id")?,
            number: foreign.number("number")?,
            title: foreign.line("title"),
            body: foreign.text("body", body_bytes_max),
            state: foreign.line("state"),
            draft: foreign.flag("draft"),
            user: foreign.login("user"),
            labels: foreign.names("labels", "name"),
            head: foreign.at("head").some_line("label"),
            base: foreign.at("base").some_line("ref"),
            merged_at: merged.or_else(|| foreign.at("pull_request").some_line("merged_at")),
            created_at: foreign.line("created_at"),
            updated_at: foreign.line("updated_at"),
            html_url: foreign.url("html_url"),
            repository: url.split_once("/repos/").map(|(_, name)| name.to_owned()),
        })
    }
}
