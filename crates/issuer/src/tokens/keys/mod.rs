//! Signing keys and the key of refresh tokens, as a process holds them: parsed once, and read again
//! when another node changed them.

mod stored;

pub(crate) use stored::{Means, import, open, retire, rotate, rotate_aged};

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use bytes::Bytes;
use oauth::jwt::{Algorithm, Jwk, JwtError, KeyError, KeySet, SigningKey};
use oauth::time::UnixTime;
use oauth::token::AccessClaims;
use tokio::sync::Semaphore;

use crate::Issuer;
use crate::db::DbError;
use crate::db::keys::Row;
use crate::document::Document;
use crate::random::RandomError;
use crate::seal::Sealer;

const REFRESH_MAC: &str = "refresh_mac";
/// Seconds that clocks of nodes and guards may differ.
pub(crate) const SKEW_SECONDS: i64 = 60;

/// Why keys cannot be made, read or stored.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(
        "the key {key} is sealed under the sealing key {sealing}, which is not configured: \
         add that sealing key, after the current one"
    )]
    UnknownSealingKey { key: String, sealing: String },
    #[error("no sealing key is configured: keys cannot be stored")]
    NoSealingKey,
    #[error("the stored key {0} was changed or is damaged")]
    Damaged(String),
    #[error("a private key cannot be made or read: {0}")]
    Key(#[from] KeyError),
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Sign(Algorithm),
    RefreshMac,
}

impl Purpose {
    pub const ALL: [Self; 4] = [
        Self::Sign(Algorithm::Rs256),
        Self::Sign(Algorithm::Es256),
        Self::Sign(Algorithm::EdDsa),
        Self::RefreshMac,
    ];

    /// The name it is stored under.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sign(algorithm) => algorithm.as_str(),
            Self::RefreshMac => REFRESH_MAC,
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == name)
    }
}

/// All keys that are in use, and what is published of them.
pub(crate) struct Keys {
    ring: RwLock<Arc<Ring>>,
    /// As many RSA signatures at once as there are processors: each keeps one busy.
    signing: Semaphore,
}

struct Ring {
    rows: Vec<Row>,
    /// With the moment from which each signs, oldest first. What is retired has a successor that
    /// signs from the same moment, so the newest that has begun is always right.
    signing: Vec<(i64, Arc<SigningKey>)>,
    macs: Vec<(i64, hmac::Key)>,
    public: Arc<KeySet>,
    jwks: Document,
    /// Access tokens that these keys have verified, by hash. Failures are not remembered.
    verified: moka::sync::Cache<[u8; 32], Arc<AccessClaims>>,
}

const VERIFIED_MAX: u64 = 4_096;

/// The newest key that has begun; if another node's clock is ahead of ours, the first that will.
fn newest<'a, T: 'a>(
    keys: impl DoubleEndedIterator<Item = &'a (i64, T)> + Clone,
    now: UnixTime,
) -> Option<&'a T> {
    let begun = keys.clone().rfind(|(from, _)| *from <= now.0);
    begun.or_else(|| keys.clone().next()).map(|(_, key)| key)
}

impl Ring {
    fn of(rows: Vec<Row>, sealer: &Sealer) -> Result<Self, KeysError> {
        let (mut signing, mut macs) = (Vec::new(), Vec::new());
        for row in &rows {
            let bytes = stored::open(sealer, row)?;
            match Purpose::from_name(&row.purpose) {
                Some(Purpose::Sign(_)) => {
                    let key = SigningKey::from_pkcs8(bytes.expose())
                        .map_err(|_| KeysError::Damaged(row.id.clone()))?;
                    signing.push((row.signs_from, Arc::new(key)));
                }
                Some(Purpose::RefreshMac) => {
                    let key = hmac::Key::new(hmac::HMAC_SHA256, bytes.expose());
                    macs.push((row.signs_from, key));
                }
                None => return Err(KeysError::Damaged(row.id.clone())),
            }
        }
        let published: Vec<&Jwk> = signing.iter().map(|(_, key)| key.public()).collect();
        let jwks = serde_json::json!({ "keys": published });
        Ok(Self {
            public: Arc::new(KeySet::of(published.iter().copied())),
            jwks: Document::new(jwks.to_string().into_bytes()),
            rows,
            signing,
            macs,
            verified: moka::sync::Cache::new(VERIFIED_MAX),
        })
    }
}

