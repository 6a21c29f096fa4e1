//! The operator's commands for keys.

use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::{event, record};
use crate::Issuer;
use crate::audit::Kind;
use crate::db;
use crate::tokens::keys::{self, KeysError, Purpose};

/// A key without its secret half.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Key {
    pub id: String,
    pub purpose: String,
    pub state: State,
    pub created_at: UnixTime,
    pub signs_from: UnixTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_until: Option<UnixTime>,
}

/// What a key is used for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Published, so that everybody knows it when it begins to sign.
    Waiting,
    Signs,
    /// Published until the last of what it signed is dead.
    Verifies,
    Gone,
}

/// All keys, oldest first.
///
/// # Errors
/// If the database is away.
pub async fn list(issuer: &Issuer) -> Result<Vec<Key>, KeysError> {
    let rows = db::keys::list(&mut issuer.db.read().await?).await?;
    let now = issuer.clock.now().0;
    let key = |row: db::keys::Row| Key {
        state: match (row.retired_at, row.published_until) {
            (_, Some(until)) if until <= now => State::Gone,
            (Some(at), _) if at <= now => State::Verifies,
            _ if row.signs_from > now => State::Waiting,
            _ => State::Signs,
        },
        id: row.id,
        purpose: row.purpose,
        created_at: UnixTime(row.created_at),
        signs_from: UnixTime(row.signs_from),
        retired_at: row.retired_at.map(UnixTime),
        published_until: row.published_until.map(UnixTime),
    };
    Ok(rows.into_iter().map(key).collect())
}

/// Makes a new key for a purpose; it signs after the overlap.
///
/// # Errors
/// If it cannot be made or stored.
pub async fn rotate(issuer: &Issuer, purpose: Purpose) -> Result<(), KeysError> {
    keys::rotate(issuer, purpose).await?;
    let event = event(Kind::KeyChanged, format!("rotated {}", purpose.as_str()));
    Ok(record(issuer, event).await?)
}

/// Ends a key at once; whether it was in use. Every node refuses what it signed within seconds.
///
/// # Errors
/// If the database is away or a successor cannot be made.
pub async fn retire(issuer: &Issuer, id: &str) -> Result<bool, KeysError> {
    let retired = keys::retire(issuer, id).await?;
    if retired {
        record(issuer, event(Kind::KeyChanged, format!("retired {id}"))).await?;
    }
    Ok(retired)
}

/// Takes over private keys from PEM or JWK text; returns the ids of those that are new.
///
/// # Errors
/// If the text holds no usable key, or it cannot be stored.
pub async fn import(issuer: &Issuer, text: &Secret<String>) -> Result<Vec<String>, KeysError> {
    let ids = keys::import(issuer, text).await?;
    for id in &ids {
        record(issuer, event(Kind::KeyChanged, format!("imported {id}"))).await?;
    }
    Ok(ids)
}

/// A signing key's private half in PKCS#8; `None` if there is no such signing key.
///
/// # Errors
/// If the database is away or the key cannot be opened.
pub async fn export(issuer: &Issuer, id: &str) -> Result<Option<Secret<Vec<u8>>>, KeysError> {
    let rows = db::keys::list(&mut issuer.db.read().await?).await?;
    let signs = |row: &db::keys::Row| {
        let purpose = Purpose::from_name(&row.purpose);
        row.id == id && matches!(purpose, Some(Purpose::Sign(_)))
    };
    let Some(row) = rows.into_iter().find(signs) else {
        return Ok(None);
    };
    let key = keys::open(&issuer.sealer, &row)?;
    record(issuer, event(Kind::KeyChanged, format!("exported {id}"))).await?;
    Ok(Some(key))
}
