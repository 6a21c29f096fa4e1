//! People's accounts at upstreams, with their sealed tokens.

use oauth::time::UnixTime;

use super::identities::Account;
use super::{DbError, Tx, columns, sql};

/// A connection as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person_id: String,
    pub(crate) upstream: String,
    pub(crate) host: String,
    pub(crate) account_id: String,
    pub(crate) login: String,
    pub(crate) scope: String,
    pub(crate) sealed: Option<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) version: i64,
    pub(crate) lease_until: i64,
    pub(crate) created_at: i64,
}

columns!(Row {
    id,
    person_id,
    upstream,
    host,
    account_id,
    login,
    scope,
    sealed,
    expires_at,
    version,
    lease_until,
    created_at
});

/// A person's connection to an upstream.
pub(crate) async fn find(
    tx: &mut Tx,
    person_id: &str,
    upstream: &str,
    host: &str,
) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT * FROM connections WHERE person_id = $1 AND upstream = $2 AND host = $3",
        person_id,
        upstream,
        host
    )
}

/// All connections of a person, by upstream.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT * FROM connections WHERE person_id = $1 ORDER BY upstream, host LIMIT 100",
        person_id
    )
}

/// Keeps new tokens of an account, in place of those of the same account. `false` if the person is
/// connected to another account there.
pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<bool, DbError> {
    let kept = sql!(
        tx,
        execute,
        "INSERT INTO connections (id, person_id, upstream, host, account_id, login, scope, sealed,
         expires_at, version, lease_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, 0, $10)
         ON CONFLICT (person_id, upstream, host) DO UPDATE SET
         login = excluded.login, scope = excluded.scope, sealed = excluded.sealed,
         expires_at = excluded.expires_at, version = connections.version + 1, lease_until = 0
         WHERE connections.account_id = excluded.account_id",
        row.id,
        row.person_id,
        row.upstream,
        row.host,
        row.account_id,
        row.login,
        row.scope,
        row.sealed,
        row.expires_at,
        row.created_at
    )?;
    Ok(kept == 1)
}

/// Takes the right to renew the tokens of this version, for a while: only one caller has it.
pub(crate) async fn update_lease(
    tx: &mut Tx,
    row: &Row,
    now: UnixTime,
    until: UnixTime,
) -> Result<bool, DbError> {
    let taken = sql!(
        tx,
        execute,
        "UPDATE connections SET lease_until = $4
         WHERE id = $1 AND version = $2 AND sealed IS NOT NULL AND lease_until <= $3",
        row.id.as_str(),
        row.version,
        now.0,
        until.0
    )?;
    Ok(taken == 1)
}

/// Replaces tokens of this version, and ends the lease. They count also where somebody who came too
/// late with the old ones took the connection for dead.
pub(crate) async fn update_renewed(
    tx: &mut Tx,
    row: &Row,
    sealed: &str,
    expires_at: Option<i64>,
) -> Result<bool, DbError> {
    let replaced = sql!(
        tx,
        execute,
        "UPDATE connections SET sealed = $3, expires_at = $4, version = version + 1, lease_until = 0
         WHERE id = $1 AND (version = $2 OR (version = $2 + 1 AND sealed IS NULL))",
        row.id.as_str(),
        row.version,
        sealed,
        expires_at
    )?;
    Ok(replaced == 1)
}

/// Marks tokens of this version as dead, and ends the lease.
pub(crate) async fn update_dead(tx: &mut Tx, row: &Row) -> Result<bool, DbError> {
    let marked = sql!(
        tx,
        execute,
        "UPDATE connections SET sealed = NULL, expires_at = NULL, version = version + 1,
         lease_until = 0 WHERE id = $1 AND version = $2",
        row.id.as_str(),
        row.version
    )?;
    Ok(marked == 1)
}

/// At most `limit` connections with tokens that follow the one named `after` (empty: all), by id.
pub(crate) async fn list_sealed(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT * FROM connections WHERE id > $1 AND sealed IS NOT NULL ORDER BY id LIMIT $2",
        after,
        limit
    )
}

/// Replaces how tokens are sealed, unless they have changed.
pub(crate) async fn update_sealed(tx: &mut Tx, row: &Row, fresh: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE connections SET sealed = $1 WHERE id = $2 AND version = $3 AND sealed = $4",
        fresh,
        row.id.as_str(),
        row.version,
        row.sealed.as_deref()
    )?;
    Ok(())
}

/// Ends a lease whose holder changed nothing.
pub(crate) async fn update_released(tx: &mut Tx, row: &Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE connections SET lease_until = 0 WHERE id = $1 AND version = $2",
        row.id.as_str(),
        row.version
    )?;
    Ok(())
}

/// Forgets a person's connection; gives back what it was.
pub(crate) async fn delete(
    tx: &mut Tx,
    person_id: &str,
    upstream: &str,
    host: &str,
) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "DELETE FROM connections WHERE person_id = $1 AND upstream = $2 AND host = $3 RETURNING *",
        person_id,
        upstream,
        host
    )
}

/// Forgets all connections of an account; gives back what they were.
pub(crate) async fn delete_of_account(
    tx: &mut Tx,
    account: Account<'_>,
) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "DELETE FROM connections WHERE upstream = $1 AND host = $2 AND account_id = $3 RETURNING *",
        account.upstream,
        account.host,
        account.id
    )
}
