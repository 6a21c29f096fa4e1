//! Reading the audit log.

use oauth::time::UnixTime;

use crate::Issuer;
use crate::db::{self, DbError};

/// One event, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    pub id: String,
    pub at: UnixTime,
    pub kind: String,
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    pub detail: String,
}

/// At most `limit` events that follow the one named `after` (empty: all), oldest first.
///
/// # Errors
/// If the database is away.
pub async fn list(
    issuer: &Issuer,
    after: &str,
    since: UnixTime,
    limit: u32,
) -> Result<Vec<Entry>, DbError> {
    let mut tx = issuer.db.read().await?;
    let rows = db::audit_events::list(&mut tx, after, since, limit.into()).await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The newest `limit` events, oldest first.
///
/// # Errors
/// If the database is away.
pub async fn list_newest(issuer: &Issuer, limit: u32) -> Result<Vec<Entry>, DbError> {
    let mut tx = issuer.db.read().await?;
    let rows = db::audit_events::list_newest(&mut tx, limit.into()).await?;
    Ok(rows.into_iter().rev().map(Entry::from).collect())
}

impl From<db::audit_events::Row> for Entry {
    fn from(row: db::audit_events::Row) -> Self {
        Self {
            id: row.id,
            at: UnixTime(row.at),
            kind: row.kind,
            outcome: row.outcome,
            person_id: row.person_id,
            client_id: row.client_id,
            resource: row.resource,
            source: row.source,
            trace_id: row.trace_id,
            detail: row.detail,
        }
    }
}
