//! Keys in the database: made, sealed, taken over, rotated, retired.
//!
//! A new key is published for a while before it signs, and an old one until its last token is
//! dead, so that nobody meets a token whose key is unknown.

use oauth::jwt::{KeyError, SigningKey};
use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::{Keys, KeysError, Purpose, REFRESH_MAC, Ring, SKEW_SECONDS, reload};
use crate::Issuer;
use crate::db::keys::Row;
use crate::db::{self, DbError};
use crate::random::RandomError;
use crate::seal::{SealError, Sealer};
use crate::settings::Settings;

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
pub(super) async fn list_live(db: &db::Db, now: UnixTime) -> Result<Vec<Row>, DbError> {
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

    async fn new_row(&self, purpose: Purpose) -> Result<Row, KeysError> {
        match purpose {
            Purpose::Sign(algorithm) => {
                // An RSA key takes a good part of a second.
                let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm));
                self.signing_row(&made.await.map_err(|_| KeyError::Failed)??)
            }
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
        Ok(Keys::new(ring))
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
                let row = self.new_row(purpose).await?;
                self.adopt(Occasion::Missing, row).await?;
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

/// Replaces the key of a purpose: the new one is published now and signs after the overlap.
pub(crate) async fn rotate(issuer: &Issuer, purpose: Purpose) -> Result<(), KeysError> {
    let means = issuer.means();
    let row = means.new_row(purpose).await?;
    means.adopt(Occasion::Replace, row).await?;
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
        Box::pin(async move {
            let retired = db::keys::retire(tx, &id, now, now).await?;
            // A successor that waits for its turn has it now.
            db::keys::update_waiting(tx, now).await?;
            Ok(retired)
        })
    });
    let retired = work.await?;
    issuer.means().make_missing().await?;
    reload(issuer).await?;
    Ok(retired)
}
