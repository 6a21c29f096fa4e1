//! A repository as answers show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError};

const DESCRIPTION_BYTES_MAX: usize = 200;

/// A repository.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Repository {
    /// Its number, which never changes.
    id: u64,
    /// Its name, without the owner.
    name: String,
    /// Owner and name.
    pub(super) full_name: String,
    /// What its owner says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    description: Option<String>,
    /// The language that most of it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    language: Option<String>,
    /// How many people starred it.
    stargazers_count: u64,
    /// How many copies there are.
    forks_count: u64,
    /// Open issues and open pull requests together.
    open_issues_count: u64,
    /// When it changed last.
    updated_at: String,
    /// Its page.
    html_url: String,
    /// Whether only some people see it.
    pub(super) private: bool,
    /// More about it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Details", default)]
    pub(super) details: Option<Details>,
}

/// What is not always of interest.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Details {
    /// The branch that pull requests usually go to.
    default_branch: String,
    /// Whether it is closed to changes.
    archived: bool,
    /// Whether it is a copy of another.
    fork: bool,
    /// What it is about.
    topics: Vec<String>,
}

impl Repository {
    pub(super) fn read(foreign: Foreign<'_>) -> Result<Self, GithubError> {
        Ok(Self {
            id: foreign.number("id")?,
            name: foreign.line("name"),
            full_name: foreign.line("full_name"),
            description: foreign.text("description", DESCRIPTION_BYTES_MAX),
            language: foreign.some_line("language"),
            stargazers_count: foreign.count("stargazers_count"),
            forks_count: foreign.count("forks_count"),
            open_issues_count: foreign.count("open_issues_count"),
            updated_at: foreign.line("updated_at"),
            html_url: foreign.url("html_url"),
            private: foreign.flag("private"),
            details: None,
        })
    }
}

impl Details {
    pub(super) fn read(foreign: Foreign<'_>) -> Self {
        Self {
            default_branch: foreign.line("default_branch"),
            archived: foreign.flag("archived"),
            fork: foreign.flag("fork"),
            topics: foreign.names("topics", "name"),
        }
    }
}
