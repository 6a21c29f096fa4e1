//! Counts per window of time, shared by all nodes.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

/// Counts one more, unless `count_max` is reached; whether it was counted.
pub(crate) async fn insert(
    tx: &mut Tx,
    name: &str,
    window_start: UnixTime,
    expires_at: UnixTime,
    count_max: u32,
) -> Result<bool, DbError> {
    let counted = sql!(
        tx,
        execute,
        "INSERT INTO throttles (name, window_start, count, expires_at) VALUES ($1, $2, 1, $3)
         ON CONFLICT (name, window_start) DO UPDATE SET count = throttles.count + 1
         WHERE throttles.count < $4",
        name,
        window_start.0,
        expires_at.0,
        i64::from(count_max)
    )?;
    Ok(counted == 1)
}

/// Takes one count back.
pub(crate) async fn update_less(
    tx: &mut Tx,
    name: &str,
    window_start: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE throttles SET count = count - 1
         WHERE name = $1 AND window_start = $2 AND count > 0",
        name,
        window_start.0
    )?;
    Ok(())
}

/// Deletes at most `limit` counts of windows that ended before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM throttles WHERE (name, window_start) IN
         (SELECT name, window_start FROM throttles
          WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
