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

/// Where an account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) upstream: String,
    pub(crate) host: String,
}

columns!(Place { upstream, host });

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

/// Upstream and host of every account that signs in as a person.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Place>, DbError> {
    sql!(
        tx,
        all Place,
        "SELECT upstream, host FROM identities WHERE person_id = $1 ORDER BY upstream, host",
        person_id
    )
}

/// Lets an account sign in as a person, unless it is somebody's already.
pub(crate) async fn insert(
    tx: &mut Tx,
    account: Account<'_>,
    person_id: &str,
    now: UnixTime,
) -> Result<bool, DbError> {
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO identities (upstream, host, account_id, person_id, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        account.upstream,
        account.host,
        account.id,
        person_id,
        now.0
    )?;
    Ok(inserted == 1)
}
