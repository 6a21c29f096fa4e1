//! What is refused before its time: families that ended and single access tokens.
//!
//! The process that revokes refuses at once. Other nodes learn of it by polling every second, so
//! within two seconds while the database answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use oauth::time::UnixTime;

use super::keys::SKEW_SECONDS;
use crate::Issuer;
use crate::db::revocations::Row;
use crate::db::{self, DbError, Tx};

/// Revocations are read this far back each time: nodes' clocks differ, and a unit of work
/// commits later than it began.
const OVERLAP_SECONDS: i64 = 2 * SKEW_SECONDS;
/// A lifetime may have been longer when a token was issued than it is now.
const ACCESS_TOKEN_MAX: i64 = 86_400;

/// What this process knows to be revoked, with the time it expires.
#[derive(Default)]
pub(crate) struct Revocations {
    known: RwLock<HashMap<String, i64>>,
    epoch: AtomicU64,
    read: AtomicBool,
}

/// What a unit of work has revoked. It is refused here once [`Revoked::publish`] is called,
/// after the commit.
#[must_use = "publish it after the commit"]
#[derive(Debug, Default)]
pub(crate) struct Revoked(Vec<Row>);

impl Revoked {
    pub(crate) fn publish(self, issuer: &Issuer) {
        issuer.revocations.learn(self.0, issuer.clock.now());
    }
}

impl Revocations {
    fn learn(&self, rows: Vec<Row>, now: UnixTime) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, expires_at| *expires_at > now.0);
        let mut news = false;
        for row in rows {
            news |= known.insert(row.id, row.expires_at).is_none();
        }
        if news {
            self.epoch.fetch_add(1, Ordering::Release);
        }
    }
}

/// What the access tokens of one edition of a family have in common.
pub(crate) fn edition(family_id: &str, edition: i64) -> String {
    format!("{family_id}.{edition}")
}

/// Revokes in `tx`: a family by its id, one edition of it, or one access token by its whole `jti`.
pub(crate) async fn revoke(
    issuer: &Issuer,
    tx: &mut Tx,
    ids: Vec<String>,
) -> Result<Revoked, DbError> {
    let now = issuer.clock.now();
    let kept = issuer.settings.lifetimes.access_token.max(ACCESS_TOKEN_MAX);
    let mut rows = Vec::new();
    for id in ids {
        let row = Row {
            id,
            revoked_at: now.0,
            expires_at: now.plus(kept + SKEW_SECONDS).0,
        };
        db::revocations::insert(tx, &row).await?;
        rows.push(row);
    }
    Ok(Revoked(rows))
}

/// Learns what other nodes revoked.
pub(crate) async fn poll(issuer: &Issuer) -> Result<(), DbError> {
    let now = issuer.clock.now();
    // The first time, everything.
    let since = if issuer.revocations.read.load(Ordering::Acquire) {
        now.minus(OVERLAP_SECONDS)
    } else {
        UnixTime(0)
    };
    let rows = db::revocations::list(&mut issuer.db.read().await?, since, now).await?;
    issuer.revocations.learn(rows, now);
    issuer.revocations.read.store(true, Ordering::Release);
    Ok(())
}

impl Issuer {
    /// Whether an access token, named by its `jti`, its edition or its whole family was revoked.
    #[must_use]
    pub fn is_revoked(&self, jti: &str) -> bool {
        let known = self.revocations.known.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        // The token itself, then what it belongs to, up to the family.
        let parts = jti.match_indices('.').filter_map(|(dot, _)| jti.get(..dot));
        known.contains_key(jti) || parts.into_iter().any(|part| known.contains_key(part))
    }

    /// Changes whenever more is revoked: what was verified before must be looked at again.
    #[must_use]
    pub fn revocation_epoch(&self) -> u64 {
        self.revocations.epoch.load(Ordering::Acquire)
    }
}
