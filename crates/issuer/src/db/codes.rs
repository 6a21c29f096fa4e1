//! Authorization codes, by hash.

use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A code as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) hash: String,
    pub(crate) client_id: String,
    pub(crate) person_id: String,
    pub(crate) resource: String,
    pub(crate) scope: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: i64,
    pub(crate) methods: String,
    pub(crate) expires_at: i64,
    pub(crate) failures: i64,
    pub(crate) redeemed_at: Option<i64>,
    pub(crate) family_id: Option<String>,
    /// Behind the session that it came from.
    pub(crate) privy_token_id: Option<String>,
}

columns!(Row {
    hash,
    client_id,
    person_id,
    resource,
    scope,
    redirect_uri,
    challenge,
    nonce,
    auth_time,
    methods,
    expires_at,
    failures,
    redeemed_at,
    family_id,
    privy_token_id
});

pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO codes
         (hash, client_id, person_id, resource, scope, redirect_uri, challenge, nonce, auth_time,
          methods, expires_at, failures, redeemed_at, family_id, privy_token_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, NULL, NULL, $12)",
        row.hash,
        row.client_id,
        row.person_id,
        row.resource,
        row.scope,
        row.redirect_uri,
        row.challenge,
        row.nonce,
        row.auth_time,
        row.methods,
        row.expires_at,
        row.privy_token_id
    )?;
    Ok(())
}

/// Who redeems a code, and with what.
#[derive(Clone, Debug)]
pub(crate) struct Redemption {
    pub(crate) hash: SecretHash,
    pub(crate) client_id: String,
    /// What the presented verifier hashes to.
    pub(crate) challenge: String,
    /// The family that the code turns into.
    pub(crate) family_id: String,
    pub(crate) failures_max: i64,
}

/// Uses up a code: only one caller ever gets it.
pub(crate) async fn redeem(
    tx: &mut Tx,
    by: &Redemption,
    now: UnixTime,
) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "UPDATE codes SET redeemed_at = $1, family_id = $2
         WHERE hash = $3 AND client_id = $4 AND challenge = $5
           AND redeemed_at IS NULL AND expires_at > $1 AND failures < $6
         RETURNING hash, client_id, person_id, resource, scope, redirect_uri, challenge, nonce,
           auth_time, methods, expires_at, failures, redeemed_at, family_id, privy_token_id",
        now.0,
        by.family_id.as_str(),
        by.hash.as_str(),
        by.client_id.as_str(),
        by.challenge.as_str(),
        by.failures_max
    )
}

pub(crate) async fn find(tx: &mut Tx, hash: &SecretHash) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT hash, client_id, person_id, resource, scope, redirect_uri, challenge, nonce,
           auth_time, methods, expires_at, failures, redeemed_at, family_id, privy_token_id
         FROM codes WHERE hash = $1",
        hash.as_str()
    )
}

/// Counts a wrong verifier.
pub(crate) async fn update_failures(tx: &mut Tx, hash: &SecretHash) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE codes SET failures = failures + 1 WHERE hash = $1 AND redeemed_at IS NULL",
        hash.as_str()
    )?;
    Ok(())
}

/// Voids what was issued for a person, to one client or (`None`) to all.
pub(crate) async fn delete_of(
    tx: &mut Tx,
    person_id: &str,
    client_id: Option<&str>,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM codes WHERE person_id = $1 AND client_id = COALESCE($2, client_id)",
        person_id,
        client_id
    )
}

/// Voids what was issued to a client.
pub(crate) async fn delete_of_client(tx: &mut Tx, client_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM codes WHERE client_id = $1",
        client_id
    )
}

/// Deletes at most `limit` codes that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM codes WHERE hash IN
         (SELECT hash FROM codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
