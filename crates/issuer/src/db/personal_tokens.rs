//! Personal access tokens, by hash.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person_id: String,
    pub(crate) name: String,
    pub(crate) resource: String,
    pub(crate) scope: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
}

columns!(Row {
    id,
    person_id,
    name,
    resource,
    scope,
    created_at,
    expires_at
});

/// Keeps a token unless the person has `count_max`; whether it was kept.
pub(crate) async fn insert(
    tx: &mut Tx,
    row: Row,
    hash: &str,
    count_max: i64,
) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO personal_tokens
         (id, person_id, name, resource, scope, hash, created_at, expires_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT COUNT(*) FROM personal_tokens WHERE person_id = $2) < $9",
        row.id,
        row.person_id,
        row.name,
        row.resource,
        row.scope,
        hash,
        row.created_at,
        row.expires_at,
        count_max
    )?;
    Ok(inserted == 1)
}

/// The token of this hash, if it has not expired and its person may sign in.
pub(crate) async fn find(tx: &mut Tx, hash: &str, now: UnixTime) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT personal_tokens.id AS id, person_id, personal_tokens.name AS name, resource, scope,
         personal_tokens.created_at AS created_at, expires_at
         FROM personal_tokens JOIN people ON people.id = personal_tokens.person_id
         WHERE hash = $1 AND expires_at > $2 AND disabled_at IS NULL",
        hash,
        now.0
    )
}

/// A person's tokens, newest first.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, person_id, name, resource, scope, created_at, expires_at FROM personal_tokens
         WHERE person_id = $1 ORDER BY id DESC LIMIT 100",
        person_id
    )
}

/// Ends one of a person's tokens; gives back what it was.
pub(crate) async fn delete(tx: &mut Tx, person_id: &str, id: &str) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "DELETE FROM personal_tokens WHERE person_id = $1 AND id = $2
         RETURNING id, person_id, name, resource, scope, created_at, expires_at",
        person_id,
        id
    )
}

/// Ends all of a person's tokens; returns how many.
pub(crate) async fn delete_of_person(tx: &mut Tx, person_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM personal_tokens WHERE person_id = $1",
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
        "DELETE FROM personal_tokens WHERE id IN
         (SELECT id FROM personal_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
