//! Privy's access tokens, sealed, while they live.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person_id: String,
    pub(crate) sealed: String,
    pub(crate) expires_at: i64,
}

columns!(Row {
    id,
    person_id,
    sealed,
    expires_at
});

pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO privy_tokens (id, person_id, sealed, expires_at) VALUES ($1, $2, $3, $4)",
        row.id,
        row.person_id,
        row.sealed,
        row.expires_at
    )?;
    Ok(())
}

/// The token, if it has not expired.
pub(crate) async fn find(tx: &mut Tx, id: &str, now: UnixTime) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT id, person_id, sealed, expires_at FROM privy_tokens
         WHERE id = $1 AND expires_at > $2",
        id,
        now.0
    )
}

/// Forgets all tokens of a person.
pub(crate) async fn delete_of_person(tx: &mut Tx, person_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM privy_tokens WHERE person_id = $1",
        person_id
    )
}

/// Deletes at most `limit` tokens that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM privy_tokens WHERE id IN
         (SELECT id FROM privy_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
