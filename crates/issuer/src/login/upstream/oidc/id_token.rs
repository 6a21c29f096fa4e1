//! Reading an ID token (OpenID Connect Core 1.0 §3.1.3.7): the signature first, then whose word it is,
//! for whom, and for which sign-in.

use oauth::jwt::{Algorithm, Checks, JwtError, KeySet, UnverifiedJwt};
use oauth::secret::constant_time_eq;
use oauth::time::UnixTime;
use serde::{Deserialize, Deserializer};

/// Seconds that clocks may differ.
const LEEWAY_SECONDS: i64 = 60;
const TENANT: &str = "{tenantid}";

/// Why an ID token says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IdTokenError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("it is another issuer's")]
    ForeignIssuer,
    #[error("it is for another client")]
    ForeignAudience,
    #[error("it was given to another client")]
    ForeignParty,
    #[error("it belongs to another sign-in, or to none")]
    ForeignNonce,
    #[error("it does not say who it is about")]
    NoSubject,
    #[error("the person did not sign in once more")]
    NotAgain,
}

/// What must stand in it.
pub(super) struct Expected<'a> {
    /// With `{tenantid}` where the token's own tenant stands.
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Since when the person must have signed in. A provider that does not say when they did is believed:
    /// Google never does.
    pub(super) again_since: Option<UnixTime>,
    pub(super) now: UnixTime,
}

/// What stands in it.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    #[serde(default)]
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    nonce: Option<String>,
    #[serde(rename = "iat")]
    _issued_at: serde_json::Number,
    auth_time: Option<i64>,
    /// Entra.
    pub(super) tid: Option<String>,
    pub(super) oid: Option<String>,
    pub(super) name: Option<String>,
    pub(super) preferred_username: Option<String>,
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    pub(super) email_verified: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Apple and others write `"true"`.
pub(super) fn truth<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Truth {
        Plain(bool),
        Text(String),
    }
    Ok(match Option::<Truth>::deserialize(from)? {
        Some(Truth::Plain(truth)) => Some(truth),
        Some(Truth::Text(text)) => Some(text == "true"),
        None => None,
    })
}

/// Reads a token that must be verified by one of the keys.
pub(super) fn read(
    unverified_jwt: &UnverifiedJwt<'_>,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Claims, IdTokenError> {
    let claims: Claims = unverified_jwt.verify(
        keys,
        &Checks {
            typ: None,
            algorithms: &Algorithm::ALL,
            now: expected.now,
            leeway_seconds: LEEWAY_SECONDS,
        },
    )?;
    claims.check(expected)?;
    Ok(claims)
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), IdTokenError> {
        if !self.is_of(expected.issuer) {
            return Err(IdTokenError::ForeignIssuer);
        }
        self.check_audience(expected.client_id)?;
        let nonce = self.nonce.as_deref().unwrap_or_default();
        if !constant_time_eq(nonce.as_bytes(), expected.nonce.as_bytes()) {
            return Err(IdTokenError::ForeignNonce);
        }
        if let Some((since, UnixTime(at))) = expected.again_since.zip(self.auth_time.map(UnixTime))
            && at < since.minus(LEEWAY_SECONDS).0
        {
            return Err(IdTokenError::NotAgain);
        }
        // OpenID Connect Core 1.0 §2: never more than 255 ASCII characters.
        let plain = self.sub.is_ascii() && !self.sub.is_empty() && self.sub.len() <= 255;
        plain.then_some(()).ok_or(IdTokenError::NoSubject)
    }

    fn is_of(&self, issuer: &str) -> bool {
        if !issuer.contains(TENANT) {
            return self.iss == issuer;
        }
        // Whichever tenant it is: the token is that tenant's own.
        let tenant = self.tid.as_deref().filter(|tid| is_tenant(tid));
        tenant.is_some_and(|tid| self.iss == issuer.replace(TENANT, tid))
    }

    fn check_audience(&self, client_id: &str) -> Result<(), IdTokenError> {
        let (for_us, for_others) = match &self.aud {
            Audience::One(aud) => (aud == client_id, false),
            Audience::Several(all) => (
                all.iter().any(|aud| aud == client_id),
                all.iter().any(|aud| aud != client_id),
            ),
        };
        if !for_us {
            return Err(IdTokenError::ForeignAudience);
        }
        // OpenID Connect Core 1.0 §3.1.3.7: who else may read it is told whom it was given to.
        match self.azp.as_deref() {
            Some(azp) if azp == client_id => Ok(()),
            None if !for_others => Ok(()),
            Some(_) | None => Err(IdTokenError::ForeignParty),
        }
    }
}

/// A tenant of Entra: a UUID, and nothing that could reach further in an address.
fn is_tenant(tid: &str) -> bool {
    uuid::Uuid::try_parse(tid).is_ok() && tid.len() == 36
}

/// Whether `iss` in an answer through the browser is the issuer's, or one of its tenants'.
pub(super) fn may_answer(iss: &str, issuer: &str) -> bool {
    match issuer.split_once(TENANT) {
        None => iss == issuer,
        Some((before, after)) => {
            let tenant = iss.strip_prefix(before);
            let tenant = tenant.and_then(|rest| rest.strip_suffix(after));
            tenant.is_some_and(is_tenant)
        }
    }
}

#[cfg(test)]
mod tests;
