//! What apps keep for a person.

use super::{DbError, Tx, columns, sql};

/// One record, without its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) created_at: i64,
}

columns!(Row {
    id,
    body,
    created_at
});

/// A person's records in an app, oldest first.
pub(crate) async fn list(tx: &mut Tx, person_id: &str, app: &str) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, body, created_at FROM records WHERE person_id = $1 AND app = $2 ORDER BY id",
        person_id,
        app
    )
}

/// Keeps a record unless the person has `count_max` in this app; whether it was kept.
pub(crate) async fn insert(
    tx: &mut Tx,
    person_id: &str,
    app: &str,
    row: Row,
    count_max: i64,
) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO records (id, app, person_id, body, created_at)
         SELECT $1, $2, $3, $4, $5
         WHERE (SELECT COUNT(*) FROM records WHERE person_id = $3 AND app = $2) < $6",
        row.id,
        app,
        person_id,
        row.body,
        row.created_at,
        count_max
    )?;
    Ok(inserted == 1)
}

/// Deletes a record of this person and app; whether there was one.
pub(crate) async fn delete(
    tx: &mut Tx,
    person_id: &str,
    app: &str,
    id: &str,
) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM records WHERE id = $1 AND person_id = $2 AND app = $3",
        id,
        person_id,
        app
    )?;
    Ok(deleted == 1)
}

/// A record with the app that keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) app: String,
    pub(crate) body: String,
    pub(crate) created_at: i64,
}

columns!(Kept {
    app,
    body,
    created_at
});

/// All that apps keep for a person, oldest first.
pub(crate) async fn list_of_person(tx: &mut Tx, person_id: &str) -> Result<Vec<Kept>, DbError> {
    sql!(
        tx,
        all Kept,
        "SELECT app, body, created_at FROM records WHERE person_id = $1 ORDER BY id",
        person_id
    )
}
