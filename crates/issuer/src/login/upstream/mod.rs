//! Upstreams: other places where people have accounts. One trait, because the configuration chooses; the
//! flow through the browser is the same for all.

pub(crate) mod callback;
mod github;
pub(crate) mod start;
mod state;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use oauth::secret::Secret;

use crate::Issuer;
use crate::pages::PageError;
use crate::settings::{FetchSettings, UpstreamKind, UpstreamSettings};
pub(crate) use state::Purpose;

/// What the browser is sent away with.
pub(crate) struct Ask<'a> {
    pub(crate) redirect_uri: &'a str,
    pub(crate) scopes: &'a [String],
    pub(crate) state: &'a str,
    /// RFC 7636: the hash of the verifier.
    pub(crate) challenge: &'a str,
    /// The account to offer first, by name.
    pub(crate) login: Option<&'a str>,
}

/// What an upstream gave out.
pub(crate) struct Granted {
    pub(crate) access_token: Secret<String>,
    pub(crate) refresh_token: Option<Secret<String>>,
    /// Of the access token; `None` if it does not say that it expires.
    pub(crate) expires_in: Option<i64>,
    /// With spaces between.
    pub(crate) scope: String,
}

/// An account at an upstream.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// Never changes, unlike its name.
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) name: Option<String>,
    /// The primary address, if the upstream has verified it.
    pub(crate) verified_email: Option<String>,
}

/// Why an upstream gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("the code, or what came with it, was refused: {0}")]
    Refused(String),
    #[error("the refresh token is dead")]
    RefreshDead,
    #[error("the access token is dead")]
    TokenDead,
    #[error("it cannot be reached, or is in trouble")]
    Away,
    #[error("its answer cannot be read")]
    Malformed,
}

/// How much of what an upstream gave is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoke {
    /// One token.
    Token,
    /// All that the person allowed us there.
    Grant,
}

/// One upstream's protocol.
pub(crate) trait Upstream: Send + Sync + 'static {
    /// Where the browser goes to allow.
    fn authorize_url(&self, ask: &Ask<'_>) -> String;

    /// A code for tokens.
    fn exchange<'a>(
        &'a self,
        code: &'a str,
        verifier: &'a str,
        redirect_uri: &'a str,
    ) -> BoxFuture<'a, Result<Granted, UpstreamError>>;

    /// New tokens for old; the old ones are dead then.
    fn refresh<'a>(
        &'a self,
        refresh_token: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Granted, UpstreamError>>;

    /// Whose token this is.
    fn identify<'a>(
        &'a self,
        access_token: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Account, UpstreamError>>;

    /// Gives back what was allowed.
    fn revoke<'a>(
        &'a self,
        access_token: &'a Secret<String>,
        what: Revoke,
    ) -> BoxFuture<'a, Result<(), UpstreamError>>;
}

/// An upstream with its settings.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) settings: UpstreamSettings,
    pub(crate) protocol: Arc<dyn Upstream>,
}

impl Known {
    /// Every configured upstream, ready to ask.
    ///
    /// # Errors
    /// If no HTTP client can be made.
    pub(crate) fn all(
        settings: &[UpstreamSettings],
        fetch: &FetchSettings,
    ) -> Result<Vec<Self>, reqwest::Error> {
        let known = settings.iter().map(|settings| {
            let protocol: Arc<dyn Upstream> = match settings.kind {
                UpstreamKind::GithubOauthApp | UpstreamKind::GithubApp => {
                    Arc::new(github::Github::new(settings, fetch)?)
                }
            };
            Ok(Self {
                settings: settings.clone(),
                protocol,
            })
        });
        known.collect()
    }

    /// The one of this name.
    pub(crate) fn named<'a>(issuer: &'a Issuer, name: &str) -> Option<&'a Self> {
        let mut known = issuer.upstreams.iter();
        known.find(|known| known.settings.name == name)
    }

    /// What pages whose forms lead there must list.
    pub(crate) fn form_action(&self) -> &str {
        &self.settings.oauth_base
    }

    /// Where the upstream sends the browser back to.
    pub(crate) fn redirect_uri(&self, issuer: &Issuer) -> String {
        let path = &self.settings.callback_path;
        issuer.settings.public_url.join(path)
    }
}

/// The upstream that a page's address names.
pub(crate) fn find<'a>(issuer: &'a Issuer, name: &str) -> Result<&'a Known, PageError> {
    Known::named(issuer, name).ok_or_else(not_offered)
}

fn not_offered() -> PageError {
    PageError::new(http::StatusCode::NOT_FOUND, "error-upstream-unknown")
}
