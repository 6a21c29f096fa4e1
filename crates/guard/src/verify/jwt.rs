//! Verification by key set, with a cache of tokens seen before (RFC 9068 §4).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::future::{BoxFuture, FutureExt as _};
use oauth::jwt::{Algorithm, Checks, JwtError, KeySet, UnverifiedJwt};
use oauth::scope::ScopeSet;
use oauth::time::{Clock, UnixTime};

use super::{Principal, Revocations, Verify};
use crate::keys::KeySource;
use crate::refusal::{Reason, Refusal};

/// Verifies `at+jwt` access tokens of one issuer by its published keys.
///
/// Checked: `typ`, an algorithm of the allow-list, the key, the signature, `exp`, `nbf`, `iat`,
/// `iss`, a single `aud`, and revocation where a source of it is given. *Not* checked here: that
/// `aud` is the resource at hand, and scopes; the [`Guard`](crate::Guard) does that.
///
/// A verified token is remembered by its SHA-256. What is remembered counts only while the key set
/// is the same one and the revocation epoch has not moved on. Failures are never remembered.
pub struct JwtVerifier {
    issuer: String,
    keys: Arc<dyn KeySource>,
    revocations: Option<Arc<dyn Revocations>>,
    algorithms: Vec<Algorithm>,
    leeway_seconds: i64,
    clock: Clock,
    seen: moka::sync::Cache<[u8; 32], Arc<Seen>>,
}

struct Seen {
    principal: Arc<Principal>,
    keys: Arc<KeySet>,
    epoch: AtomicU64,
}

/// RFC 9068 §2.2, with what other issuers leave out left open.
#[derive(serde::Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: serde_json::Number,
    client_id: String,
    jti: String,
    #[serde(default)]
    scope: ScopeSet,
    auth_time: Option<UnixTime>,
    acr: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
}

/// One resource, alone or as the only member of a list.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List([String; 1]),
}

impl JwtVerifier {
    /// About a kilobyte each.
    const SEEN_MAX: u64 = 10_000;

    /// A verifier for the tokens of `issuer`, which must equal their `iss` byte for byte.
    #[must_use]
    pub fn new(issuer: impl Into<String>, keys: impl KeySource) -> Self {
        Self {
            issuer: issuer.into(),
            keys: Arc::new(keys),
            revocations: None,
            algorithms: Algorithm::ALL.to_vec(),
            leeway_seconds: 30,
            clock: Clock::System,
            seen: moka::sync::Cache::new(Self::SEEN_MAX),
        }
    }

    /// Refuses tokens that were revoked.
    #[must_use]
    pub fn with_revocations(mut self, revocations: impl Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// Accepts these algorithms only.
    #[must_use]
    pub fn with_algorithms(mut self, algorithms: &[Algorithm]) -> Self {
        self.algorithms = algorithms.to_vec();
        self
    }

    /// How far the issuer's clock and ours may differ; 30 seconds unless told.
    #[must_use]
    pub const fn with_leeway_seconds(mut self, seconds: i64) -> Self {
        self.leeway_seconds = seconds;
        self
    }

    /// Takes the time from here.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    async fn check(&self, token: &str) -> Result<Arc<Principal>, Reason> {
        let keys = match self.keys.current() {
            Some(keys) => keys,
            None => self.fetch().await?,
        };
        let mut name = [0; 32];
        name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        // Read before the question is asked, so that a revocation in between is seen next time.
        let epoch = self.revocations.as_ref().map_or(0, |list| list.epoch());
        if let Some(seen) = self.seen.get(&name)
            && Arc::ptr_eq(&seen.keys, &keys)
        {
            return self.check_again(&seen, epoch);
        }
        let principal = Arc::new(self.check_first(token, &keys).await?);
        self.check_revoked(&principal)?;
        let seen = Seen {
            principal: Arc::clone(&principal),
            keys,
            epoch: AtomicU64::new(epoch),
        };
        self.seen.insert(name, Arc::new(seen));
        Ok(principal)
    }

    fn check_again(&self, seen: &Seen, epoch: u64) -> Result<Arc<Principal>, Reason> {
        let end = seen.principal.expires_at.plus(self.leeway_seconds);
        if self.clock.now() >= end {
            return Err(Reason::TokenInvalid(JwtError::Expired));
        }
        if seen.epoch.load(Ordering::Acquire) != epoch {
            self.check_revoked(&seen.principal)?;
            seen.epoch.store(epoch, Ordering::Release);
        }
        Ok(Arc::clone(&seen.principal))
    }

    fn check_revoked(&self, principal: &Principal) -> Result<(), Reason> {
        let revoked = self.revocations.as_ref().is_some_and(|list| {
            list.is_revoked(&principal.jti) || list.is_revoked(principal.family())
        });
        if revoked {
            Err(Reason::TokenRevoked)
        } else {
            Ok(())
        }
    }

    async fn check_first(&self, token: &str, keys: &Arc<KeySet>) -> Result<Principal, Reason> {
        let jwt = UnverifiedJwt::split(token)?;
        let checks = Checks {
            // RFC 9068 §4: only tokens of this type; ID and refresh tokens are of another.
            typ: Some("at+jwt"),
            algorithms: &self.algorithms,
            now: self.clock.now(),
            leeway_seconds: self.leeway_seconds,
        };
        let claims: Claims = match jwt.verify(keys, &checks) {
            Err(JwtError::UnknownKey) => jwt.verify(&*self.fetch().await?, &checks)?,
            verified => verified?,
        };
        if claims.iss != self.issuer {
            return Err(Reason::WrongIssuer);
        }
        let (Audience::One(audience) | Audience::List([audience])) = claims.aud;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a time beyond the range is cut to its end, which is later than any other"
        )]
        let end = claims.exp.as_f64().map_or(0, |seconds| seconds as i64);
        Ok(Principal {
            sub: claims.sub,
            audience,
            client_id: claims.client_id,
            scopes: claims.scope,
            jti: claims.jti,
            expires_at: UnixTime(end),
            auth_time: claims.auth_time,
            acr: claims.acr,
            email: claims.email,
            email_verified: claims.email_verified,
        })
    }

    async fn fetch(&self) -> Result<Arc<KeySet>, Reason> {
        self.keys.fetch().await.map_err(|_| Reason::VerifierAway)
    }
}

impl Verify for JwtVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>> {
        self.check(token)
            .map(|checked| checked.map_err(Refusal::from))
            .boxed()
    }
}
