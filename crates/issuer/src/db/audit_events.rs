//! The audit log.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// One event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) outcome: String,
    pub(crate) person_id: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) detail: String,
}

columns!(Row {
    id,
    at,
    kind,
    outcome,
    person_id,
    client_id,
    resource,
    source,
    trace_id,
    detail
});

pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO audit_events
         (id, at, kind, outcome, person_id, client_id, resource, source, trace_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        row.id,
        row.at,
        row.kind,
        row.outcome,
        row.person_id,
        row.client_id,
        row.resource,
        row.source,
        row.trace_id,
        row.detail
    )?;
    Ok(())
}

/// At most `limit` events that follow the one named `after` (empty: all), oldest first.
pub(crate) async fn list(
    tx: &mut Tx,
    after: &str,
    since: UnixTime,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, at, kind, outcome, person_id, client_id, resource, source, trace_id, detail
         FROM audit_events WHERE id > $1 AND at >= $2 ORDER BY id LIMIT $3",
        after,
        since.0,
        limit
    )
}

/// The newest `limit` events, newest first.
pub(crate) async fn list_newest(tx: &mut Tx, limit: i64) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, at, kind, outcome, person_id, client_id, resource, source, trace_id, detail
         FROM audit_events ORDER BY id DESC LIMIT $1",
        limit
    )
}

/// The newest `limit` events of a person that are older than the one named (empty: all), newest first: those
/// of the kinds that stand in a list, between commas.
pub(crate) async fn list_of(
    tx: &mut Tx,
    person_id: &str,
    (kinds, before): (&str, &str),
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, at, kind, outcome, person_id, client_id, resource, source, trace_id, detail
         FROM audit_events WHERE person_id = $1 AND ($2 = '' OR id < $2)
         AND $3 LIKE '%,' || kind || ',%' ORDER BY id DESC LIMIT $4",
        person_id,
        before,
        kinds,
        limit
    )
}

/// At most `limit` events of a person's, newest first.
pub(crate) async fn list_of_person(
    tx: &mut Tx,
    person_id: &str,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, at, kind, outcome, person_id, client_id, resource, source, trace_id, detail
         FROM audit_events WHERE person_id = $1 ORDER BY id DESC LIMIT $2",
        person_id,
        limit
    )
}

/// Deletes at most `limit` events from before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM audit_events WHERE id IN
         (SELECT id FROM audit_events WHERE at < $1 ORDER BY at LIMIT $2)",
        before.0,
        limit
    )
}
