//! Browser sessions, stored under the hash of their id.

use oauth::time::UnixTime;

use super::people::Person;
use super::{DbError, Tx, columns, sql};

/// A new session.
#[derive(Clone, Debug)]
pub(crate) struct NewSession {
    pub(crate) id_hash: String,
    pub(crate) person_id: String,
    pub(crate) authenticated_at: UnixTime,
    pub(crate) created_at: UnixTime,
    /// Words, with spaces between.
    pub(crate) methods: String,
    pub(crate) expires_at: UnixTime,
    pub(crate) user_agent: String,
    pub(crate) address: String,
    pub(crate) mark_hash: String,
    /// The Privy token that it began with.
    pub(crate) privy_token_id: Option<String>,
}

/// A live session and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct LiveSession {
    pub(crate) person: Person,
    pub(crate) authenticated_at: i64,
    pub(crate) methods: String,
    pub(crate) seen_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) user_agent: String,
    /// Hash of the mark that its cookie carries.
    pub(crate) mark_hash: String,
    /// Hash of the mark before that one, empty if there was none.
    pub(crate) mark_before: String,
    pub(crate) privy_token_id: Option<String>,
}

columns!(LiveSession {
    authenticated_at,
    methods,
    seen_at,
    expires_at,
    user_agent,
    mark_hash,
    mark_before,
    privy_token_id,
    ..person
});

/// A session in a list of a person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) id_hash: String,
    pub(crate) created_at: i64,
    pub(crate) seen_at: i64,
    pub(crate) user_agent: String,
    pub(crate) address: String,
}

columns!(Listed {
    id_hash,
    created_at,
    seen_at,
    user_agent,
    address
});

pub(crate) async fn insert(tx: &mut Tx, new: NewSession) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO sessions
         (id_hash, person_id, authenticated_at, methods, seen_at, expires_at, user_agent, address,
          created_at, mark_hash, privy_token_id)
         VALUES ($1, $2, $3, $4, $10, $5, $6, $7, $10, $8, $9)",
        new.id_hash,
        new.person_id,
        new.authenticated_at.0,
        new.methods,
        new.expires_at.0,
        new.user_agent,
        new.address,
        new.mark_hash,
        new.privy_token_id,
        new.created_at.0
    )?;
    Ok(())
}

/// The session, if it has not expired, was seen since `seen_since`, and its person may sign in.
pub(crate) async fn find(
    tx: &mut Tx,
    id_hash: &str,
    now: UnixTime,
    seen_since: UnixTime,
) -> Result<Option<LiveSession>, DbError> {
    sql!(
        tx,
        one_or_none LiveSession,
        "SELECT people.id, email, email_verified, name, operator,
         disabled_at IS NOT NULL AS disabled, authenticated_at, methods, seen_at, expires_at,
         user_agent, mark_hash, mark_before, privy_token_id
         FROM sessions JOIN people ON people.id = sessions.person_id
         WHERE id_hash = $1 AND expires_at > $2 AND seen_at > $3 AND disabled_at IS NULL",
        id_hash,
        now.0,
        seen_since.0
    )
}

/// A person's live sessions, the one seen last first.
pub(crate) async fn list(
    tx: &mut Tx,
    person_id: &str,
    now: UnixTime,
    seen_since: UnixTime,
) -> Result<Vec<Listed>, DbError> {
    sql!(
        tx,
        all Listed,
        "SELECT id_hash, created_at, seen_at, user_agent, address FROM sessions
         WHERE person_id = $1 AND expires_at > $2 AND seen_at > $3
         ORDER BY seen_at DESC, id_hash LIMIT 100",
        person_id,
        now.0,
        seen_since.0
    )
}

/// Which mark a session gets next, and what that depends on.
#[derive(Clone, Debug)]
pub(crate) struct NextMark {
    pub(crate) id_hash: String,
    /// The session's mark as it was read.
    pub(crate) known: String,
    /// The one that the browser holds: it stays good until the next has been used.
    pub(crate) presented: String,
    pub(crate) next: String,
}

/// Notes that the session is in use and replaces its mark: of those who race, one does.
pub(crate) async fn update_mark(
    tx: &mut Tx,
    mark: &NextMark,
    now: UnixTime,
) -> Result<bool, DbError> {
    let replaced = sql!(
        tx,
        execute,
        "UPDATE sessions SET seen_at = $1, mark_hash = $2, mark_before = $3
         WHERE id_hash = $4 AND mark_hash = $5",
        now.0,
        mark.next.as_str(),
        mark.presented.as_str(),
        mark.id_hash.as_str(),
        mark.known.as_str()
    )?;
    Ok(replaced == 1)
}

/// A session under a new id, after its person proved once more who they are.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) id_hash: String,
    pub(crate) new_id_hash: String,
    pub(crate) mark_hash: String,
    pub(crate) methods: String,
}

/// Moves a live session to its new id. Of those who race, one does.
pub(crate) async fn rotate(
    tx: &mut Tx,
    rotation: &Rotation,
    now: UnixTime,
) -> Result<bool, DbError> {
    let rotated = sql!(
        tx,
        execute,
        "UPDATE sessions SET id_hash = $2, mark_hash = $3, mark_before = '', methods = $4,
           authenticated_at = $5, seen_at = $5
         WHERE id_hash = $1 AND expires_at > $5",
        rotation.id_hash.as_str(),
        rotation.new_id_hash.as_str(),
        rotation.mark_hash.as_str(),
        rotation.methods.as_str(),
        now.0
    )?;
    Ok(rotated == 1)
}

/// Ends a session; whether there was one.
pub(crate) async fn delete(tx: &mut Tx, id_hash: &str) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE id_hash = $1",
        id_hash
    )?;
    Ok(deleted > 0)
}

/// Ends one session of a person; whether there was such a one.
pub(crate) async fn delete_own(
    tx: &mut Tx,
    person_id: &str,
    id_hash: &str,
) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE person_id = $1 AND id_hash = $2",
        person_id,
        id_hash
    )?;
    Ok(deleted > 0)
}

/// Ends a person's sessions but one; returns how many.
pub(crate) async fn delete_others(
    tx: &mut Tx,
    person_id: &str,
    kept_hash: &str,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE person_id = $1 AND id_hash <> $2",
        person_id,
        kept_hash
    )
}

/// Ends all sessions of a person.
pub(crate) async fn delete_of_person(tx: &mut Tx, person_id: &str) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE person_id = $1",
        person_id
    )
}

/// Deletes at most `limit` sessions that ended before `before`; returns how many.
pub(crate) async fn delete_expired(
    tx: &mut Tx,
    before: UnixTime,
    limit: i64,
) -> Result<u64, DbError> {
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE id_hash IN
         (SELECT id_hash FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before.0,
        limit
    )
}
