//! People: who has an account.

use oauth::time::UnixTime;

use super::{DbError, Tx, columns, sql};

/// A person, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// As typed.
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) operator: bool,
    pub(crate) disabled: bool,
}

columns!(Person {
    id,
    email,
    email_verified,
    name,
    operator,
    disabled
});

/// What a new person is stored with.
#[derive(Clone, Debug)]
pub(crate) struct NewPerson {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    /// None for a person who signs in elsewhere.
    pub(crate) password_hash: Option<String>,
    pub(crate) email_verified: bool,
    pub(crate) operator: bool,
}

/// Two spellings of an e-mail address that differ in case only are one person's.
#[must_use]
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

pub(crate) async fn find(tx: &mut Tx, id: &str) -> Result<Option<Person>, DbError> {
    sql!(
        tx,
        one_or_none Person,
        "SELECT id, email, email_verified, name, operator, disabled_at IS NOT NULL AS disabled
         FROM people WHERE id = $1",
        id
    )
}

/// The person with this e-mail address, and the password's hash.
pub(crate) async fn find_by_email(
    tx: &mut Tx,
    email: &str,
) -> Result<Option<(Person, Option<String>)>, DbError> {
    struct Row {
        person: Person,
        password_hash: Option<String>,
    }

    columns!(Row {
        password_hash,
        ..person
    });
    let row = sql!(
        tx,
        one_or_none Row,
        "SELECT id, email, email_verified, name, operator, disabled_at IS NOT NULL AS disabled,
         password_hash FROM people WHERE email_key = $1",
        email_key(email)
    )?;
    Ok(row.map(|row| (row.person, row.password_hash)))
}

/// At most `limit` people that follow the one with this id (empty: all), in the order they came.
pub(crate) async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Person>, DbError> {
    sql!(
        tx,
        all Person,
        "SELECT id, email, email_verified, name, operator, disabled_at IS NOT NULL AS disabled
         FROM people WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        limit
    )
}

/// Disables a person, or with `None` enables them again; whether there is such a person.
pub(crate) async fn update_disabled(
    tx: &mut Tx,
    id: &str,
    disabled_at: Option<UnixTime>,
) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE people SET disabled_at = $2 WHERE id = $1",
        id,
        disabled_at.map(|at| at.0)
    )?;
    Ok(updated == 1)
}

/// How a person wants pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) language: Option<String>,
    pub(crate) theme: Option<String>,
}

columns!(Look { language, theme });

pub(crate) async fn find_look(tx: &mut Tx, id: &str) -> Result<Option<Look>, DbError> {
    sql!(
        tx,
        one_or_none Look,
        "SELECT language, theme FROM people WHERE id = $1",
        id
    )
}

pub(crate) async fn update_look(tx: &mut Tx, id: &str, look: Look) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET language = $2, theme = $3 WHERE id = $1",
        id,
        look.language,
        look.theme
    )?;
    Ok(())
}

pub(crate) async fn update_name(
    tx: &mut Tx,
    id: &str,
    name: Option<String>,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET name = $2 WHERE id = $1",
        id,
        name
    )?;
    Ok(())
}

pub(crate) async fn update_password(tx: &mut Tx, id: &str, hash: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET password_hash = $2 WHERE id = $1",
        id,
        hash
    )?;
    Ok(())
}

/// Notes whether a password was chosen through a link by mail.
pub(crate) async fn update_password_mailed(
    tx: &mut Tx,
    id: &str,
    mailed: bool,
) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET password_mailed = $2 WHERE id = $1",
        id,
        mailed
    )?;
    Ok(())
}

/// Notes that a person reads mail at their address.
pub(crate) async fn update_verified(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET email_verified = TRUE WHERE id = $1",
        id
    )?;
    Ok(())
}

/// Changes a person's address to one that was proved; `Conflict` if another has it.
pub(crate) async fn update_email(tx: &mut Tx, id: &str, email: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET email = $2, email_key = $3, email_verified = TRUE WHERE id = $1",
        id,
        email,
        email_key(email)
    )?;
    Ok(())
}