impl Keys {
    fn new(ring: Ring) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            ring: RwLock::new(Arc::new(ring)),
            signing: Semaphore::new(processors),
        }
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn jwks(&self) -> Document {
        self.ring().jwks.clone()
    }

    /// The claims of a token that the published keys verify.
    pub(crate) fn verified(
        &self,
        token: &str,
        verify: impl FnOnce(&KeySet) -> Result<AccessClaims, JwtError>,
    ) -> Option<Arc<AccessClaims>> {
        let ring = self.ring();
        let name: [u8; 32] = digest(&SHA256, token.as_bytes()).as_ref().try_into().ok()?;
        if let Some(claims) = ring.verified.get(&name) {
            return Some(claims);
        }
        let claims = Arc::new(verify(&ring.public).ok()?);
        ring.verified.insert(name, Arc::clone(&claims));
        Some(claims)
    }

    /// The MAC of a refresh token that is made now.
    pub(crate) fn mac(&self, message: &[u8], now: UnixTime) -> Option<hmac::Tag> {
        let ring = self.ring();
        newest(ring.macs.iter(), now).map(|key| hmac::sign(key, message))
    }

    /// Whether one of the live keys made this MAC.
    pub(crate) fn verifies_mac(&self, message: &[u8], tag: &[u8]) -> bool {
        let ring = self.ring();
        let mut macs = ring.macs.iter();
        macs.any(|(_, key)| hmac::verify(key, message, tag).is_ok())
    }
}

/// No token can be signed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no key signs with this algorithm, or the library failed")]
pub(crate) struct SignError;

impl From<KeyError> for SignError {
    fn from(_: KeyError) -> Self {
        Self
    }
}

/// Signs with the current key: RSA off the event loop, because one signature takes 0.4 ms.
pub(crate) async fn sign<F>(
    issuer: &Issuer,
    algorithm: Algorithm,
    work: F,
) -> Result<String, SignError>
where
    F: FnOnce(&SigningKey) -> Result<String, KeyError> + Send + 'static,
{
    let ring = issuer.keys.ring();
    let fitting = ring.signing.iter();
    let fitting = fitting.filter(|(_, key)| key.algorithm() == algorithm);
    let key = newest(fitting, issuer.clock.now()).ok_or(SignError)?;
    if algorithm != Algorithm::Rs256 {
        return Ok(work(key)?);
    }
    let key = Arc::clone(key);
    let _permit = issuer.keys.signing.acquire().await.map_err(|_| SignError)?;
    let signed = tokio::task::spawn_blocking(move || work(&key)).await;
    Ok(signed.map_err(|_| SignError)??)
}

/// Reads the keys again if they changed: another node may have rotated them.
pub(crate) async fn reload(issuer: &Issuer) -> Result<(), KeysError> {
    let rows = stored::list_live(&issuer.db, issuer.clock.now()).await?;
    if rows != issuer.keys.ring().rows {
        let ring = Arc::new(Ring::of(rows, &issuer.sealer)?);
        let mut current = issuer
            .keys
            .ring
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = ring;
    }
    Ok(())
}

impl Issuer {
    /// The published keys, to verify with.
    #[must_use]
    pub fn key_set(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.ring().public)
    }

    /// The published keys as a JSON document.
    #[must_use]
    pub fn jwks(&self) -> Bytes {
        self.keys.jwks().body
    }

    /// Looks for keys that another node made: for one who met an unknown key id.
    ///
    /// # Errors
    /// If the database is away, or a key cannot be read.
    pub async fn reload_keys(&self) -> Result<(), KeysError> {
        reload(self).await
    }
}
