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

/// Whether an operator exists who may sign in.
pub(crate) async fn find_operator(tx: &mut Tx) -> Result<bool, DbError> {
    let row = sql!(
        tx,
        one_or_none(String,),
        "SELECT id FROM people WHERE operator AND disabled_at IS NULL LIMIT 1"
    )?;
    Ok(row.is_some())
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
