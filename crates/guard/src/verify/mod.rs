//! Who a token speaks for, and the ways to find out.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use oauth::scope::ScopeSet;
use oauth::time::UnixTime;

use crate::refusal::Refusal;

mod introspect;
mod jwt;

pub use introspect::Introspection;
pub use jwt::JwtVerifier;

/// Finds out who a token speaks for.
///
/// An implementation answers for the token alone: that it is genuine, of the right kind, alive and
/// not revoked. That it is meant for the resource at hand and holds the scopes of the tool is
/// checked by the [`Guard`](crate::Guard), for every implementation.
pub trait Verify: Send + Sync + 'static {
    /// The principal, or a refusal made from a [`Reason`](crate::Reason).
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>>;
}

/// Who a verified token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person: the token's `sub`.
    pub sub: String,
    /// The one resource that the token is for.
    pub audience: String,
    /// The client that the person let act for them.
    pub client_id: String,
    /// What the person allowed.
    pub scopes: ScopeSet,
    /// The token's own name, if it has one.
    pub jti: String,
    /// When the token ends.
    pub expires_at: UnixTime,
    /// When the person signed in, if the issuer says.
    pub auth_time: Option<UnixTime>,
    /// How the person signed in, if the issuer says (RFC 9068 §2.2.1).
    pub acr: Option<String>,
    /// The person's address, if consented.
    pub email: Option<String>,
    /// Whether the issuer has verified the address.
    pub email_verified: Option<bool>,
}

impl Principal {
    /// The family of tokens that descend from one consent: what stands before the dot in `jti`.
    #[must_use]
    pub fn family(&self) -> &str {
        oauth::token::family(&self.jti)
    }
}

/// Which tokens ended before their time.
pub trait Revocations: Send + Sync + 'static {
    /// A number that changes whenever a token or family is revoked.
    fn epoch(&self) -> u64;
    /// Whether this token (a whole `jti`) or family (the part of it before the dot) is revoked.
    fn is_revoked(&self, jti_or_family: &str) -> bool;
}
