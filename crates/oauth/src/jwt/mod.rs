//! Signed tokens: keys, signing, and verification by an allow-list (RFC 7515, RFC 7519, RFC 8725).

mod import;
mod key_set;
mod sign;
mod verify;

pub use key_set::{Jwk, KeySet, KeySetError, PublicKey};
pub use sign::{KeyError, SigningKey};
pub use verify::{Checks, JwtError, UnverifiedJwt};

/// The signature algorithms that are used and accepted. HMAC and `none` cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// RSA with PKCS#1 v1.5 padding and SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// All algorithms, the most widely understood first.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The value of `alg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of this name, if it is one of ours.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }
}

#[cfg(test)]
mod tests;
