//! Private keys, parsed once, and signing with them (RFC 7515 §5.1).

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use super::{Algorithm, Jwk};
use crate::secret::{Secret, base64url};

/// A private key that is ready to sign, with its public half.
pub struct SigningKey {
    pair: Pair,
    jwk: Jwk,
    /// The encoded protected header for `at+jwt` and for `JWT`, ready to prepend.
    at_header: String,
    jwt_header: String,
}

pub(super) enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The key cannot be made, read or used. The reason is not told: it may hold key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum KeyError {
    #[error("not a PKCS#8, PKCS#1 or SEC1 private key of a supported kind")]
    Unreadable,
    #[error("an RSA key must have at least 2048 bits")]
    TooWeak,
    #[error("the cryptographic library failed")]
    Failed,
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// If the library cannot make one.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let failed = |_| KeyError::Failed;
        let pair = match algorithm {
            Algorithm::Rs256 => Pair::Rsa(Box::new(
                RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?,
            )),
            Algorithm::Es256 => Pair::Ecdsa(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?,
            ),
            Algorithm::EdDsa => Pair::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
        };
        Ok(Self::from_pair(pair))
    }

    /// Reads a private key in PKCS#8 form.
    ///
    /// # Errors
    /// If the bytes are no key of a supported kind, or an RSA key is too short.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            Pair::Rsa(Box::new(pair))
        } else if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
            Pair::Ecdsa(pair)
        } else if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            Pair::Ed25519(pair)
        } else {
            return Err(KeyError::Unreadable);
        };
        Self::from_pair(pair).strong_enough()
    }

    /// Reads a private key from PEM text: PKCS#8, PKCS#1 (RSA) or SEC1 (P-256).
    ///
    /// # Errors
    /// As [`SigningKey::from_pkcs8`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        match PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::Unreadable)? {
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => {
                let pair = RsaKeyPair::from_der(der.secret_pkcs1_der());
                let pair = pair.map_err(|_| KeyError::Unreadable)?;
                Self::from_pair(Pair::Rsa(Box::new(pair))).strong_enough()
            }
            PrivateKeyDer::Sec1(der) => {
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let pair = EcdsaKeyPair::from_private_key_der(algorithm, der.secret_sec1_der());
                Ok(Self::from_pair(Pair::Ecdsa(
                    pair.map_err(|_| KeyError::Unreadable)?,
                )))
            }
            _ => Err(KeyError::Unreadable),
        }
    }

    pub(super) fn from_pair(pair: Pair) -> Self {
        let jwk = match &pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                Jwk::rsa(
                    key.modulus().big_endian_without_leading_zero(),
                    key.exponent().big_endian_without_leading_zero(),
                )
            }
            Pair::Ecdsa(pair) => Jwk::p256(pair.public_key().as_ref()),
            Pair::Ed25519(pair) => Jwk::ed25519(pair.public_key().as_ref()),
        };
        let (at_header, jwt_header) = (header(&jwk, "at+jwt"), header(&jwk, "JWT"));
        Self {
            pair,
            jwk,
            at_header,
            jwt_header,
        }
    }

    /// The same key under the name that somebody else gave it.
    #[must_use]
    pub fn named(mut self, kid: &str) -> Self {
        self.jwk.rename(kid);
        self.at_header = header(&self.jwk, "at+jwt");
        self.jwt_header = header(&self.jwk, "JWT");
        self
    }

    pub(super) fn strong_enough(self) -> Result<Self, KeyError> {
        match &self.pair {
            Pair::Rsa(pair) if pair.public_modulus_len() < 256 => Err(KeyError::TooWeak),
            Pair::Rsa(_) | Pair::Ecdsa(_) | Pair::Ed25519(_) => Ok(self),
        }
    }

    /// The key in PKCS#8 form, to seal and store.
    ///
    /// # Errors
    /// If the library cannot encode it.
    pub fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, KeyError> {
        let failed = |_| KeyError::Failed;
        Ok(Secret::new(match &self.pair {
            Pair::Rsa(pair) => {
                let der = pair.as_der().map_err(failed)?;
                der.as_ref().to_vec()
            }
            Pair::Ecdsa(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
        }))
    }

    /// The public half as a `SubjectPublicKeyInfo`, as PEM files hold it.
    ///
    /// # Errors
    /// If the library cannot encode it.
    pub fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_der(),
            Pair::Ecdsa(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
        };
        Ok(der.map_err(|_| KeyError::Failed)?.as_ref().to_vec())
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &Jwk {
        &self.jwk
    }

    /// The one algorithm it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.jwk.algorithm()
    }

    /// Signs an access token: `typ` is `at+jwt` (RFC 9068 §2.1).
    ///
    /// An RS256 signature takes about 0.4 ms of processor time: do it off the event loop.
    ///
    /// # Errors
    /// If the claims cannot be written as JSON or the library fails.
    pub fn sign_access(&self, claims: &impl serde::Serialize) -> Result<String, KeyError> {
        self.sign(&self.at_header, claims)
    }

    /// Signs any other token: `typ` is `JWT`.
    ///
    /// # Errors
    /// As [`SigningKey::sign_access`].
    pub fn sign_jwt(&self, claims: &impl serde::Serialize) -> Result<String, KeyError> {
        self.sign(&self.jwt_header, claims)
    }

    fn sign(&self, header: &str, claims: &impl serde::Serialize) -> Result<String, KeyError> {
        let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Failed)?;
        let mut token = format!("{header}.{}", base64url(&claims));
        let signature = self.sign_bytes(token.as_bytes())?;
        token.push('.');
        token.push_str(&base64url(&signature));
        Ok(token)
    }

    fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        let failed = |_| KeyError::Failed;
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                signature
            }
            Pair::Ecdsa(pair) => pair
                .sign(&random, message)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        })
    }
}

/// The encoded protected header.
fn header(jwk: &Jwk, typ: &str) -> String {
    let alg = jwk.algorithm().as_str();
    // Written as JSON, because the name may be somebody else's.
    let kid = serde_json::Value::from(jwk.kid());
    base64url(format!(r#"{{"alg":"{alg}","typ":"{typ}","kid":{kid}}}"#).as_bytes())
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "SigningKey({}, {})",
            self.algorithm().as_str(),
            self.jwk.kid()
        )
    }
}
