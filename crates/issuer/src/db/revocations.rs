//! What guards must refuse before its time: families and single access tokens.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A revocation as it is stored: a family's id, or a whole `jti`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) revoked_at: i64,
    pub(crate) expires_at: i64,
}

columns!(Row {
    id,
    revoked_at,
    expires_at
});

/// Adds a revocation; one that is there already stays as it is.
pub(crate) async fn insert(tx: &mut Tx, row: &Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO revocations (id, revoked_at, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        row.id.as_str(),
        row.revoked_at,
        row.expires_at
    )?;
    Ok(())
}

/// What was revoked since `since` and is still to be refused at `now`.
pub(crate) async fn list(tx: &mut Tx, since: UnixTime, now: UnixTime) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, revoked_at, expires_at FROM revocations
         WHERE revoked_at >= $1 AND expires_at > $2",
        since.0,
        now.0
    )
}

/// Deletes at most `limit` revocations that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM revocations WHERE id IN
         (SELECT id FROM revocations WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
