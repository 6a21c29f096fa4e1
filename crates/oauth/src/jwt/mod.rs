//! Signed tokens: keys, signing, and verification by an allow-list (RFC 7515, RFC 7519, RFC 8725).

mod key_set;
mod sign;
mod verify;

pub use key_set::{Jwk, KeySet, KeySetError, PublicKey};
pub use sign::{KeyError, SigningKey};
pub use verify::{Checks, JwtError, UnverifiedJwt};

/// The signature algorithms that are used and accepted. HMAC and `none` cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }
}

#[cfg(test)]
mod tests;
