//! Reading Privy's tokens: signed with ES256 for our app and no other, and never one kind for the other.

use oauth::jwt::{Algorithm, Checks, JwtError, KeySet, UnverifiedJwt};
use oauth::time::UnixTime;
use serde::Deserialize;

const ISSUER: &str = "privy.io";
const SUBJECT_START: &str = "did:privy:";
/// Seconds that clocks may differ.
const LEEWAY_SECONDS: i64 = 60;

/// Why a token of Privy's says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PrivyTokenError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("it is another issuer's")]
    ForeignIssuer,
    #[error("it is for another app")]
    ForeignAudience,
    #[error("it is of the other kind")]
    WrongKind,
    #[error("it does not say who it is about")]
    NoSubject,
    #[error("it is older than this sign-in")]
    TooOld,
    #[error("somebody came in with it before")]
    Used,
    #[error("the two tokens are about different people")]
    OtherSubject,
}

/// What must stand in it.
pub(super) struct Expected<'a> {
    pub(super) app_id: &'a str,
    /// When the browser was sent to sign in.
    pub(super) since: UnixTime,
    pub(super) now: UnixTime,
}

/// What stands in it.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    #[serde(default)]
    sub: String,
    iat: i64,
    exp: i64,
    /// The session there: in access tokens.
    sid: Option<String>,
    /// JSON as text: in identity tokens.
    linked_accounts: Option<String>,
}

/// Somebody whom an access token names.
pub(super) struct Named {
    pub(super) did: String,
    pub(super) expires_at: UnixTime,
}

#[derive(Deserialize)]
struct Linked {
    #[serde(rename = "type")]
    kind: String,
    address: Option<String>,
}

/// Reads an access token that must be verified by one of the keys.
pub(super) fn read(
    unverified_jwt: &UnverifiedJwt<'_>,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Named, PrivyTokenError> {
    let claims = Claims::verified(unverified_jwt, keys, expected)?;
    let session = claims.sid.as_deref().unwrap_or_default();
    if session.is_empty() || claims.linked_accounts.is_some() {
        return Err(PrivyTokenError::WrongKind);
    }
    Ok(Named {
        did: claims.sub,
        expires_at: UnixTime(claims.exp),
    })
}

/// The e-mail address in an identity token about the same person. Privy has each verified by a code.
pub(super) fn read_email(
    unverified_jwt: &UnverifiedJwt<'_>,
    keys: &KeySet,
    (expected, named): (&Expected<'_>, &Named),
) -> Result<Option<String>, PrivyTokenError> {
    let claims = Claims::verified(unverified_jwt, keys, expected)?;
    if claims.sub != named.did {
        return Err(PrivyTokenError::OtherSubject);
    }
    let linked = claims.linked_accounts.ok_or(PrivyTokenError::WrongKind)?;
    let linked: Vec<Linked> =
        serde_json::from_str(&linked).map_err(|_| PrivyTokenError::WrongKind)?;
    let email = linked.into_iter().find(|account| account.kind == "email");
    Ok(email.and_then(|account| account.address))
}

impl Claims {
    fn verified(
        unverified_jwt: &UnverifiedJwt<'_>,
        keys: &KeySet,
        expected: &Expected<'_>,
    ) -> Result<Self, PrivyTokenError> {
        let checks = Checks {
            typ: Some("JWT"),
            algorithms: &[Algorithm::Es256],
            now: expected.now,
            leeway_seconds: LEEWAY_SECONDS,
        };
        let claims: Self = unverified_jwt.verify(keys, &checks)?;
        if claims.iss != ISSUER {
            return Err(PrivyTokenError::ForeignIssuer);
        }
        if claims.aud != expected.app_id {
            return Err(PrivyTokenError::ForeignAudience);
        }
        let plain = claims.sub.is_ascii() && claims.sub.len() <= 255;
        let rest = claims.sub.strip_prefix(SUBJECT_START);
        if !plain || rest.is_none_or(str::is_empty) {
            return Err(PrivyTokenError::NoSubject);
        }
        // Whoever stole one that was lying about does not get in with it.
        if claims.iat < expected.since.minus(LEEWAY_SECONDS).0 {
            return Err(PrivyTokenError::TooOld);
        }
        Ok(claims)
    }
}
