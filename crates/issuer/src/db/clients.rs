//! Clients that registered, that an operator added, or whose metadata document was fetched.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// One client as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    /// `registered`, `operator` or `metadata_document`.
    pub(crate) source: String,
    pub(crate) name: String,
    pub(crate) metadata: String,
    pub(crate) secret_hash: Option<String>,
    pub(crate) registration_token_hash: Option<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) fetched_at: Option<i64>,
    pub(crate) fresh_until: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) disabled_at: Option<i64>,
}

columns!(Row {
    id,
    source,
    name,
    metadata,
    secret_hash,
    registration_token_hash,
    fingerprint,
    fetched_at,
    fresh_until,
    created_at,
    used_at,
    disabled_at
});

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Row>, DbError> {
    sql!(tx, one_or_none Row, "SELECT * FROM clients WHERE id = $1", id)
}

/// At most `limit` clients that follow the one named `after` (empty: all), by id.
pub(crate) async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT * FROM clients WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        limit
    )
}

/// Keeps a new client, or says that its id or fingerprint exists.
pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO clients (id, source, name, metadata, secret_hash, registration_token_hash,
         fingerprint, fetched_at, fresh_until, created_at, used_at, disabled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        row.id,
        row.source,
        row.name,
        row.metadata,
        row.secret_hash,
        row.registration_token_hash,
        row.fingerprint,
        row.fetched_at,
        row.fresh_until,
        row.created_at,
        row.used_at,
        row.disabled_at
    )?;
    Ok(inserted == 1)
}

/// Registers once more what is registered already: from now on nobody may change it, and if it
/// was never used its time to live begins anew.
pub(crate) async fn update_shared(
    tx: &mut Tx,
    fingerprint: &str,
    now: UnixTime,
) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "UPDATE clients SET registration_token_hash = NULL,
         created_at = CASE WHEN used_at IS NULL THEN $2 ELSE created_at END
         WHERE fingerprint = $1 RETURNING *",
        fingerprint,
        now.0
    )
}

/// Replaces what a client registered, if the token that is presented may do so. The client then
/// equals no other registration.
pub(crate) async fn update_registration(tx: &mut Tx, row: Row) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE clients SET name = $3, metadata = $4, secret_hash = $5, fingerprint = NULL
         WHERE id = $1 AND registration_token_hash = $2 AND disabled_at IS NULL",
        row.id,
        row.registration_token_hash,
        row.name,
        row.metadata,
        row.secret_hash
    )?;
    Ok(updated == 1)
}

/// Keeps a fetched document, new or again. What an operator did to the client stays.
pub(crate) async fn update_document(tx: &mut Tx, row: Row) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "INSERT INTO clients (id, source, name, metadata, fetched_at, fresh_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, metadata = excluded.metadata,
         fetched_at = excluded.fetched_at, fresh_until = excluded.fresh_until
         WHERE clients.source = excluded.source",
        row.id,
        row.source,
        row.name,
        row.metadata,
        row.fetched_at,
        row.fresh_until,
        row.created_at
    )?;
    Ok(updated == 1)
}

/// Notes a client's first grant: from then on it is never deleted for want of use.
pub(crate) async fn update_used(tx: &mut Tx, id: &str, now: UnixTime) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE clients SET used_at = $2 WHERE id = $1 AND used_at IS NULL",
        id,
        now.0
    )?;
    Ok(())
}

/// Disables a client, or with `None` enables it again; whether it is in the table.
pub(crate) async fn update_disabled(
    tx: &mut Tx,
    id: &str,
    disabled_at: Option<UnixTime>,
) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE clients SET disabled_at = $2 WHERE id = $1",
        id,
        disabled_at.map(|at| at.0)
    )?;
    Ok(updated == 1)
}

/// Replaces the secret of a client that has one.
pub(crate) async fn update_secret(tx: &mut Tx, id: &str, hash: &str) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE clients SET secret_hash = $2 WHERE id = $1 AND secret_hash IS NOT NULL",
        id,
        hash
    )?;
    Ok(updated == 1)
}

/// Deletes a client whose registration token this is.
pub(crate) async fn delete(tx: &mut Tx, id: &str, token_hash: &str) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM clients WHERE id = $1 AND registration_token_hash = $2
         AND disabled_at IS NULL",
        id,
        token_hash
    )?;
    Ok(deleted == 1)
}

/// Deletes at most `limit` clients from before `before` that never came to a grant and that
/// nobody decided about; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM clients WHERE used_at IS NULL AND id IN
         (SELECT id FROM clients WHERE used_at IS NULL AND disabled_at IS NULL
          AND created_at < $1 AND source = 'registered'
          AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.client_id = clients.id)
          ORDER BY created_at LIMIT $2)",
        before.0,
        limit
    )
}

/// Deletes at most `limit` documents that became stale before `before` and whose client never came
/// to a grant; returns how many. They can be fetched again.
pub(crate) async fn delete_stale(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM clients WHERE used_at IS NULL AND id IN
         (SELECT id FROM clients WHERE used_at IS NULL AND disabled_at IS NULL
          AND fresh_until < $1 AND source = 'metadata_document'
          AND NOT EXISTS (SELECT 1 FROM codes WHERE codes.client_id = clients.id)
          ORDER BY created_at LIMIT $2)",
        before.0,
        limit
    )
}
