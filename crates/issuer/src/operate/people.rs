//! The operator's commands for people.

use oauth::secret::Secret;

use super::event;
use crate::Issuer;
use crate::audit::{self, Kind};
use crate::db::people::{self, NewPerson};
use crate::db::{self, DbError};
use crate::login::email_proof::Purpose;
use crate::login::{invitation, sign_up};
use crate::mail::Reader;
use crate::pages::{Language, clean};
use crate::tokens::refresh;

/// A person, without the password.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Person {
    pub id: String,
    pub email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub operator: bool,
    pub disabled: bool,
}

impl From<people::Person> for Person {
    fn from(person: people::Person) -> Self {
        Self {
            id: person.id,
            email: person.email,
            name: person.name,
            operator: person.operator,
            disabled: person.disabled,
        }
    }
}

/// Who is to be added.
#[derive(Clone, Debug)]
pub struct Account {
    pub email: String,
    pub name: String,
    pub password: Secret<String>,
    pub operator: bool,
}

/// Why a person was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error("{0}")]
    Refused(String),
    #[error("this e-mail address has an account already")]
    Taken,
    #[error("the password could not be hashed")]
    Password,
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Adds a person, whether or not sign-up is open.
///
/// # Errors
/// If the account is malformed or exists, or the database is away.
pub async fn add(issuer: &Issuer, account: Account) -> Result<Person, AddError> {
    let (typed, passwords) = (
        (&*account.email, &*account.name),
        &issuer.settings.passwords,
    );
    sign_up::check(passwords, typed, account.password.expose())
        .map_err(|problem| AddError::Refused(Language::default().text(&problem.text)))?;
    let place = issuer.passwords.reserve().map_err(|_| AddError::Password)?;
    let password_hash = place.hash(&issuer.random, account.password).await;
    let id = issuer.random.id(issuer.clock.now());
    let new = NewPerson {
        id: id.map_err(|_| AddError::Password)?.to_string(),
        email: account.email,
        name: Some(clean(&account.name)).filter(|name| !name.is_empty()),
        password_hash: Some(password_hash.map_err(|_| AddError::Password)?),
        email_verified: false,
        operator: account.operator,
    };
    let person = Person {
        id: new.id.clone(),
        email: new.email.clone(),
        name: new.name.clone(),
        operator: new.operator,
        disabled: false,
    };
    let context = issuer.clone();
    let added: Result<_, DbError> = issuer
        .db
        .write(move |tx| {
            Box::pin(async move {
                let event = event(Kind::PersonChanged, "added by command").person(&new.id);
                people::insert(tx, new, context.clock.now()).await?;
                audit::record(&context, tx, &event).await
            })
        })
        .await;
    match added {
        Ok(()) => Ok(person),
        Err(DbError::Conflict) => Err(AddError::Taken),
        Err(error) => Err(error.into()),
    }
}

/// Invites an address to make an account, in the usual language. The answer is the link.
///
/// # Errors
/// If it is no address, or the database is away.
pub async fn invite(issuer: &Issuer, email: &str) -> Result<Secret<String>, AddError> {
    sign_up::check_email(email)
        .map_err(|problem| AddError::Refused(Language::default().text(&problem.text)))?;
    let reader = Reader {
        email: email.to_owned(),
        language: Language::default(),
    };
    let event = event(Kind::Invited, "by command");
    Ok(invitation::send(issuer, reader, event).await?)
}

/// Everybody, in the order they came.
///
/// # Errors
/// If the database is away.
pub async fn list(issuer: &Issuer) -> Result<Vec<Person>, DbError> {
    let mut tx = issuer.db.read().await?;
    let people = people::list(&mut tx, "", i64::MAX).await?;
    Ok(people.into_iter().map(Person::from).collect())
}

/// Disables a person, which ends their sessions and all that they allowed, or enables them again;
/// whether there is such a person.
///
/// # Errors
/// If the database is away.
pub async fn set_disabled(issuer: &Issuer, email: &str, disable: bool) -> Result<bool, DbError> {
    let (context, email) = (issuer.clone(), email.to_owned());
    let revoked = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let Some((person, _)) = people::find_by_email(tx, &email).await? else {
                return Ok(None);
            };
            let now = context.clock.now();
            if !disable {
                people::update_delete_at(tx, &person.id, (now, None)).await?;
            }
            let disabled_at = disable.then_some(now);
            people::update_disabled(tx, &person.id, disabled_at).await?;
            let word = if disable { "disabled" } else { "enabled" };
            let event = event(Kind::PersonChanged, word).person(&person.id);
            audit::record(&context, tx, &event).await?;
            if !disable {
                return Ok(Some(None));
            }
            // What the operator closes is not opened by a link.
            Purpose::KeepAccount
                .revoke(&context, tx, &person.id)
                .await?;
            db::sessions::delete_of_person(tx, &person.id).await?;
            let revoked = refresh::revoke_families_of(&context, tx, &person.id, None).await?;
            Ok(Some(Some(revoked)))
        })
    });
    let revoked = revoked.await?;
    let found = revoked.is_some();
    if let Some(revoked) = revoked.flatten() {
        revoked.publish(issuer);
    }
    Ok(found)
}
