//! Signing keys and the key of refresh tokens: made, sealed, published, rotated, taken over.
//!
//! A new key is published for a while before it signs, and an old one until its last token is
//! dead, so that nobody meets a token whose key is unknown.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use bytes::Bytes;
use oauth::jwt::{Algorithm, Jwk, JwtError, KeyError, KeySet, SigningKey};
use oauth::secret::Secret;
use oauth::time::UnixTime;
use oauth::token::AccessClaims;
use tokio::sync::Semaphore;

use crate::Issuer;
use crate::db::keys::Row;
use crate::db::{self, DbError};
use crate::document::Document;
use crate::random::RandomError;
use crate::seal::{SealError, Sealer};
use crate::settings::Settings;

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

const VERIFIED_MAX: u64 = 20_000;

fn newest<'a, T: 'a>(
    mut keys: impl DoubleEndedIterator<Item = &'a (i64, T)>,
    now: UnixTime,
) -> Option<&'a T> {
    keys.rfind(|(from, _)| *from <= now.0).map(|(_, key)| key)
}

impl Ring {
    fn of(rows: Vec<Row>, sealer: &Sealer) -> Result<Self, KeysError> {
        let (mut signing, mut macs) = (Vec::new(), Vec::new());
        for row in &rows {
            let bytes = open(sealer, row)?;
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

fn place(id: &str) -> String {
    format!("keys/{id}")
}

pub(crate) fn open(sealer: &Sealer, row: &Row) -> Result<Secret<Vec<u8>>, KeysError> {
    let key = row.id.clone();
    sealer
        .open(&place(&row.id), &row.sealed)
        .map_err(|error| match error {
            SealError::UnknownKey(sealing) => KeysError::UnknownSealingKey { key, sealing },
            SealError::NoKey => KeysError::NoSealingKey,
            SealError::Damaged => KeysError::Damaged(key),
            SealError::Random => KeysError::Random(RandomError),
        })
}

/// The keys that are still used for anything.
async fn list_live(db: &db::Db, now: UnixTime) -> Result<Vec<Row>, DbError> {
    let mut rows = db::keys::list(&mut db.read().await?).await?;
    rows.retain(|row| row.published_until.is_none_or(|until| until > now.0));
    Ok(rows)
}

/// Why a key is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occasion {
    /// None signs; if another node was faster, its key is as good.
    Missing,
    Replace,
}

/// What making and storing keys takes: an issuer has it, and so has one that is being opened.
#[derive(Clone, Copy)]
pub(crate) struct Means<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) db: &'a db::Db,
    pub(crate) sealer: &'a Sealer,
    pub(crate) random: &'a crate::random::Random,
    pub(crate) now: UnixTime,
}

impl Issuer {
    fn means(&self) -> Means<'_> {
        Means {
            settings: &self.settings,
            db: &self.db,
            sealer: &self.sealer,
            random: &self.random,
            now: self.clock.now(),
        }
    }
}

