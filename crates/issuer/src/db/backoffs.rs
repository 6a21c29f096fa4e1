//! Failures in a row, shared by all nodes: each makes the next try wait twice as long.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

/// How failures make wait. All in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// Failures that cost nothing.
    pub(crate) free: i64,
    pub(crate) wait_max: i64,
    /// Without a try for so long, failures are forgotten.
    pub(crate) forget_after: i64,
}

/// Counts a try as failed before it is made, unless it must wait; whether it may be made.
pub(crate) async fn insert(
    tx: &mut Tx,
    name: &str,
    now: UnixTime,
    growth: Growth,
) -> Result<bool, DbError> {
    // 2^20 seconds are more than any wait: the shift stays small.
    let counted = sql!(
        tx,
        execute,
        "INSERT INTO backoffs (name, failures, blocked_until, expires_at)
         VALUES ($1, 1, $2, $2 + $5)
         ON CONFLICT (name) DO UPDATE SET
           failures = CASE WHEN backoffs.expires_at <= $2 THEN 1 ELSE backoffs.failures + 1 END,
           blocked_until = $2 + CASE
             WHEN backoffs.expires_at <= $2 OR backoffs.failures < $3 THEN 0
             WHEN backoffs.failures >= $3 + 20 THEN $4
             WHEN (CAST(1 AS BIGINT) << CAST(backoffs.failures - $3 AS INTEGER)) > $4 THEN $4
             ELSE CAST(1 AS BIGINT) << CAST(backoffs.failures - $3 AS INTEGER)
           END,
           expires_at = $2 + $5
         WHERE backoffs.blocked_until <= $2",
        name,
        now.0,
        growth.free,
        growth.wait_max,
        growth.forget_after
    )?;
    Ok(counted == 1)
}

/// When the next try may be made, if one must wait.
pub(crate) async fn find(
    tx: &mut Tx,
    name: &str,
    now: UnixTime,
) -> Result<Option<UnixTime>, DbError> {
    let row = sql!(
        tx,
        one_or_none(i64,),
        "SELECT blocked_until FROM backoffs WHERE name = $1 AND blocked_until > $2",
        name,
        now.0
    )?;
    Ok(row.map(|(until,)| UnixTime(until)))
}

/// Forgets failures after a success.
pub(crate) async fn delete(tx: &mut Tx, name: &str) -> Result<(), DbError> {
    sql!(tx, execute, "DELETE FROM backoffs WHERE name = $1", name)?;
    Ok(())
}

/// Deletes at most `limit` that were forgotten before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM backoffs WHERE name IN
         (SELECT name FROM backoffs WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
