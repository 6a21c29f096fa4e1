//! Reading private keys from JSON (RFC 7517 §4, RFC 7518 §6.3.2, RFC 8037 §2).

use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::KeyError;
use super::sign::{Pair, SigningKey};
use crate::secret::{Secret, from_base64url};

#[derive(serde::Deserialize)]
struct PrivateJwk {
    kty: String,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<Secret<String>>,
    p: Option<Secret<String>>,
    q: Option<Secret<String>>,
    dp: Option<Secret<String>>,
    dq: Option<Secret<String>>,
    qi: Option<Secret<String>>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Text {
    Set { keys: Vec<PrivateJwk> },
    One(Box<PrivateJwk>),
}

impl SigningKey {
    /// Reads private keys from PEM text, a JWK or a set of them.
    ///
    /// # Errors
    /// If there is none, or one of them is of no supported kind or too weak.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, KeyError> {
        if text.contains("-----BEGIN") {
            return Ok(vec![Self::from_pem(text)?]);
        }
        let keys = match serde_json::from_str(text).map_err(|_| KeyError::Unreadable)? {
            Text::Set { keys } => keys,
            Text::One(key) => vec![*key],
        };
        if keys.is_empty() {
            return Err(KeyError::Unreadable);
        }
        let read = |key: &PrivateJwk| Self::from_pair(key.pair()?).strong_enough();
        keys.iter().map(read).collect()
    }
}

impl PrivateJwk {
    fn pair(&self) -> Result<Pair, KeyError> {
        let unreadable = |_| KeyError::Unreadable;
        let d = secret(self.d.as_ref())?;
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents {
                        n: public(self.n.as_ref())?,
                        e: public(self.e.as_ref())?,
                    },
                    d,
                    p: secret(self.p.as_ref())?,
                    q: secret(self.q.as_ref())?,
                    dP: secret(self.dp.as_ref())?,
                    dQ: secret(self.dq.as_ref())?,
                    qInv: secret(self.qi.as_ref())?,
                };
                let pair = RsaKeyPair::from_components(&components).map_err(unreadable)?;
                Ok(Pair::Rsa(Box::new(pair)))
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (public(self.x.as_ref())?, public(self.y.as_ref())?);
                let point = [vec![4], x, y].concat();
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                EcdsaKeyPair::from_private_key_and_public_key(algorithm, &d, &point)
                    .map(Pair::Ecdsa)
                    .map_err(unreadable)
            }
            ("OKP", Some("Ed25519")) => {
                Ed25519KeyPair::from_seed_and_public_key(&d, &public(self.x.as_ref())?)
                    .map(Pair::Ed25519)
                    .map_err(unreadable)
            }
            _ => Err(KeyError::Unreadable),
        }
    }
}

fn public(text: Option<&String>) -> Result<Vec<u8>, KeyError> {
    text.and_then(|text| from_base64url(text))
        .ok_or(KeyError::Unreadable)
}

fn secret(text: Option<&Secret<String>>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    text.and_then(|text| from_base64url(text.expose()))
        .map(Zeroizing::new)
        .ok_or(KeyError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::Algorithm;

    /// RFC 8037 appendix A.1, and RFC 7517 appendix A.2.
    const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const P256: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;

    #[test]
    fn private_jwks_are_read() {
        let set = format!("{{\"keys\":[{ED25519},{P256}]}}");
        let keys = SigningKey::parse_all(&set).unwrap();
        let algorithms: Vec<_> = keys.iter().map(SigningKey::algorithm).collect();
        assert_eq!(algorithms, [Algorithm::EdDsa, Algorithm::Es256]);
        // RFC 8037 appendix A.3
        let kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(keys[0].public().kid(), kid);
    }

    #[test]
    fn half_a_key_is_none() {
        let swapped = ED25519.replace("nWGxne", "mWGxne");
        let public = ED25519.replace("\"d\"", "\"c\"");
        let other_curve = P256.replace("P-256", "P-384");
        for bad in ["", "{}", "{\"keys\":[]}", &swapped, &public, &other_curve] {
            let read = SigningKey::parse_all(bad).map(|keys| keys.len());
            assert_eq!(read, Err(KeyError::Unreadable), "{bad}");
        }
    }
}
