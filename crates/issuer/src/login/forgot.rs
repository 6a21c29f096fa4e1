//! A forgotten password: a link by mail to whoever has the account. The page tells nobody who that is.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::secret::Secret;

use super::email_proof::Purpose;
use super::session::Visitor;
use super::sign_up::check_email;
use super::{Problem, throttle};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::DbError;
use crate::db::people;
use crate::mail::{self, Letter, Reader};
use crate::pages::{Frame, PageError, PageForm, PageQuery};

/// The address that a link went to: it opens the account only while the account has it.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Address {
    pub(super) email_key: String,
}

#[derive(Template)]
#[template(path = "forgot.html")]
struct ForgotPage<'a> {
    frame: &'a Frame,
    email: &'a str,
    sent: bool,
    problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    mail::check(&issuer)?;
    frame.show(&ForgotPage {
        frame: &frame,
        email: "",
        sent: query.get("sent").is_some(),
        problem: None,
    })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    mail::check(&issuer)?;
    let email = form.text("email").to_owned();
    if let Err(problem) = check_email(&email) {
        let page = ForgotPage {
            frame: &frame,
            email: &email,
            sent: false,
            problem: Some(problem),
        };
        return frame.show_as(StatusCode::BAD_REQUEST, &page);
    }
    let source = throttle::source_name("forgot", &visitor.source);
    throttle::count(&issuer, &source, issuer.settings.limits.sign_ups_per_source).await?;
    throttle::count_letter(&issuer, "reset", &email).await?;
    let (context, language) = (issuer.clone(), frame.language());
    let sent = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let found = people::find_by_email(tx, &email).await?;
            let person = found.map(|(person, _)| person);
            let person = person.filter(|person| !person.disabled);
            let id = person.as_ref().map(|person| person.id.as_str());
            // For an address without an account the same is written, and nothing is sent.
            let purpose = Purpose::ResetPassword;
            let address = Address {
                email_key: people::email_key(&email),
            };
            let token = purpose.issue_link(&context, tx, id, &address).await?;
            let Some(person) = person else { return Ok(()) };
            let path = format!("/reset?token={}", token.expose());
            let url = Secret::new(context.settings.public_url.join(&path));
            let letter = Letter::new("mail-reset")
                .paragraph("mail-reset-text")
                .link("reset", url)
                .paragraph("mail-not-you");
            let reader = Reader {
                email: person.email,
                language,
            };
            mail::queue(&context, tx, &reader, &letter).await?;
            let event = Event::new(Kind::PasswordForgotten, &visitor.source).person(&person.id);
            audit::record(&context, tx, &event).await
        })
    });
    sent.await?;
    Ok(Redirect::to("/forgot?sent=yes").into_response())
}
