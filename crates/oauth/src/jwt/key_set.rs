//! Public keys and sets of them (RFC 7517), named by thumbprint (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;

use super::Algorithm;
use crate::secret::{base64url, from_base64url};

/// A public key as published. It has no place for a private member.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Jwk(Repr);

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
struct Repr {
    kty: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: Algorithm,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Jwk {
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Self {
        let (n, e) = (base64url(n), base64url(e));
        // RFC 7638 §3: required members only, in lexicographic order, no spaces.
        let kid = thumbprint(&format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        Self(Repr {
            n: Some(n),
            e: Some(e),
            ..Repr::new("RSA", Algorithm::Rs256, kid)
        })
    }

    /// From the uncompressed point: 4, x, y.
    pub(super) fn p256(point: &[u8]) -> Self {
        let (x, y) = point
            .get(1..)
            .unwrap_or_default()
            .split_at(point.len().saturating_sub(1) / 2);
        let (x, y) = (base64url(x), base64url(y));
        let kid = thumbprint(&format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
        ));
        let new = Repr::new("EC", Algorithm::Es256, kid);
        Self(Repr {
            crv: Some("P-256"),
            x: Some(x),
            y: Some(y),
            ..new
        })
    }

    pub(super) fn ed25519(key: &[u8]) -> Self {
        let x = base64url(key);
        let kid = thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        let new = Repr::new("OKP", Algorithm::EdDsa, kid);
        Self(Repr {
            crv: Some("Ed25519"),
            x: Some(x),
            ..new
        })
    }

    /// The key's name: its thumbprint, unless it was given another.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.0.kid
    }

    pub(super) fn rename(&mut self, kid: &str) {
        kid.clone_into(&mut self.0.kid);
    }

    /// The one algorithm it is good for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.0.alg
    }
}

impl Repr {
    const fn new(kty: &'static str, alg: Algorithm, kid: String) -> Self {
        Self {
            kty,
            usage: "sig",
            alg,
            kid,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
        }
    }
}

fn thumbprint(json: &str) -> String {
    base64url(digest(&SHA256, json.as_bytes()).as_ref())
}

/// A public key that is ready to verify with: one algorithm per key.
#[derive(Clone)]
pub struct PublicKey {
    kid: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl PublicKey {
    /// The name it was published under.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm it is good for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

/// The key set cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum KeySetError {
    #[error("not a JSON object with an array `keys`")]
    Malformed,
    #[error("a private or symmetric key was published")]
    PrivateMember,
    #[error("more than 64 keys")]
    TooManyKeys,
    #[error("not a public key on P-256 in PEM")]
    NotPem,
}

/// Keys to verify with.
#[derive(Clone, Default)]
pub struct KeySet(Vec<PublicKey>);

#[derive(serde::Deserialize)]
struct RawSet {
    keys: Vec<RawKey>,
}

#[derive(serde::Deserialize)]
struct RawKey {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<serde::de::IgnoredAny>,
    k: Option<serde::de::IgnoredAny>,
}

impl KeySet {
    const COUNT_MAX: usize = 64;

    /// Reads a key set. Keys of other kinds, uses and algorithms are left out.
    ///
    /// # Errors
    /// If it is no key set, is too large, or publishes what must stay private.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        let set: RawSet = serde_json::from_slice(json).map_err(|_| KeySetError::Malformed)?;
        if set.keys.len() > Self::COUNT_MAX {
            return Err(KeySetError::TooManyKeys);
        }
        if set
            .keys
            .iter()
            .any(|key| key.d.is_some() || key.k.is_some())
        {
            return Err(KeySetError::PrivateMember);
        }
        Ok(Self(set.keys.iter().filter_map(RawKey::usable).collect()))
    }

    /// The set of our own published keys.
    #[must_use]
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a Jwk>) -> Self {
        let raw = |jwk: &Jwk| RawKey {
            kty: jwk.0.kty.to_owned(),
            usage: Some("sig".to_owned()),
            alg: Some(jwk.0.alg.as_str().to_owned()),
            kid: Some(jwk.0.kid.clone()),
            crv: jwk.0.crv.map(str::to_owned),
            n: jwk.0.n.clone(),
            e: jwk.0.e.clone(),
            x: jwk.0.x.clone(),
            y: jwk.0.y.clone(),
            d: None,
            k: None,
        };
        Self(
            keys.into_iter()
                .filter_map(|jwk| raw(jwk).usable())
                .collect(),
        )
    }

    /// One key on P-256, in PEM. It has no name: it is tried whichever key a token names.
    ///
    /// # Errors
    /// If it is no such key.
    pub fn of_pem(pem: &str) -> Result<Self, KeySetError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes());
        let der = der.map_err(|_| KeySetError::NotPem)?;
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, der.as_ref());
        Ok(Self(vec![PublicKey {
            kid: None,
            algorithm: Algorithm::Es256,
            key: key.map_err(|_| KeySetError::NotPem)?,
        }]))
    }

    /// All usable keys.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.0.iter()
    }

    /// The keys that may have made a signature: of this algorithm, and of this name if one is
    /// given and known to the key.
    pub(super) fn candidates<'a>(
        &'a self,
        algorithm: Algorithm,
        kid: Option<&'a str>,
    ) -> impl Iterator<Item = &'a PublicKey> {
        self.0.iter().filter(move |key| {
            let named = match (kid, key.kid()) {
                (Some(wanted), Some(has)) => wanted == has,
                (None, _) | (_, None) => true,
            };
            key.algorithm == algorithm && named
        })
    }
}

impl RawKey {
    fn usable(&self) -> Option<PublicKey> {
        if self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return None;
        }
        let bytes = |text: &Option<String>| text.as_deref().and_then(from_base64url);
        let (algorithm, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let components = RsaPublicKeyComponents {
                    n: bytes(&self.n)?,
                    e: bytes(&self.e)?,
                };
                let key = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
                (Algorithm::Rs256, key.ok()?)
            }
            ("EC", Some("P-256")) => {
                let point = [vec![4], bytes(&self.x)?, bytes(&self.y)?].concat();
                let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                (Algorithm::Es256, key.ok()?)
            }
            ("OKP", Some("Ed25519")) => {
                let key = ParsedPublicKey::new(&ED25519, bytes(&self.x)?);
                (Algorithm::EdDsa, key.ok()?)
            }
            _ => return None,
        };
        let claimed = self.alg.as_deref();
        // RFC 9864 §2.2: Ed25519 is the specific name of what EdDSA means on this curve.
        let same = claimed.is_none_or(|name| {
            name == algorithm.as_str() || (name == "Ed25519" && algorithm == Algorithm::EdDsa)
        });
        same.then(|| PublicKey {
            kid: self.kid.clone(),
            algorithm,
            key,
        })
    }
}
