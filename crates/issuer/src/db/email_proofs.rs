//! Links and codes that went to an e-mail address, stored under their hash.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A new link or code.
#[derive(Clone, Debug)]
pub(crate) struct NewProof {
    pub(crate) id: String,
    pub(crate) purpose: &'static str,
    pub(crate) secret_hash: String,
    pub(crate) person_id: Option<String>,
    pub(crate) sealed: String,
    pub(crate) expires_at: UnixTime,
}

/// One that is good.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    pub(crate) id: String,
    pub(crate) person_id: Option<String>,
    pub(crate) sealed: String,
}

columns!(Proof {
    id,
    person_id,
    sealed
});

pub(crate) async fn insert(tx: &mut Tx, new: NewProof) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO email_proofs
         (id, purpose, secret_hash, person_id, sealed, failures, expires_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6)",
        new.id,
        new.purpose,
        new.secret_hash,
        new.person_id,
        new.sealed,
        new.expires_at.0
    )?;
    Ok(())
}

/// Looks at a link without using it.
pub(crate) async fn find(
    tx: &mut Tx,
    purpose: &str,
    secret_hash: &str,
    now: UnixTime,
) -> Result<Option<Proof>, DbError> {
    sql!(
        tx,
        one_or_none Proof,
        "SELECT id, person_id, sealed FROM email_proofs
         WHERE secret_hash = $2 AND purpose = $1 AND used_at IS NULL AND expires_at > $3",
        purpose,
        secret_hash,
        now.0
    )
}

/// Looks at what a code belongs to.
pub(crate) async fn find_by_id(
    tx: &mut Tx,
    purpose: &str,
    id: &str,
    now: UnixTime,
) -> Result<Option<Proof>, DbError> {
    sql!(
        tx,
        one_or_none Proof,
        "SELECT id, person_id, sealed FROM email_proofs
         WHERE id = $2 AND purpose = $1 AND used_at IS NULL AND expires_at > $3",
        purpose,
        id,
        now.0
    )
}

/// Uses a link or a code up; `None` if it is not, or no longer, good.
pub(crate) async fn redeem(
    tx: &mut Tx,
    purpose: &str,
    secret_hash: &str,
    now: UnixTime,
) -> Result<Option<Proof>, DbError> {
    sql!(
        tx,
        one_or_none Proof,
        "UPDATE email_proofs SET used_at = $3
         WHERE secret_hash = $2 AND purpose = $1 AND used_at IS NULL AND expires_at > $3
         RETURNING id, person_id, sealed",
        purpose,
        secret_hash,
        now.0
    )
}

/// Counts a try at a code before it is compared; whether there may be one more.
pub(crate) async fn update_failures(
    tx: &mut Tx,
    purpose: &str,
    id: &str,
    failures_max: i64,
) -> Result<bool, DbError> {
    let counted = sql!(
        tx,
        execute,
        "UPDATE email_proofs SET failures = failures + 1
         WHERE id = $2 AND purpose = $1 AND used_at IS NULL AND failures < $3",
        purpose,
        id,
        failures_max
    )?;
    Ok(counted == 1)
}

/// Ends a person's links and codes of one purpose.
pub(crate) async fn revoke(
    tx: &mut Tx,
    purpose: &str,
    person_id: &str,
    now: UnixTime,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE email_proofs SET used_at = $3
         WHERE person_id = $2 AND purpose = $1 AND used_at IS NULL",
        purpose,
        person_id,
        now.0
    )?;
    Ok(())
}

/// Deletes at most `limit` that ended before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM email_proofs WHERE id IN
         (SELECT id FROM email_proofs WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
