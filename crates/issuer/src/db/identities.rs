//! Which account at an upstream signs in as which person.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// An account at an upstream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account<'a> {
    pub(crate) upstream: &'a str,
    pub(crate) host: &'a str,
    pub(crate) id: &'a str,
}

/// An account that a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) upstream: String,
    pub(crate) host: String,
    /// What it is called there, as last seen.
    pub(crate) login: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) used_at: Option<i64>,
}

columns!(Row {
    upstream,
    host,
    login,
    created_at,
    used_at
});

/// The person that an account signs in as.
pub(crate) async fn find(tx: &mut Tx, account: Account<'_>) -> Result<Option<String>, DbError> {
    let row = sql!(
        tx,
        one_or_none(String,),
        "SELECT person_id FROM identities
         WHERE upstream = $1 AND host = $2 AND account_id = $3",
        account.upstream,
        account.host,
        account.id
    )?;
    Ok(row.map(|(person_id,)| person_id))
}

/// All accounts that a person signs in with.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT upstream, host, login, created_at, used_at FROM identities
         WHERE person_id = $1 ORDER BY upstream, host LIMIT 100",
        person_id
    )
}

/// Lets an account sign in as a person, unless it is somebody's already, or the person signs in with
/// another account there.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: Account<'_>,
    (person_id, login): (&str, &str),
    now: UnixTime,
) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO identities
         (upstream, host, account_id, person_id, login, created_at, used_at)
         SELECT $1, $2, $3, $4, $5, $6, $6 WHERE NOT EXISTS
         (SELECT 1 FROM identities WHERE person_id = $4 AND upstream = $1 AND host = $2)
         ON CONFLICT DO NOTHING",
        account.upstream,
        account.host,
        account.id,
        person_id,
        login,
        now.0
    )?;
    Ok(inserted == 1)
}

/// Notes that an account signed in, and what it is called by now.
pub(crate) async fn update_used(
    tx: &mut Tx,
    account: Account<'_>,
    login: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE identities SET login = $4, used_at = $5
         WHERE upstream = $1 AND host = $2 AND account_id = $3",
        account.upstream,
        account.host,
        account.id,
        login,
        now.0
    )?;
    Ok(())
}

/// Lets a person's account at an upstream sign in no more; whether there was one.
pub(crate) async fn delete(
    tx: &mut Tx,
    person_id: &str,
    (upstream, host): (&str, &str),
) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM identities WHERE person_id = $1 AND upstream = $2 AND host = $3",
        person_id,
        upstream,
        host
    )?;
    Ok(deleted > 0)
}