impl Means<'_> {
    fn row(&self, purpose: Purpose, id: String, plain: &[u8]) -> Result<Row, KeysError> {
        let sealed = self.sealer.seal(self.random, &place(&id), plain);
        let sealed = sealed.map_err(|error| match error {
            SealError::NoKey => KeysError::NoSealingKey,
            SealError::Random => KeysError::Random(RandomError),
            SealError::Damaged | SealError::UnknownKey(_) => KeysError::Damaged(id.clone()),
        })?;
        Ok(Row {
            id,
            purpose: purpose.as_str().to_owned(),
            sealed,
            created_at: self.now.0,
            signs_from: 0,
            retired_at: None,
            published_until: None,
        })
    }

    fn signing_row(&self, key: &SigningKey) -> Result<Row, KeysError> {
        let purpose = Purpose::Sign(key.algorithm());
        let plain = key.to_pkcs8()?;
        self.row(purpose, key.public().kid().to_owned(), plain.expose())
    }

    fn new_row(&self, purpose: Purpose) -> Result<Row, KeysError> {
        match purpose {
            Purpose::Sign(algorithm) => self.signing_row(&SigningKey::generate(algorithm)?),
            Purpose::RefreshMac => {
                let key = Secret::new(self.random.bytes::<32>()?);
                let id = self.random.id(self.now)?.to_string();
                self.row(purpose, id, key.expose())
            }
        }
    }

    /// Seconds that something signed at the last moment stays usable.
    fn afterlife(&self, purpose: &str) -> i64 {
        let lifetimes = &self.settings.lifetimes;
        SKEW_SECONDS
            + if purpose == REFRESH_MAC {
                lifetimes.refresh_absolute
            } else {
                lifetimes.access_token.max(lifetimes.id_token)
            }
    }

    /// Makes the keys that are missing, takes over the configured ones, seals anew what stands
    /// under an older sealing key, and reads all of them.
    pub(crate) async fn load(&self) -> Result<Keys, KeysError> {
        for text in &self.settings.signing_keys {
            self.import(text).await?;
        }
        self.make_missing().await?;
        let ring = Ring::of(list_live(self.db, self.now).await?, self.sealer)?;
        self.seal_anew(&ring.rows).await?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Keys {
            ring: RwLock::new(Arc::new(ring)),
            signing: Semaphore::new(processors),
        })
    }

    async fn import(&self, text: &Secret<String>) -> Result<Vec<String>, KeysError> {
        let mut ids = Vec::new();
        for key in SigningKey::parse_all(text.expose())? {
            let row = self.signing_row(&key)?;
            let id = row.id.clone();
            if self.adopt(Occasion::Replace, row).await? {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    async fn make_missing(&self) -> Result<(), KeysError> {
        let resources = self.settings.resources.iter();
        let mut purposes = vec![
            Purpose::RefreshMac,
            Purpose::Sign(self.settings.signing_algorithm),
        ];
        purposes.extend(resources.map(|resource| Purpose::Sign(resource.algorithm)));
        let rows = list_live(self.db, self.now).await?;
        for purpose in purposes {
            let signs = |row: &Row| row.purpose == purpose.as_str() && row.retired_at.is_none();
            if !rows.iter().any(signs) {
                self.adopt(Occasion::Missing, self.new_row(purpose)?)
                    .await?;
            }
        }
        Ok(())
    }

    async fn seal_anew(&self, rows: &[Row]) -> Result<(), KeysError> {
        for row in rows.iter().filter(|row| self.sealer.is_stale(&row.sealed)) {
            let Some(purpose) = Purpose::from_name(&row.purpose) else {
                continue;
            };
            let plain = open(self.sealer, row)?;
            let fresh = self.row(purpose, row.id.clone(), plain.expose())?;
            let (id, old) = (row.id.clone(), row.sealed.clone());
            self.db
                .write::<_, DbError, _>(move |tx| {
                    Box::pin(
                        async move { db::keys::update_sealed(tx, &id, &old, &fresh.sealed).await },
                    )
                })
                .await?;
        }
        Ok(())
    }

    /// Stores a key to sign with: at once if none signs, otherwise after it was published for a
    /// while, in place of those that sign now. Returns whether it was stored.
    async fn adopt(&self, occasion: Occasion, mut row: Row) -> Result<bool, KeysError> {
        let (now, from) = (self.now, self.now.plus(self.settings.lifetimes.key_overlap));
        let until = from.plus(self.afterlife(&row.purpose));
        let stored = self.db.write::<bool, DbError, _>(move |tx| {
            Box::pin(async move {
                let known = db::keys::list(tx).await?;
                if known.iter().any(|old| old.id == row.id) {
                    return Ok(false);
                }
                let same = || known.iter().filter(|old| old.purpose == row.purpose);
                let signing = same().any(|old| old.retired_at.is_none());
                if signing && occasion == Occasion::Missing {
                    return Ok(false);
                }
                let mut retired = 0;
                for old in same().filter(|old| old.retired_at.is_none()) {
                    retired += u32::from(db::keys::retire(tx, &old.id, from, until).await?);
                }
                row.signs_from = match same().next() {
                    None => 0,
                    Some(_) if !signing => now.0,
                    // Another node has just replaced them.
                    Some(_) if retired == 0 => return Ok(false),
                    Some(_) => from.0,
                };
                db::keys::insert(tx, row).await
            })
        });
        Ok(stored.await?)
    }
}

impl Keys {
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
    let mut fitting = fitting.filter(|(_, key)| key.algorithm() == algorithm);
    let key = newest(fitting.by_ref(), issuer.clock.now()).ok_or(SignError)?;
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
    let rows = list_live(&issuer.db, issuer.clock.now()).await?;
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

/// Replaces the key of a purpose: the new one is published now and signs after the overlap.
pub(crate) async fn rotate(issuer: &Issuer, purpose: Purpose) -> Result<(), KeysError> {
    let means = issuer.means();
    means
        .adopt(Occasion::Replace, means.new_row(purpose)?)
        .await?;
    reload(issuer).await
}

/// Replaces what has reached its age. A no-op while `key_age` is 0.
pub(crate) async fn rotate_aged(issuer: &Issuer) -> Result<(), KeysError> {
    let age = issuer.settings.lifetimes.key_age;
    let born = issuer.clock.now().minus(age).0;
    for row in &issuer.keys.ring().rows {
        let due = age > 0 && row.retired_at.is_none() && row.created_at <= born;
        if let Some(purpose) = Purpose::from_name(&row.purpose).filter(|_| due) {
            rotate(issuer, purpose).await?;
        }
    }
    Ok(())
}

/// Takes over private keys from PEM or JWK text. Returns the ids of those that are new.
pub(crate) async fn import(
    issuer: &Issuer,
    text: &Secret<String>,
) -> Result<Vec<String>, KeysError> {
    let ids = issuer.means().import(text).await?;
    reload(issuer).await?;
    Ok(ids)
}

/// Ends a key at once, because it may be known to others: what it signed is refused from now on.
/// Returns whether it was in use.
pub(crate) async fn retire(issuer: &Issuer, id: &str) -> Result<bool, KeysError> {
    let (id, now) = (id.to_owned(), issuer.clock.now());
    let work = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { db::keys::retire(tx, &id, now, now).await })
    });
    let retired = work.await?;
    issuer.means().make_missing().await?;
    reload(issuer).await?;
    Ok(retired)
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