/// Marks an account that is open as one that is deleted at a time, and closes it until then; with `None`, opens it
/// again. Whether that changed anything.
pub(crate) async fn update_delete_at(
    tx: &mut Tx,
    id: &str,
    (now, delete_at): (UnixTime, Option<UnixTime>),
) -> Result<bool, DbError> {
    let updated = sql!(
        tx,
        execute,
        "UPDATE people SET delete_at = $2, disabled_at = $3
         WHERE id = $1 AND (delete_at IS NULL) = $4 AND (disabled_at IS NULL) = $4",
        id,
        delete_at.map(|at| at.0),
        delete_at.map(|_| now.0),
        delete_at.is_some()
    )?;
    Ok(updated == 1)
}

/// An account whose time to be deleted has come.
pub(crate) async fn find_due(tx: &mut Tx, now: UnixTime) -> Result<Option<String>, DbError> {
    let row = sql!(
        tx,
        one_or_none(String,),
        "SELECT id FROM people WHERE delete_at <= $1 ORDER BY delete_at LIMIT 1",
        now.0
    )?;
    Ok(row.map(|(id,)| id))
}

/// Deletes a person whose time has come; whether this call did.
pub(crate) async fn delete(tx: &mut Tx, id: &str, now: UnixTime) -> Result<bool, DbError> {
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM people WHERE id = $1 AND delete_at <= $2",
        id,
        now.0
    )?;
    Ok(deleted == 1)
}

/// Where a person is told what concerns them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) created_at: i64,
    /// The tag of the one that they chose.
    pub(crate) language: Option<String>,
    /// Whether the password proves no more than that mail is read at the address.
    pub(crate) password_mailed: bool,
}

columns!(Contact {
    email,
    email_verified,
    created_at,
    language,
    password_mailed
});

pub(crate) async fn find_contact(tx: &mut Tx, id: &str) -> Result<Option<Contact>, DbError> {
    sql!(
        tx,
        one_or_none Contact,
        "SELECT email, email_verified, created_at, language, password_mailed FROM people WHERE id = $1",
        id
    )
}

/// Whether an operator exists who may sign in.
pub(crate) async fn find_operator(tx: &mut Tx) -> Result<bool, DbError> {
    let row = sql!(
        tx,
        one_or_none(String,),
        "SELECT id FROM people WHERE operator AND disabled_at IS NULL LIMIT 1"
    )?;
    Ok(row.is_some())
}

/// Whether the person has a password.
pub(crate) async fn find_has_password(tx: &mut Tx, id: &str) -> Result<bool, DbError> {
    let row = sql!(
        tx,
        one_or_none(String,),
        "SELECT id FROM people WHERE id = $1 AND password_hash IS NOT NULL",
        id
    )?;
    Ok(row.is_some())
}

/// Changes nothing, and makes other units that would hold the person wait for this one's end.
pub(crate) async fn update_held(tx: &mut Tx, id: &str) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "UPDATE people SET operator = operator WHERE id = $1",
        id
    )?;
    Ok(())
}

/// As [`update_held`], of a person who may sign in with this password; whether it is still theirs.
pub(crate) async fn update_held_with(
    tx: &mut Tx,
    id: &str,
    password_hash: &str,
) -> Result<bool, DbError> {
    let held = sql!(
        tx,
        execute,
        "UPDATE people SET operator = operator
         WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        id,
        password_hash
    )?;
    Ok(held == 1)
}

/// Inserts a person; `Conflict` if the e-mail address has an account already.
pub(crate) async fn insert(tx: &mut Tx, new: NewPerson, now: UnixTime) -> Result<(), DbError> {
    sql!(
        tx,
        execute,
        "INSERT INTO people
         (id, email, email_key, email_verified, name, password_hash, operator, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id,
        &new.email,
        email_key(&new.email),
        new.email_verified,
        new.name,
        new.password_hash,
        new.operator,
        now.0
    )?;
    Ok(())
}
