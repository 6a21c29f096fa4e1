//! Passkeys, by the id of their credential.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A passkey as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person_id: String,
    pub(crate) name: String,
    pub(crate) credential: String,
    pub(crate) sign_count: i64,
    pub(crate) synced: bool,
    pub(crate) created_at: i64,
    pub(crate) used_at: Option<i64>,
}

columns!(Row {
    id,
    person_id,
    name,
    credential,
    sign_count,
    synced,
    created_at,
    used_at
});

/// Gives a person a passkey; `Conflict` if somebody has it already.
pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO passkeys
         (id, person_id, name, credential, sign_count, synced, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)",
        row.id,
        row.person_id,
        row.name,
        row.credential,
        row.sign_count,
        row.synced,
        row.created_at
    )?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT id, person_id, name, credential, sign_count, synced, created_at, used_at
         FROM passkeys WHERE id = $1",
        id
    )
}

/// A person's passkeys, the oldest first.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, person_id, name, credential, sign_count, synced, created_at, used_at
         FROM passkeys WHERE person_id = $1 ORDER BY created_at, id",
        person_id
    )
}

/// What a use of a passkey said about it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) id: String,
    pub(crate) sign_count: i64,
    pub(crate) synced: bool,
}

/// Notes a use. An authenticator that counts must have counted on: where its count stands still or goes
/// back, two have the same key, and nothing is noted.
pub(crate) async fn update_used(tx: &mut Tx, used: &Use, now: UnixTime) -> Result<bool, DbError> {
    let noted = sql!(
        tx,
        execute,
        "UPDATE passkeys SET sign_count = $2, synced = $3, used_at = $4
         WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))",
        used.id.as_str(),
        used.sign_count,
        used.synced,
        now.0
    )?;
    Ok(noted == 1)
}

/// Renames a person's passkey; whether they have it.
pub(crate) async fn update_name(
    tx: &mut Tx,
    (person_id, id): (&str, &str),
    name: &str,
) -> Result<bool, DbError> {
    let renamed = sql!(
        tx,
        execute,
        "UPDATE passkeys SET name = $3 WHERE person_id = $1 AND id = $2",
        person_id,
        id,
        name
    )?;
    Ok(renamed == 1)
}

/// Takes a passkey from a person who can sign in without it. Whoever calls this holds the person.
pub(crate) async fn delete(tx: &mut Tx, (person_id, id): (&str, &str)) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM passkeys WHERE person_id = $1 AND id = $2
           AND (EXISTS (SELECT 1 FROM people
                        WHERE people.id = $1 AND password_hash IS NOT NULL)
             OR EXISTS (SELECT 1 FROM identities WHERE identities.person_id = $1)
             OR EXISTS (SELECT 1 FROM passkeys AS others
                        WHERE others.person_id = $1 AND others.id <> $2))",
        person_id,
        id
    )?;
    Ok(deleted == 1)
}
