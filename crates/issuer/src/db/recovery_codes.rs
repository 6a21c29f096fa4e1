//! Recovery codes, by hash.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

/// Gives a person a code.
pub(crate) async fn insert(
    tx: &mut Tx,
    person_id: &str,
    hash: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO recovery_codes (person_id, hash, created_at) VALUES ($1, $2, $3)",
        person_id,
        hash,
        now.0
    )?;
    Ok(())
}

/// Uses up a code: only one caller ever does.
pub(crate) async fn redeem(
    tx: &mut Tx,
    person_id: &str,
    hash: &str,
    now: UnixTime,
) -> Result<bool, DbError> {
    let redeemed = sql!(
        tx,
        execute,
        "UPDATE recovery_codes SET used_at = $3
         WHERE person_id = $1 AND hash = $2 AND used_at IS NULL",
        person_id,
        hash,
        now.0
    )?;
    Ok(redeemed == 1)
}

/// Takes all codes from a person.
pub(crate) async fn delete_of_person(tx: &mut Tx, person_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM recovery_codes WHERE person_id = $1",
        person_id
    )
}
