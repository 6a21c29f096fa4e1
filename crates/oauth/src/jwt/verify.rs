//! Verification by an allow-list: type, algorithm, key, signature, then claims (RFC 8725 §3).

use super::{Algorithm, KeySet};
use crate::secret::from_base64url;
use crate::time::UnixTime;

/// A token's parts, split and decoded. Nothing in it is trusted.
pub struct UnverifiedJwt<'a> {
    signed: &'a str,
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(serde::Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// Keys that are tried for one token. Those that name themselves are told apart by name; a client
/// whose many keys do not would have each of its tokens cost us as many verifications.
const KEYS_TRIED_MAX: usize = 8;

/// What must hold beyond the signature.
#[derive(Clone, Copy, Debug)]
pub struct Checks<'a> {
    /// The only accepted `typ`, without `application/`; `None` accepts an absent one and `JWT`.
    pub typ: Option<&'a str>,
    /// Those that may have been used.
    pub algorithms: &'a [Algorithm],
    /// The time to judge by.
    pub now: UnixTime,
    /// Seconds that clocks may differ.
    pub leeway_seconds: i64,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum JwtError {
    #[error("not a compact signed token of at most 16 KiB")]
    Malformed,
    #[error("the token's type is not the one expected here")]
    WrongType,
    #[error("the token uses an algorithm that is not accepted")]
    AlgorithmRefused,
    #[error("the token has critical header parameters")]
    Critical,
    #[error("no published key has the token's key id")]
    UnknownKey,
    #[error("the signature does not match")]
    BadSignature,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
}

/// The registered claims that say when a token is valid (RFC 7519 §4.1).
#[derive(serde::Deserialize)]
struct Times {
    exp: Option<serde_json::Number>,
    nbf: Option<serde_json::Number>,
    iat: Option<serde_json::Number>,
}

impl<'a> UnverifiedJwt<'a> {
    const BYTES_MAX: usize = 16 * 1024;

    /// Splits a compact token.
    ///
    /// # Errors
    /// If it is not three base64url parts with a JSON header, or is too long.
    pub fn split(token: &'a str) -> Result<Self, JwtError> {
        let parse = || {
            let (signed, signature) = token.rsplit_once('.')?;
            let (header, payload) = signed.split_once('.')?;
            Some(Self {
                signed,
                header: serde_json::from_slice(&from_base64url(header)?).ok()?,
                payload: from_base64url(payload)?,
                signature: from_base64url(signature)?,
            })
        };
        let short = token.len() <= Self::BYTES_MAX;
        short.then(parse).flatten().ok_or(JwtError::Malformed)
    }

    /// The key id in the header, which nobody vouches for.
    #[must_use]
    pub fn claimed_kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Claims that nobody vouches for: to find out whose key to verify with, and no more.
    #[must_use]
    pub fn unverified_claims<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }

    /// Verifies type, algorithm, signature and times, and reads the claims.
    ///
    /// What is *not* checked: `iss`, `aud` and everything else in the claims. A claim that is
    /// there twice is refused. Keys inside the token (`jwk`, `jku`, `x5u`, `x5c`) are not looked at.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify<T: serde::de::DeserializeOwned>(
        &self,
        keys: &KeySet,
        checks: &Checks<'_>,
    ) -> Result<T, JwtError> {
        self.check_header(checks)?;
        let algorithm = Algorithm::from_name(&self.header.alg)
            .filter(|algorithm| checks.algorithms.contains(algorithm))
            .ok_or(JwtError::AlgorithmRefused)?;
        let mut candidates = keys.candidates(algorithm, self.claimed_kid()).peekable();
        if candidates.peek().is_none() {
            return Err(JwtError::UnknownKey);
        }
        let mut tried = candidates.take(KEYS_TRIED_MAX);
        if !tried.any(|key| key.verifies(self.signed.as_bytes(), &self.signature)) {
            return Err(JwtError::BadSignature);
        }
        self.check_times(checks)?;
        serde_json::from_slice(&self.payload).map_err(|_| JwtError::Malformed)
    }

    fn check_header(&self, checks: &Checks<'_>) -> Result<(), JwtError> {
        // RFC 7515 §4.1.11: a critical parameter that is not understood refuses the token.
        if self.header.crit.is_some() {
            return Err(JwtError::Critical);
        }
        // RFC 8725 §3.11: tokens of one kind must not pass for another.
        let typ = self.header.typ.as_deref().map(|typ| {
            let start = typ
                .get(..12)
                .filter(|start| start.eq_ignore_ascii_case("application/"));
            typ.get(start.map_or(0, str::len)..).unwrap_or_default()
        });
        let right = match checks.typ {
            Some(wanted) => typ.is_some_and(|typ| typ.eq_ignore_ascii_case(wanted)),
            None => typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT")),
        };
        if right {
            Ok(())
        } else {
            Err(JwtError::WrongType)
        }
    }

    fn check_times(&self, checks: &Checks<'_>) -> Result<(), JwtError> {
        let times: Times =
            serde_json::from_slice(&self.payload).map_err(|_| JwtError::Malformed)?;
        let seconds = |number: Option<serde_json::Number>| number.and_then(|n| n.as_f64());
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 are far below 2^52"
        )]
        let (now, leeway) = (checks.now.0 as f64, checks.leeway_seconds as f64);
        // RFC 7519 §4.1.4: at or after `exp` the token is dead. We demand that it has one.
        match seconds(times.exp) {
            Some(exp) if now < exp + leeway => {}
            Some(_) => return Err(JwtError::Expired),
            None => return Err(JwtError::Malformed),
        }
        let later = |time: Option<f64>| time.is_some_and(|time| time > now + leeway);
        // RFC 7519 §4.1.5: before `nbf` it is not alive yet.
        if later(seconds(times.nbf)) || later(seconds(times.iat)) {
            return Err(JwtError::NotYetValid);
        }
        Ok(())
    }
}
