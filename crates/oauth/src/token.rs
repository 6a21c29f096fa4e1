//! What tokens say and what the token endpoint answers (RFC 9068 §2.2, RFC 6749 §5.1).

#![expect(
    missing_docs,
    reason = "the members are named and defined by the sections above"
)]

use crate::acr::Acr;
use crate::scope::ScopeSet;
use crate::time::UnixTime;

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    /// The person.
    pub sub: String,
    /// Exactly one canonical resource.
    pub aud: String,
    pub exp: UnixTime,
    pub iat: UnixTime,
    /// The family, its edition, and a part of its own, with dots between.
    pub jti: String,
    pub client_id: String,
    /// The same as `client_id`, for resource servers that read OpenID's name.
    pub azp: String,
    pub scope: ScopeSet,
    /// When and how the person signed in (RFC 9068 §2.2.1): of the consent, not of the last refresh.
    pub auth_time: UnixTime,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email_verified: Option<bool>,
}

impl AccessClaims {
    /// The family that the token belongs to.
    #[must_use]
    pub fn family(&self) -> &str {
        family(&self.jti)
    }
}

/// The family that a token's id begins with: what stands before the first dot.
#[must_use]
pub fn family(jti: &str) -> &str {
    jti.split_once('.').map_or(jti, |(family, _)| family)
}

/// The claims of an ID token (OpenID Connect Core §2).
#[derive(Clone, Debug, serde::Serialize)]
pub struct IdClaims {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub exp: UnixTime,
    pub iat: UnixTime,
    pub auth_time: UnixTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<Acr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<&'static str>,
    pub at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// A successful answer of the token endpoint. `Debug` is left out: it holds tokens.
#[derive(serde::Serialize)]
pub struct TokenResponse {
    pub access_token: String,
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    /// Always sent: clients that get none, or `null`, start over.
    pub scope: ScopeSet,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}
