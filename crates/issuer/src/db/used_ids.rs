//! Ids that may be used once.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

/// Uses an id; `false` if it was used before.
pub(crate) async fn insert(tx: &mut Tx, id: &str, expires_at: UnixTime) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO used_ids (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        id,
        expires_at.0
    )?;
    Ok(inserted == 1)
}

/// Deletes at most `limit` ids that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM used_ids WHERE id IN
         (SELECT id FROM used_ids WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
