//! What people allowed clients: one row per person, client and resource.

use super::{DbError, Tx, columns, sql};

/// A consent as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) person_id: String,
    pub(crate) client_id: String,
    pub(crate) resource: String,
    pub(crate) scope: String,
    /// Hash of the client as it was shown.
    pub(crate) identity: String,
    pub(crate) given_at: i64,
}

columns!(Consent {
    person_id,
    client_id,
    resource,
    scope,
    identity,
    given_at
});

pub(crate) async fn find(
    tx: &mut Tx,
    person_id: &str,
    client_id: &str,
    resource: &str,
) -> Result<Option<Consent>, DbError> {
    sql!(
        tx,
        one_or_none Consent,
        "SELECT person_id, client_id, resource, scope, identity, given_at FROM consents
         WHERE person_id = $1 AND client_id = $2 AND resource = $3",
        person_id,
        client_id,
        resource
    )
}

/// A person's consents, newest first.
pub(crate) async fn list(tx: &mut Tx, person_id: &str) -> Result<Vec<Consent>, DbError> {
    sql!(
        tx,
        all Consent,
        "SELECT person_id, client_id, resource, scope, identity, given_at FROM consents
         WHERE person_id = $1 ORDER BY given_at DESC, client_id, resource LIMIT 500",
        person_id
    )
}

/// Stores a consent in place of an earlier one.
pub(crate) async fn insert(tx: &mut Tx, consent: Consent) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO consents (person_id, client_id, resource, scope, identity, given_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (person_id, client_id, resource) DO UPDATE SET
         scope = excluded.scope, identity = excluded.identity, given_at = excluded.given_at",
        consent.person_id,
        consent.client_id,
        consent.resource,
        consent.scope,
        consent.identity,
        consent.given_at
    )?;
    Ok(())
}

/// Holds on to a consent of this scope until the unit ends: whoever takes it back meanwhile waits. Whether
/// it is there.
pub(crate) async fn update_confirmed(
    tx: &mut Tx,
    (person_id, client_id, resource): (&str, &str, &str),
    scope: &str,
) -> Result<bool, DbError> {
    let there = sql!(
        tx,
        execute,
        "UPDATE consents SET scope = scope
         WHERE person_id = $1 AND client_id = $2 AND resource = $3 AND scope = $4",
        person_id,
        client_id,
        resource,
        scope
    )?;
    Ok(there == 1)
}

/// Gives a consent another scope, unless it has changed.
pub(crate) async fn update_scope(
    tx: &mut Tx,
    consent: &Consent,
    scope: &str,
) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE consents SET scope = $5
         WHERE person_id = $1 AND client_id = $2 AND resource = $3 AND scope = $4",
        consent.person_id.as_str(),
        consent.client_id.as_str(),
        consent.resource.as_str(),
        consent.scope.as_str(),
        scope
    )?;
    Ok(updated == 1)
}

/// Forgets all consents of a person; returns how many.
pub(crate) async fn delete_of_person(tx: &mut Tx, person_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM consents WHERE person_id = $1",
        person_id
    )
}

/// Forgets all consents of a person to a client; whether there were any.
pub(crate) async fn delete(tx: &mut Tx, person_id: &str, client_id: &str) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM consents WHERE person_id = $1 AND client_id = $2",
        person_id,
        client_id
    )?;
    Ok(deleted > 0)
}
