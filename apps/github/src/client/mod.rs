//! A GitHub REST client that behaves: one account in turn, on one host only, and never a write twice.

mod account;
mod answer;
mod base;
mod error;
mod exchange;
mod foreign;
mod kept;
mod limit;
mod page;
mod request;
mod session;
pub(crate) mod text;
mod version;

pub(crate) use error::GithubError;
pub(crate) use foreign::Foreign;
pub(crate) use request::{Request, given};
pub(crate) use session::{Reply, Session};

use toolbox::Clock;

use self::account::Accounts;
use self::kept::KeptAnswers;
use self::version::Versions;
use crate::settings::Settings;

/// What all calls of this process share: connections, limits and kept answers. Nothing in it outlives the process.
pub(crate) struct Hub {
    /// Absent if this machine cannot speak TLS.
    http: Option<reqwest::Client>,
    clock: Clock,
    versions: Versions,
    accounts: Accounts,
    /// The longest that one request may take.
    timeout: std::time::Duration,
    kept: KeptAnswers,
    pub(crate) public_only: bool,
    /// Where the GitHub App is installed, if the operator says so.
    pub(crate) install_url: Option<String>,
}

impl Hub {
    pub(crate) fn new(settings: &Settings) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(settings.timeout)
            .user_agent(concat!("vestibule/", env!("CARGO_PKG_VERSION")))
            .build();
        if let Err(error) = &http {
            tracing::error!(%error, "GitHub cannot be asked: there is no HTTP client");
        }
        Self {
            http: http.ok(),
            clock: settings.clock.clone(),
            versions: Versions::new(settings.api_version.clone()),
            accounts: Accounts::new(),
            timeout: settings.timeout,
            kept: KeptAnswers::new(),
            public_only: settings.public_only,
            install_url: settings.install_url.clone(),
        }
    }
}
