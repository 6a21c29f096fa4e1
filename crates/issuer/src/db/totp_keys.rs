//! The keys of people's one-time codes, sealed: one for each person.

use super::{DbError, Tx, columns, sql};

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) person_id: String,
    pub(crate) sealed: String,
    /// Of the last code that was accepted.
    pub(crate) step: i64,
    pub(crate) created_at: i64,
}

columns!(Row {
    person_id,
    sealed,
    step,
    created_at
});

/// Gives a person a key, in place of the one before.
pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO totp_keys (person_id, sealed, step, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (person_id) DO UPDATE
         SET sealed = excluded.sealed, step = excluded.step, created_at = excluded.created_at",
        row.person_id,
        row.sealed,
        row.step,
        row.created_at
    )?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, person_id: &str) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT person_id, sealed, step, created_at FROM totp_keys WHERE person_id = $1",
        person_id
    )
}

/// Uses up the code of a step, and of all before it: only one caller ever does.
pub(crate) async fn redeem(tx: &mut Tx, row: &Row, step: i64) -> Result<bool, DbError> {
    let redeemed = sql!(
        tx,
        execute,
        "UPDATE totp_keys SET step = $3 WHERE person_id = $1 AND sealed = $2 AND step < $3",
        row.person_id.as_str(),
        row.sealed.as_str(),
        step
    )?;
    Ok(redeemed == 1)
}

/// At most `limit` keys that follow the one of this person.
pub(crate) async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT person_id, sealed, step, created_at FROM totp_keys
         WHERE person_id > $1 ORDER BY person_id LIMIT $2",
        after,
        limit
    )
}

/// Replaces the sealed text, unless the key was replaced meanwhile.
pub(crate) async fn update_sealed(tx: &mut Tx, row: &Row, fresh: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE totp_keys SET sealed = $3 WHERE person_id = $1 AND sealed = $2",
        row.person_id.as_str(),
        row.sealed.as_str(),
        fresh
    )?;
    Ok(())
}

/// Takes the key from a person; whether there was one.
pub(crate) async fn delete(tx: &mut Tx, person_id: &str) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM totp_keys WHERE person_id = $1",
        person_id
    )?;
    Ok(deleted == 1)
}
