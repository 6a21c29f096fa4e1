//! Changing the address: a link to the new one, opened by the same person; both addresses are told.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::secret::Secret;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::people::{self, Person};
use crate::db::{DbError, Tx};
use crate::login::email_proof::{Proved, Purpose};
use crate::login::session::SignedIn;
use crate::login::sign_up::check_email;
use crate::login::step_up::Recent;
use crate::login::{Problem, throttle};
use crate::mail::{self, Letter, Reader};
use crate::pages::{Frame, Language, PageError, PageForm, PageQuery, apart, say};

/// The address that a link is for.
#[derive(serde::Serialize, serde::Deserialize)]
struct Wanted {
    email: String,
}

#[derive(Template)]
#[template(path = "email.html")]
struct EmailPage<'a> {
    frame: &'a Frame,
    now: &'a str,
    /// As typed, or the one that a link is for.
    email: &'a str,
    token: Option<&'a str>,
    problem: Option<Problem>,
}

/// Asks for the new address, or, when a link was opened, for a yes.
pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(SignedIn { person, .. }): Recent,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    mail::check(&issuer)?;
    let token = query.get("token");
    let wanted = match token {
        Some(token) => load(&issuer, &person, token).await?.email,
        None => String::new(),
    };
    frame.show(&EmailPage {
        frame: &frame,
        now: &person.email,
        email: &wanted,
        token,
        problem: None,
    })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(SignedIn { person, .. }): Recent,
    (source, frame): (Source, Frame),
    form: PageForm,
) -> Result<Response, PageError> {
    mail::check(&issuer)?;
    if let Some(token) = form.get("token") {
        return change(&issuer, person, (&source, frame.language()), token).await;
    }
    let email = form.text("email").to_owned();
    if let Err(problem) = check_email(&email) {
        let page = EmailPage {
            frame: &frame,
            now: &person.email,
            email: &email,
            token: None,
            problem: Some(problem),
        };
        return frame.show_as(StatusCode::BAD_REQUEST, &page);
    }
    // Whoever is signed in sends letters to few addresses, whatever those are.
    throttle::count_letter(&issuer, "change_from", &person.email).await?;
    throttle::count_letter(&issuer, "change", &email).await?;
    let (context, language) = (issuer.clone(), frame.language());
    let sent = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { send(&context, tx, &person, Reader { email, language }).await })
    });
    sent.await?;
    Ok(Redirect::to("/account/profile?note=email-sent").into_response())
}

/// Whether somebody has the address already, only its owner is told.
async fn send(
    issuer: &Issuer,
    tx: &mut Tx,
    person: &Person,
    reader: Reader,
) -> Result<(), DbError> {
    let wanted = Wanted {
        email: reader.email.clone(),
    };
    Purpose::ChangeEmail.revoke(issuer, tx, &person.id).await?;
    let token = Purpose::ChangeEmail.issue_link(issuer, tx, Some(&person.id), &wanted);
    let path = format!("/account/email?token={}", token.await?.expose());
    let url = Secret::new(issuer.settings.public_url.join(&path));
    let letter = Letter::new("mail-change-email")
        .paragraph(say("mail-change-email-text").with("email", apart(&person.email)))
        .link("email-title", url)
        .paragraph("mail-not-you");
    mail::queue(issuer, tx, &reader, &letter).await
}

async fn change(
    issuer: &Issuer,
    person: Person,
    (source, language): (&Source, Language),
    token: &str,
) -> Result<Response, PageError> {
    load(issuer, &person, token).await?;
    let (context, source, token) = (issuer.clone(), source.clone(), token.to_owned());
    let changed = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let purpose = Purpose::ChangeEmail;
            let proved: Option<Proved<Wanted>> = purpose.redeem_link(&context, tx, &token).await?;
            let Some(proved) = proved else {
                return Ok(false);
            };
            let email = proved.what.email;
            people::update_email(tx, &person.id, &email).await?;
            // A link to the old address must not open the account any more.
            Purpose::ResetPassword
                .revoke(&context, tx, &person.id)
                .await?;
            let event = Event::new(Kind::EmailChanged, &source).person(&person.id);
            audit::record(&context, tx, &event).await?;
            let letter = Letter::new("mail-email-changed").paragraph(
                say("mail-email-changed-text")
                    .with("old", apart(&person.email))
                    .with("new", apart(&email)),
            );
            for email in [person.email, email] {
                mail::queue(&context, tx, &Reader { email, language }, &letter).await?;
            }
            Ok(true)
        })
    });
    match changed.await {
        Ok(true) => Ok(Redirect::to("/account/profile?note=email").into_response()),
        Ok(false) => Err(dead()),
        Err(DbError::Conflict) => Err(PageError::new(StatusCode::CONFLICT, "error-email-taken")),
        Err(error) => Err(error.into()),
    }
}

/// What a link is for, if it is good and this person's.
async fn load(issuer: &Issuer, person: &Person, token: &str) -> Result<Wanted, PageError> {
    let found = Purpose::ChangeEmail.find_link(issuer, token).await?;
    let proved: Proved<Wanted> = found.ok_or_else(dead)?;
    match proved.person_id.as_deref() == Some(&person.id) {
        true => Ok(proved.what),
        false => Err(PageError::new(
            StatusCode::FORBIDDEN,
            "error-link-for-other",
        )),
    }
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-link-dead")
}
