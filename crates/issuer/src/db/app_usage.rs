//! What came in with tokens, added up per person, client, resource and day.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

const DAY_SECONDS: i64 = 86_400;

/// What one process counted since it last wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) person_id: String,
    pub(crate) client_id: String,
    pub(crate) resource: String,
    /// Of tools.
    pub(crate) calls: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    /// Empty if no tool was called.
    pub(crate) last_tool: String,
}

/// What a client did for a person at a resource, as far back as is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) client_id: String,
    pub(crate) resource: String,
    /// Since the day that was asked for.
    pub(crate) calls: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    pub(crate) last_tool: String,
}

columns!(Total {
    client_id,
    resource,
    calls,
    first_at,
    last_at,
    last_tool
});

/// Adds to the day of the last use.
pub(crate) async fn insert(tx: &mut Tx, row: &Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO app_usage
         (person_id, client_id, resource, day, calls, first_at, last_at, last_tool)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (person_id, client_id, resource, day) DO UPDATE SET
         calls = app_usage.calls + excluded.calls,
         first_at = CASE WHEN excluded.first_at < app_usage.first_at
           THEN excluded.first_at ELSE app_usage.first_at END,
         last_tool = CASE WHEN excluded.last_tool <> '' AND
           (excluded.last_at >= app_usage.last_at OR app_usage.last_tool = '')
           THEN excluded.last_tool ELSE app_usage.last_tool END,
         last_at = CASE WHEN excluded.last_at > app_usage.last_at
           THEN excluded.last_at ELSE app_usage.last_at END",
        row.person_id.as_str(),
        row.client_id.as_str(),
        row.resource.as_str(),
        row.last_at / DAY_SECONDS,
        row.calls,
        row.first_at,
        row.last_at,
        row.last_tool.as_str()
    )?;
    Ok(())
}

/// What is known of a person's clients; calls are those since `since`.
pub(crate) async fn list(
    tx: &mut Tx,
    person_id: &str,
    since: UnixTime,
) -> Result<Vec<Total>, DbError> {
    sql!(
        tx,
        all Total,
        "SELECT client_id, resource,
           CAST(SUM(CASE WHEN day > $2 THEN calls ELSE 0 END) AS BIGINT) AS calls,
           MIN(first_at) AS first_at, MAX(last_at) AS last_at,
           COALESCE((SELECT newest.last_tool FROM app_usage AS newest
             WHERE newest.person_id = $1 AND newest.client_id = app_usage.client_id
               AND newest.resource = app_usage.resource AND newest.last_tool <> ''
             ORDER BY newest.last_at DESC LIMIT 1), '') AS last_tool
         FROM app_usage WHERE person_id = $1 GROUP BY client_id, resource
         ORDER BY client_id, resource LIMIT 1000",
        person_id,
        since.0 / DAY_SECONDS
    )
}

/// Deletes at most `limit` days that ended before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM app_usage WHERE (person_id, client_id, resource, day) IN
         (SELECT person_id, client_id, resource, day FROM app_usage WHERE day < $1
          ORDER BY day LIMIT $2)",
        before.0 / DAY_SECONDS,
        limit
    )
}
