//! What an operator can set.

use std::time::Duration;

use toolbox::Clock;

/// The settings of the app, as plain values.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The version of the REST API to ask for, in place of the one that fits the host.
    pub api_version: Option<String>,
    /// Lists and searches leave private repositories out, and nobody is asked to give access to them. What a
    /// token may read all the same, such as one of a GitHub App, it reads where it is named.
    pub public_only: bool,
    /// The page where people install the GitHub App on their repositories.
    pub install_url: Option<String>,
    /// Offers `create_branch`.
    pub write_branches: bool,
    /// The longest that one request to GitHub may take.
    pub timeout: Duration,
    /// The time.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_version: None,
            public_only: false,
            install_url: None,
            write_branches: false,
            // GitHub gives up after ten seconds itself.
            timeout: Duration::from_secs(12),
            clock: Clock::System,
        }
    }
}
