//! One-time links for the first operator.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

pub(crate) async fn insert(
    tx: &mut Tx,
    token_hash: &str,
    expires_at: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO setup_links (token_hash, expires_at) VALUES ($1, $2)",
        token_hash,
        expires_at.0
    )?;
    Ok(())
}

/// Whether the link could be redeemed now.
pub(crate) async fn find(tx: &mut Tx, token_hash: &str, now: UnixTime) -> Result<bool, DbError> {
    let row = sql!(
        tx,
        one_or_none(i64,),
        "SELECT expires_at FROM setup_links
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        token_hash,
        now.0
    )?;
    Ok(row.is_some())
}

/// Uses the link up; `false` if it was used, has expired or never was.
pub(crate) async fn redeem(tx: &mut Tx, token_hash: &str, now: UnixTime) -> Result<bool, DbError> {
    let used = sql!(
        tx,
        execute,
        "UPDATE setup_links SET used_at = $2
         WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        token_hash,
        now.0
    )?;
    Ok(used == 1)
}

/// Deletes at most `limit` links that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM setup_links WHERE token_hash IN
         (SELECT token_hash FROM setup_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
