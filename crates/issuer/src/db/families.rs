//! Families: what one consent issued, and how often its refresh token was rotated.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A family as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) person_id: String,
    pub(crate) resource: String,
    pub(crate) scope: String,
    pub(crate) auth_time: i64,
    pub(crate) methods: String,
    pub(crate) refreshable: bool,
    pub(crate) generation: i64,
    pub(crate) rotated_at: i64,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    /// Grows when the scope is narrowed.
    pub(crate) edition: i64,
    /// Behind the session that it came from.
    pub(crate) privy_token_id: Option<String>,
}

columns!(Row {
    id,
    client_id,
    person_id,
    resource,
    scope,
    auth_time,
    methods,
    refreshable,
    generation,
    rotated_at,
    created_at,
    expires_at,
    edition,
    privy_token_id
});

pub(crate) async fn insert(tx: &mut Tx, row: Row) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO families
         (id, client_id, person_id, resource, scope, auth_time, methods, refreshable,
          generation, rotated_at, created_at, expires_at, edition, privy_token_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        row.id,
        row.client_id,
        row.person_id,
        row.resource,
        row.scope,
        row.auth_time,
        row.methods,
        row.refreshable,
        row.generation,
        row.rotated_at,
        row.created_at,
        row.expires_at,
        row.edition,
        row.privy_token_id
    )?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "SELECT id, client_id, person_id, resource, scope, auth_time, methods, refreshable,
           generation, rotated_at, created_at, expires_at, edition, privy_token_id
         FROM families WHERE id = $1",
        id
    )
}

/// Which rotation is asked for, and what it depends on.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The generation that was presented.
    pub(crate) generation: i64,
    /// The last rotation must be later than this.
    pub(crate) idle_since: UnixTime,
}

/// Moves a family to its next generation, in place: only one caller ever does.
pub(crate) async fn rotate(
    tx: &mut Tx,
    rotation: &Rotation,
    now: UnixTime,
) -> Result<Option<Row>, DbError> {
    sql!(
        tx,
        one_or_none Row,
        "UPDATE families SET generation = generation + 1, rotated_at = $1
         WHERE id = $2 AND generation = $3 AND client_id = $4 AND refreshable
           AND expires_at > $1 AND rotated_at > $5
         RETURNING id, client_id, person_id, resource, scope, auth_time, methods, refreshable,
           generation, rotated_at, created_at, expires_at, edition, privy_token_id",
        now.0,
        rotation.id.as_str(),
        rotation.generation,
        rotation.client_id.as_str(),
        rotation.idle_since.0
    )
}

/// What came of a person's consents to a client at a resource.
pub(crate) async fn list_of(
    tx: &mut Tx,
    person_id: &str,
    client_id: &str,
    resource: &str,
) -> Result<Vec<Row>, DbError> {
    sql!(
        tx,
        all Row,
        "SELECT id, client_id, person_id, resource, scope, auth_time, methods, refreshable,
           generation, rotated_at, created_at, expires_at, edition, privy_token_id
         FROM families WHERE person_id = $1 AND client_id = $2 AND resource = $3",
        person_id,
        client_id,
        resource
    )
}

/// Gives a family of this edition another scope, and makes it the next edition.
pub(crate) async fn update_scope(tx: &mut Tx, row: &Row, scope: &str) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE families SET scope = $1, edition = edition + 1 WHERE id = $2 AND edition = $3",
        scope,
        row.id.as_str(),
        row.edition
    )?;
    Ok(updated == 1)
}

/// Ends a family, if it is there.
pub(crate) async fn delete(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    sql!(tx, execute, "DELETE FROM families WHERE id = $1", id)?;
    Ok(())
}

/// Ends what a person allowed, to one client or (`None`) to all; returns the ids.
pub(crate) async fn delete_of(
    tx: &mut Tx,
    person_id: &str,
    client_id: Option<&str>,
) -> Result<Vec<String>, DbError> {
    let ids = sql!(
        tx,
        all(String,),
        "DELETE FROM families WHERE person_id = $1 AND client_id = COALESCE($2, client_id)
         RETURNING id",
        person_id,
        client_id
    )?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Ends everything that was allowed to a client; returns the ids.
pub(crate) async fn delete_of_client(tx: &mut Tx, client_id: &str) -> Result<Vec<String>, DbError> {
    let ids = sql!(
        tx,
        all(String,),
        "DELETE FROM families WHERE client_id = $1 RETURNING id",
        client_id
    )?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Deletes at most `limit` families that expired before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM families WHERE id IN
         (SELECT id FROM families WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
