//! Keys, sealed: what signs tokens and what authenticates refresh tokens.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) purpose: String,
    pub(crate) sealed: String,
    pub(crate) created_at: i64,
    pub(crate) signs_from: i64,
    pub(crate) retired_at: Option<i64>,
    pub(crate) published_until: Option<i64>,
}

columns!(Row {
    id,
    purpose,
    sealed,
    created_at,
    signs_from,
    retired_at,
    published_until
});

/// Adds a key, unless there is one of its id, or one of its purpose that signs from the same
/// moment. Returns whether it was added.
pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<bool, DbError> {
    let added = sql!(
        tx,
        execute,
        "INSERT INTO keys
         (id, purpose, sealed, created_at, signs_from, retired_at, published_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        row.id,
        row.purpose,
        row.sealed,
        row.created_at,
        row.signs_from,
        row.retired_at,
        row.published_until
    )?;
    Ok(added == 1)
}

/// All keys, oldest first.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, purpose, sealed, created_at, signs_from, retired_at, published_until
         FROM keys ORDER BY signs_from, id"
    )
}

/// Ends the signing of a key at `at`; it stays published until `until`. Returns whether it would
/// have been published for longer.
pub(crate) async fn retire(
    tx: &mut Tx,
    id: &str,
    at: UnixTime,
    until: UnixTime,
) -> Result<bool, DbError> {
    let changed = sql!(
        tx,
        execute,
        "UPDATE keys SET retired_at = $1, published_until = $2
         WHERE id = $3 AND (published_until IS NULL OR published_until > $2)",
        at.0,
        until.0,
        id
    )?;
    Ok(changed == 1)
}

/// Lets keys that wait sign at once where no other of their purpose does.
pub(crate) async fn update_waiting(tx: &mut Tx, now: UnixTime) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "UPDATE keys SET signs_from = $1 WHERE retired_at IS NULL AND signs_from > $1
         AND NOT EXISTS (SELECT 1 FROM keys AS others WHERE others.purpose = keys.purpose
           AND others.signs_from <= $1 AND (others.retired_at IS NULL OR others.retired_at > $1))",
        now.0
    )
}

/// Replaces how a key is sealed, unless somebody else has.
pub(crate) async fn update_sealed(
    tx: &mut Tx,
    id: &str,
    old: &str,
    new: &str,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE keys SET sealed = $1 WHERE id = $2 AND sealed = $3",
        new,
        id,
        old
    )?;
    Ok(())
}
