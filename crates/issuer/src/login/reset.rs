//! Choosing a password anew, by a link that was mailed.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::secret::Secret;

use super::email_proof::{Proved, Purpose};
use super::forgot::Address;
use super::session::Visitor;
use super::{Problem, password_rules};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::people::{self, Person, email_key};
use crate::db::{self, DbError, Tx};
use crate::mail::{self, Letter, Reader};
use crate::pages::{Frame, Language, PageError, PageForm, PageQuery};
use crate::tokens::refresh::revoke_families_of;
use crate::tokens::revocation::Revoked;

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    frame: &'a Frame,
    token: &'a str,
    email: &'a str,
    characters_min: usize,
    problem: Option<Problem>,
}

/// A password that is to take the place of the old one.
pub(crate) struct NewPassword {
    pub(crate) hash: String,
    pub(crate) language: Language,
    /// Whether all sessions end.
    pub(crate) end_sessions: bool,
    /// Whether what apps and programs may do ends too.
    pub(crate) end_apps: bool,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let token = query.get("token").unwrap_or_default();
    let person = load_person(&issuer, token).await?;
    frame.show(&page((&issuer, &frame), token, &person, None))
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let token = form.text("token");
    let person = load_person(&issuer, token).await?;
    let password = form.text("password");
    let about = [
        person.email.as_str(),
        person.name.as_deref().unwrap_or_default(),
    ];
    if let Err(problem) = password_rules::check(&issuer.settings.passwords, password, &about) {
        let page = page((&issuer, &frame), token, &person, Some(problem));
        return frame.show_as(StatusCode::BAD_REQUEST, &page);
    }
    let place = issuer.passwords.reserve()?;
    let hash = place.hash(&issuer.random, Secret::new(password.to_owned()));
    let new = NewPassword {
        hash: hash.await?,
        language: frame.language(),
        end_sessions: form.get("end_sessions").is_some(),
        end_apps: form.get("end_apps").is_some(),
    };
    let (context, token) = (issuer.clone(), token.to_owned());
    let done = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let purpose = Purpose::ResetPassword;
            let proved: Option<Proved<Address>> = purpose.redeem_link(&context, tx, &token).await?;
            let now = people::find(tx, &person.id).await?;
            let Some((proved, now)) = proved.zip(now) else {
                return Ok(None);
            };
            if email_key(&now.email) != proved.what.email_key {
                return Ok(None);
            }
            let mut new = new;
            if !now.email_verified {
                // Somebody else may have made the account, and left doors open for themselves.
                db::belongings::delete_ways_in(tx, &now.id).await?;
                new.end_apps = true;
            }
            // Whoever opened the link reads mail at the address.
            people::update_verified(tx, &now.id).await?;
            people::update_password_mailed(tx, &now.id, true).await?;
            Ok(Some(keep(&context, tx, (&now, &visitor), new).await?))
        })
    });
    let revoked = done.await?.ok_or_else(dead)?;
    revoked.publish(&issuer);
    Ok(Redirect::to("/login?note=reset").into_response())
}

/// Keeps a new password, ends what rests on the old one, and tells the person. What is to be published
/// after the commit.
pub(crate) async fn keep(
    issuer: &Issuer,
    tx: &mut Tx,
    (person, visitor): (&Person, &Visitor),
    new: NewPassword,
) -> Result<Revoked, DbError> {
    people::update_password(tx, &person.id, &new.hash).await?;
    Purpose::ResetPassword
        .revoke(issuer, tx, &person.id)
        .await?;
    if new.end_sessions {
        db::sessions::delete_of_person(tx, &person.id).await?;
    }
    let mut revoked = Revoked::default();
    if new.end_apps {
        db::personal_tokens::delete_of_person(tx, &person.id).await?;
        db::consents::delete_of_person(tx, &person.id).await?;
        revoked = revoke_families_of(issuer, tx, &person.id, None).await?;
        let event = Event::new(Kind::GrantRevoked, &visitor.source).person(&person.id);
        audit::record(issuer, tx, &event.detail("all, with a new password")).await?;
    }
    let event = Event::new(Kind::PasswordChanged, &visitor.source).person(&person.id);
    audit::record(issuer, tx, &event).await?;
    let reader = Reader {
        email: person.email.clone(),
        language: new.language,
    };
    let url = Secret::new(issuer.settings.public_url.join("/forgot"));
    let letter = Letter::new("mail-password-changed")
        .paragraph("mail-password-changed-text")
        .link("forgot", url);
    mail::queue(issuer, tx, &reader, &letter).await?;
    Ok(revoked)
}

async fn load_person(issuer: &Issuer, token: &str) -> Result<Person, PageError> {
    let found = Purpose::ResetPassword.find_link(issuer, token).await?;
    let proved: Proved<Address> = found.ok_or_else(dead)?;
    let id = proved.person_id.ok_or_else(dead)?;
    let mut tx = issuer.db.read().await?;
    let person = people::find(&mut tx, &id).await?;
    let person = person.filter(|person| !person.disabled);
    let same = |person: &Person| email_key(&person.email) == proved.what.email_key;
    person.filter(same).ok_or_else(dead)
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-link-dead")
}

fn page<'a>(
    (issuer, frame): (&Issuer, &'a Frame),
    token: &'a str,
    person: &'a Person,
    problem: Option<Problem>,
) -> ResetPage<'a> {
    ResetPage {
        frame,
        token,
        email: &person.email,
        characters_min: issuer.settings.passwords.characters_min,
        problem,
    }
}
