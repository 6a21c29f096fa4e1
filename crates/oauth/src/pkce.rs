//! Proof key for code exchange, S256 only (RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};

use crate::secret::{Secret, base64url, constant_time_eq, from_base64url};

/// A code challenge: base64url of a SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

/// The secret whose hash is the challenge.
#[derive(Clone, Debug)]
pub struct Verifier(Secret<String>);

/// Not a well-formed challenge or verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid PKCE value")]
pub struct PkceError;

impl Challenge {
    /// Reads an S256 challenge.
    ///
    /// # Errors
    /// If it is not the base64url form of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        // RFC 7636 §4.2: an S256 challenge is the base64url form of a SHA-256.
        match from_base64url(text) {
            Some(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            Some(_) | None => Err(PkceError),
        }
    }

    /// The challenge as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` hashes to this challenge.
    #[must_use]
    pub fn is_met_by(&self, verifier: &Verifier) -> bool {
        // RFC 7636 §4.6: the verifier must hash to the challenge.
        constant_time_eq(verifier.challenge().0.as_bytes(), self.0.as_bytes())
    }
}

impl Verifier {
    /// Reads a verifier.
    ///
    /// # Errors
    /// If it is not 43 to 128 unreserved characters.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        // RFC 7636 §4.1: 43 to 128 characters of ALPHA / DIGIT / "-" / "." / "_" / "~".
        let unreserved =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
            return Err(PkceError);
        }
        Ok(Self(Secret::new(text.to_owned())))
    }

    /// The challenge that this verifier meets.
    #[must_use]
    pub fn challenge(&self) -> Challenge {
        Challenge(base64url(
            digest(&SHA256, self.0.expose().as_bytes()).as_ref(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_appendix_holds() {
        // RFC 7636 §4.6, appendix B
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by(&verifier));
        let other = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXj").unwrap();
        assert!(!challenge.is_met_by(&other));
    }

    #[test]
    fn malformed_values_are_refused() {
        // RFC 7636 §4.1, RFC 7636 §4.2
        for bad in [
            "",
            "short",
            &"a".repeat(42),
            &"a".repeat(129),
            &"ä".repeat(43),
        ] {
            assert!(Verifier::parse(bad).is_err(), "{bad:?}");
        }
        for bad in [
            "",
            "abc",
            &"a".repeat(44),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        ] {
            assert!(Challenge::parse(bad).is_err(), "{bad:?}");
        }
    }
}
