//! Mail on its way.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A letter whose turn it is.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) id: String,
    pub(crate) sealed: String,
    /// With this one.
    pub(crate) tries: i64,
}

columns!(Due { id, sealed, tries });

pub(crate) async fn insert(
    tx: &mut Tx,
    id: &str,
    sealed: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO outbox (id, sealed, due_at, tries, created_at) VALUES ($1, $2, $3, 0, $3)",
        id,
        sealed,
        now.0
    )?;
    Ok(())
}

/// Takes the letter that waits longest, for this node alone until `until`.
pub(crate) async fn update_taken(
    tx: &mut Tx,
    now: UnixTime,
    until: UnixTime,
) -> Result<Option<Due>, DbError> {
    sql!(
        tx,
        one_or_none Due,
        "UPDATE outbox SET due_at = $2, tries = tries + 1
         WHERE id = (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at, id LIMIT 1)
         AND due_at <= $1 RETURNING id, sealed, tries",
        now.0,
        until.0
    )
}

/// Puts a letter back for later.
pub(crate) async fn update_due(tx: &mut Tx, id: &str, due_at: UnixTime) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE outbox SET due_at = $2 WHERE id = $1",
        id,
        due_at.0
    )?;
    Ok(())
}

/// Forgets a letter: it is delivered, or never will be.
pub(crate) async fn delete(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    sql!(tx, execute, "DELETE FROM outbox WHERE id = $1", id)?;
    Ok(())
}
