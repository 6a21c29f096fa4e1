//! Upstreams: other places where people have accounts. One trait, because the configuration chooses; the
//! flow through the browser is the same for all.

mod arrive;
pub(crate) mod callback;
mod fetch;
mod github;
pub(crate) mod link;
mod oidc;
pub(crate) mod privy;
pub(crate) mod start;
mod state;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use oauth::jwt::{KeyError, KeySetError};
use oauth::secret::Secret;
use oauth::time::{Clock, UnixTime};

use crate::Issuer;
use crate::pages::PageError;
use crate::settings::{FetchSettings, UpstreamKind, UpstreamSettings};
use crate::tokens::privy::PrivyToken;
use oidc::IdTokenError;
use privy::PrivyTokenError;
pub(crate) use state::Purpose;

/// What the browser is sent away with.
pub(crate) struct Ask<'a> {
    pub(crate) redirect_uri: &'a str,
    pub(crate) scopes: &'a [String],
    pub(crate) state: &'a str,
    /// RFC 7636: the hash of the verifier.
    pub(crate) challenge: &'a str,
    /// What an ID token must say again.
    pub(crate) nonce: &'a str,
    /// The account to offer first, by name.
    pub(crate) login: Option<&'a str>,
    /// Whether the person is to sign in there once more, where it can be asked for.
    pub(crate) again: bool,
}

/// What the browser came back with, and what of its state the upstream must confirm.
pub(crate) struct Came<'a> {
    /// From Privy, the access token itself.
    pub(crate) code: &'a str,
    /// RFC 9207: who says that it answers.
    pub(crate) iss: Option<&'a str>,
    /// Apple: what the person wants to be called. Signed by nobody, and sent the first time only. From Privy,
    /// its identity token.
    pub(crate) user: Option<&'a str>,
    pub(crate) redirect_uri: &'a str,
    pub(crate) verifier: &'a str,
    pub(crate) nonce: &'a str,
    /// When the person was asked to sign in there once more, if they were.
    pub(crate) again_since: Option<UnixTime>,
    /// When the browser was sent away.
    pub(crate) since: UnixTime,
}

/// Whose code it was.
pub(crate) struct Arrival {
    pub(crate) account: Account,
    /// Tokens that apps may act with. An upstream that people only sign in with leaves none behind.
    pub(crate) granted: Option<Granted>,
    /// Kept with the session, for a backend that acts at Privy.
    pub(crate) privy_token: Option<PrivyToken>,
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
    #[error("its metadata are not as they must be: {0}")]
    Metadata(&'static str),
    #[error("the ID token was refused: {0}")]
    Identity(#[from] IdTokenError),
    #[error("Privy's token was refused: {0}")]
    PrivyToken(#[from] PrivyTokenError),
    #[error("another provider answered than the one that was asked")]
    MixedUp,
    #[error("the userinfo endpoint speaks of somebody else")]
    OtherSubject,
    #[error("our own key failed: {0}")]
    OwnKey(#[from] KeyError),
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
    fn authorize_url<'a>(
        &'a self,
        ask: &'a Ask<'a>,
    ) -> BoxFuture<'a, Result<String, UpstreamError>>;

    /// A code for who it is, and perhaps for tokens.
    fn redeem<'a>(&'a self, came: &'a Came<'a>) -> BoxFuture<'a, Result<Arrival, UpstreamError>>;

    /// New tokens for old; the old ones are dead then. Where none are kept, none is ever renewed.
    fn refresh<'a>(
        &'a self,
        _refresh_token: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Granted, UpstreamError>> {
        Box::pin(std::future::ready(Err(UpstreamError::RefreshDead)))
    }

    /// Gives back what was allowed. Where nothing is kept, nothing is there to give back.
    fn revoke<'a>(
        &'a self,
        _access_token: &'a Secret<String>,
        _what: Revoke,
    ) -> BoxFuture<'a, Result<(), UpstreamError>> {
        Box::pin(std::future::ready(Ok(())))
    }
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
    /// If no HTTP client can be made, or a key of ours cannot be read.
    pub(crate) fn all(
        settings: &[UpstreamSettings],
        fetch: &FetchSettings,
        clock: &Clock,
    ) -> Result<Vec<Self>, UpstreamsError> {
        let known = settings.iter().map(|settings| {
            let id = &settings.client_id;
            let protocol: Arc<dyn Upstream> = match &settings.kind {
                UpstreamKind::Github(github) => Arc::new(github::Github::new(id, github, fetch)?),
                UpstreamKind::Oidc(oidc) => Arc::new(oidc::Oidc::new(id, oidc, fetch, clock)?),
                UpstreamKind::Privy(own) => Arc::new(privy::Privy::new(id, own, fetch, clock)?),
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

    /// The one of this name, if tokens of it are kept for apps.
    pub(crate) fn connecting<'a>(issuer: &'a Issuer, name: &str) -> Option<&'a Self> {
        Self::named(issuer, name).filter(|known| known.settings.github().is_some())
    }

    /// What pages must list whose forms lead there by a redirect.
    pub(crate) fn form_action(&self) -> Option<&str> {
        let github = self.settings.github()?;
        Some(&github.oauth_base)
    }

    /// A provider of OpenID Connect may send the browser on to any host, so forms lead to it by a page.
    pub(crate) const fn may_lead_anywhere(&self) -> bool {
        matches!(self.settings.kind, UpstreamKind::Oidc(_))
    }

    /// Where the upstream sends the browser back to.
    pub(crate) fn redirect_uri(&self, issuer: &Issuer) -> String {
        let path = self.settings.callback_path();
        issuer.settings.public_url.join(&path)
    }
}

/// An upstream cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamsError {
    #[error("no HTTP client for upstreams can be made")]
    Http(#[from] reqwest::Error),
    #[error("the private key for an upstream: {0}")]
    Key(#[from] KeyError),
    #[error("the verification key of Privy: {0}")]
    VerificationKey(#[from] KeySetError),
}

/// The upstream that a page's address names.
pub(crate) fn find<'a>(issuer: &'a Issuer, name: &str) -> Result<&'a Known, PageError> {
    Known::named(issuer, name).ok_or_else(not_offered)
}

/// As [`find`], of those whose accounts can be connected.
pub(crate) fn find_connecting<'a>(issuer: &'a Issuer, name: &str) -> Result<&'a Known, PageError> {
    Known::connecting(issuer, name).ok_or_else(not_offered)
}

/// As [`find`], of those that people sign in with.
pub(crate) fn find_signing_in<'a>(issuer: &'a Issuer, name: &str) -> Result<&'a Known, PageError> {
    let known = find(issuer, name)?;
    known
        .settings
        .signs_in
        .then_some(known)
        .ok_or_else(not_offered)
}

fn not_offered() -> PageError {
    PageError::new(http::StatusCode::NOT_FOUND, "error-upstream-unknown")
}
