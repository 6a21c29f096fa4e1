//! What hangs on a pull request, as answers show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::{Foreign, GithubError};

const DESCRIPTION_BYTES_MAX: usize = 200;

/// A file that is changed.
#[derive(Serialize, JsonSchema)]
pub(super) struct File {
    /// Its path.
    filename: String,
    /// What happens to it: added, removed, modified, renamed.
    status: String,
    /// How many lines are added.
    additions: u64,
    /// How many lines are removed.
    deletions: u64,
    /// What changes in it; cut where it is long, and absent for binary files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    patch: Option<String>,
}

impl File {
    pub(super) fn read(foreign: Foreign<'_>, patch_bytes_max: usize) -> Self {
        Self {
            filename: foreign.line("filename"),
            status: foreign.line("status"),
            additions: foreign.count("additions"),
            deletions: foreign.count("deletions"),
            patch: foreign.text("patch", patch_bytes_max),
        }
    }
}

/// A commit.
#[derive(Serialize, JsonSchema)]
pub(super) struct Commit {
    /// Its hash.
    sha: String,
    /// What it says; cut where it is long.
    message: String,
    /// The name of who wrote it, as the commit says.
    author: String,
    /// When it was written.
    date: String,
}

impl Commit {
    pub(super) fn read(foreign: Foreign<'_>, message_bytes_max: usize) -> Self {
        let commit = foreign.at("commit");
        let author = commit.at("author");
        Self {
            sha: foreign.line("sha"),
            message: commit
                .text("message", message_bytes_max)
                .unwrap_or_default(),
            author: author.line("name"),
            date: author.line("date"),
        }
    }
}

/// A review.
#[derive(Serialize, JsonSchema)]
pub(super) struct Review {
    /// Its id.
    id: u64,
    /// The login of who wrote it.
    user: String,
    /// What it comes to: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING.
    state: String,
    /// What it says; cut where it is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    body: Option<String>,
    /// When it was given.
    submitted_at: String,
    /// Its page.
    html_url: String,
}

impl Review {
    pub(super) fn read(foreign: Foreign<'_>, body_bytes_max: usize) -> Result<Self, GithubError> {
        Ok(Self {
            id: foreign.number("id")?,
            user: foreign.login("user"),
            state: foreign.line("state"),
            body: foreign.text("body", body_bytes_max),
            submitted_at: foreign.line("submitted_at"),
            html_url: foreign.url("html_url"),
        })
    }
}

/// A check or a status of the newest commit.
#[derive(Serialize, JsonSchema)]
pub(super) struct Check {
    /// Its name.
    name: String,
    /// How it stands: success, failure, pending, neutral, skipped and the like.
    state: String,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    description: Option<String>,
    /// Where more is said.
    url: String,
}

impl Check {
    /// A status, as services set it.
    pub(super) fn of_status(foreign: Foreign<'_>) -> Self {
        Self {
            name: foreign.line("context"),
            state: foreign.line("state"),
            description: foreign.text("description", DESCRIPTION_BYTES_MAX),
            url: foreign.url("target_url"),
        }
    }

    /// A check run, which has a conclusion once it is done.
    pub(super) fn of_run(foreign: Foreign<'_>) -> Self {
        let conclusion = foreign.some_line("conclusion");
        Self {
            name: foreign.line("name"),
            state: conclusion.unwrap_or_else(|| foreign.line("status")),
            description: foreign.at("output").text("title", DESCRIPTION_BYTES_MAX),
            url: foreign.url("html_url"),
        }
    }
}
