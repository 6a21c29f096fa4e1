//! Why GitHub gave no answer, in words that a model may act on.

use toolbox::{ConnectError, ToolError, UnixTime};

use super::limit::{Kind, Limit};

/// A reason. What is foreign in it has been cleaned.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GithubError {
    /// The person has no connection that works.
    #[error("the person must connect GitHub")]
    Connect(ConnectError),
    /// GitHub does not know the token.
    #[error("GitHub does not accept this connection any more.")]
    TokenRefused,
    /// The arguments name nothing that could exist.
    #[error("{0}")]
    Arguments(String),
    /// The operator's address of the API is none.
    #[error("This server's address of the GitHub API is not one. Its operator must correct it.")]
    NoBase,
    #[error("{}", say_limit(.0, .1))]
    Limited(Limit, UnixTime),
    #[error(
        "Too many requests of this account are waiting for GitHub. Try again in a moment, one by one."
    )]
    Busy,
    #[error(
        "GitHub does not find this: it does not exist, or this connection may not see it. Check owner and \
         name with list_repositories; an organization may also block this app, or not have installed it, which \
         looks the same.{0}"
    )]
    NotFound(MissingScopes),
    #[error("GitHub refuses this: {0}")]
    Forbidden(String),
    #[error("GitHub says that this is switched off or gone here (issues may be disabled): {0}")]
    Gone(String),
    #[error("GitHub cannot do this as asked: {0}")]
    Unprocessable(String),
    #[error("GitHub may not show this for legal reasons (451).")]
    Blocked,
    #[error("GitHub answers {status}: {message}")]
    Refused { status: u16, message: String },
    #[error("GitHub is in trouble (it answers {0}). Nothing was changed; try again in a minute.")]
    Trouble(u16),
    #[error("GitHub cannot be reached. Nothing was changed; try again in a minute.")]
    Unreachable,
    #[error(
        "GitHub's answer took too long or broke off. Nothing was changed; try again in a minute."
    )]
    Lost,
    #[error(
        "GitHub's answer cannot be read. Had it to do with a change, look first whether that was made."
    )]
    Unreadable,
    #[error(
        "GitHub's answer is too long to read. Ask for less, for example with a smaller perPage."
    )]
    TooLong,
    /// A write may or may not have happened.
    #[error(
        "GitHub gave no clear answer, so this may have been done or not. Do not simply repeat it. {0}"
    )]
    OutcomeUnknown(&'static str),
    #[error(
        "The repository has moved, and nothing was changed. Look up its new name, then try again."
    )]
    Moved,
    #[error("GitHub leads elsewhere or in circles; this is not followed. Nothing was changed.")]
    LedAway,
}

/// The scopes at GitHub that would have helped, and where to give them.
#[derive(Debug, Default)]
pub(crate) struct MissingScopes {
    pub(crate) scopes: Vec<String>,
    pub(crate) connect_url: String,
}

impl std::fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.scopes.is_empty() {
            return Ok(());
        }
        let scopes = self.scopes.join(" ");
        write!(f, " The connection lacks the GitHub scope {scopes}: ")?;
        write!(f, "the person can reconnect at {}.", self.connect_url)
    }
}

fn say_limit(limit: &Limit, now: &UnixTime) -> String {
    let seconds = limit.until.since(*now).max(1);
    let reason = match limit.kind {
        Kind::Primary => "This account has used up what GitHub allows for now",
        Kind::Secondary => "GitHub asks this account to slow down",
    };
    format!("{reason}. Nothing was changed. Try again in {seconds} seconds, not earlier.")
}

impl From<ConnectError> for GithubError {
    fn from(error: ConnectError) -> Self {
        Self::Connect(error)
    }
}

impl From<GithubError> for ToolError {
    fn from(error: GithubError) -> Self {
        if let GithubError::Connect(error) = error {
            return error.into();
        }
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_says_when_to_come_back() {
        let now = UnixTime(100);
        for (until, expected) in [(157, "in 57 seconds"), (100, "in 1 seconds")] {
            let kind = Kind::Primary;
            let until = UnixTime(until);
            let text = GithubError::Limited(Limit { kind, until }, now).to_string();
            assert!(text.contains(expected), "{text}");
        }
    }

    #[test]
    fn scopes_are_named_only_if_some_are_missing() {
        let silent = GithubError::NotFound(MissingScopes::default()).to_string();
        assert!(!silent.contains("reconnect"), "{silent}");
        let missing = MissingScopes {
            scopes: vec!["repo".into()],
            connect_url: "https://h.example/connect/github".into(),
        };
        let text = GithubError::NotFound(missing).to_string();
        assert!(text.contains("scope repo: the person can reconnect at https://h.example/"));
    }
}
