//! What travels to an upstream and back as `state`: sealed for one browser, used once, good for ten minutes.

use axum::http::{HeaderMap, HeaderValue};
use oauth::pkce::Verifier;
use oauth::secret::{Secret, from_base64url};
use oauth::time::UnixTime;

use crate::Issuer;
use crate::db::{self, DbError};
use crate::pages::{PageError, cookie, read_cookie};

const COOKIE: &str = "upstream";
const SECONDS: i64 = 600;
/// It travels in an address, twice.
const BYTES_MAX: usize = 6_000;

/// What the way through an upstream is for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Purpose {
    SignIn {
        /// Whether they are to sign in there once more.
        again: bool,
    },
    /// To connect an account to this person.
    Connect { person_id: String },
    /// To let an account sign in as this person.
    Link { person_id: String },
}

impl Purpose {
    /// Whether the person is to sign in there once more.
    pub(super) const fn again(&self) -> bool {
        matches!(self, Self::SignIn { again: true })
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct State {
    id: String,
    expires_at: UnixTime,
    pub(super) upstream: String,
    pub(super) purpose: Purpose,
    /// RFC 7636: what the code is redeemed with.
    pub(super) verifier: String,
    /// What an ID token must say again.
    pub(super) nonce: String,
    /// Where the person goes afterwards.
    pub(super) next: String,
}

/// A state on its way, and the cookie that binds it to this browser.
pub(super) struct Sent {
    pub(super) state: String,
    pub(super) challenge: String,
    pub(super) nonce: String,
    pub(super) cookie: HeaderValue,
}

impl State {
    pub(super) fn send(
        issuer: &Issuer,
        headers: &HeaderMap,
        upstream: &str,
        (purpose, next): (Purpose, &str),
    ) -> Result<Sent, PageError> {
        let secret = || issuer.random.secret().map_err(PageError::internal);
        let browser = match browser(issuer, headers) {
            Some(browser) => browser,
            None => secret()?,
        };
        let verifier = secret()?;
        let challenge = Verifier::parse(verifier.expose()).map_err(PageError::internal)?;
        let this = Self {
            id: secret()?.hash().as_str().to_owned(),
            expires_at: issuer.clock.now().plus(SECONDS),
            upstream: upstream.to_owned(),
            purpose,
            verifier: verifier.expose().clone(),
            nonce: secret()?.expose().clone(),
            next: next.to_owned(),
        };
        let plain = serde_json::to_vec(&this).map_err(PageError::internal)?;
        let state = issuer
            .sealer
            .seal(&issuer.random, &place(&browser), &plain)
            .map_err(PageError::internal)?;
        if state.len() > BYTES_MAX {
            return Err(PageError::bad_request("error-upstream-too-long"));
        }
        let cookie = cookie(issuer, COOKIE, browser.expose(), Some(SECONDS));
        Ok(Sent {
            state,
            challenge: challenge.challenge().as_str().to_owned(),
            nonce: this.nonce,
            cookie: cookie.map_err(PageError::internal)?,
        })
    }

    /// When the person was asked to sign in once more, if they were.
    pub(super) fn again_since(&self) -> Option<UnixTime> {
        let again = self.purpose.again();
        again.then(|| self.since())
    }

    /// Reads a state that this browser was sent away with.
    pub(super) fn read(
        issuer: &Issuer,
        headers: &HeaderMap,
        upstream: &str,
        sealed: &str,
    ) -> Result<Self, PageError> {
        let browser = browser(issuer, headers).ok_or_else(stale)?;
        let plain = issuer.sealer.open(&place(&browser), sealed);
        let plain = plain.map_err(|error| stale().because(error))?;
        let this: Self =
            serde_json::from_slice(plain.expose()).map_err(|error| stale().because(error))?;
        match this.expires_at > issuer.clock.now() && this.upstream == upstream {
            true => Ok(this),
            false => Err(stale()),
        }
    }

    /// As [`State::read`], once.
    pub(super) async fn receive(
        issuer: &Issuer,
        headers: &HeaderMap,
        upstream: &str,
        sealed: &str,
    ) -> Result<Self, PageError> {
        let this = Self::read(issuer, headers, upstream, sealed)?;
        // Kept a little longer than it is good, because nodes' clocks differ.
        let (id, kept_until) = (this.id.clone(), this.expires_at.plus(60));
        let first = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { db::used_ids::insert(tx, &id, kept_until).await })
        });
        match first.await? {
            true => Ok(this),
            false => Err(stale()),
        }
    }

    /// When the browser was sent away.
    pub(super) fn since(&self) -> UnixTime {
        self.expires_at.minus(SECONDS)
    }
}

fn stale() -> PageError {
    PageError::bad_request("error-upstream-stale")
}

fn browser(issuer: &Issuer, headers: &HeaderMap) -> Option<Secret<String>> {
    let value = read_cookie(issuer, headers, COOKIE)?;
    (from_base64url(&value)?.len() == 32).then(|| Secret::new(value))
}

fn place(browser: &Secret<String>) -> String {
    format!("upstream/{}", browser.hash().as_str())
}
