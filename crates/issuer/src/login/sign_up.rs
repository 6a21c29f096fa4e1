//! Making an account.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use oauth::secret::Secret;

use super::Problem;
use super::continuation::Continuation;
use super::password::{BYTES_MAX, CHARACTERS_MIN, Place};
use super::session::{self, Visitor};
use super::throttle;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::db::people::{self, NewPerson};
use crate::pages::{Frame, PageError, PageForm, PageQuery, clean, is_hidden, say};
use crate::settings::SignUp;
use crate::tokens::methods::Method;

#[derive(Template)]
#[template(path = "sign_up.html")]
pub(super) struct SignUpPage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) title: &'static str,
    pub(super) to: &'a Continuation,
    pub(super) email: &'a str,
    pub(super) name: &'a str,
    /// The token of a set-up link.
    pub(super) setup: Option<&'a str>,
    pub(super) problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    check_open(&issuer)?;
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    show(&frame, &to, (to.login_hint(), ""), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    check_open(&issuer)?;
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let again = |problem| {
        let typed = (form.text("email"), form.text("name"));
        let mut response = show(&frame, &to, typed, Some(problem))?;
        *response.status_mut() = StatusCode::BAD_REQUEST;
        Ok(response)
    };
    if let Err(problem) = check(form.text("email"), form.text("password")) {
        return again(problem);
    }
    // Addresses that an upstream gives out belong to accounts there.
    let email = form.text("email").to_lowercase();
    let mut upstreams = issuer.settings.upstreams.iter();
    if upstreams.any(|known| email.ends_with(&format!("@users.noreply.{}", known.host()))) {
        return again(Problem::new("email", "sign-up-own-email"));
    }
    let place = issuer.passwords.reserve()?;
    let source = throttle::source_name("sign_up", &visitor.source);
    throttle::count(&issuer, &source, issuer.settings.limits.sign_ups_per_source).await?;
    let new = new_person(&issuer, place, &form, false).await?;
    let made: Result<_, DbError> = {
        let (issuer, visitor) = (issuer.clone(), visitor.clone());
        let db = issuer.db.clone();
        db.write(move |tx| {
            Box::pin(async move {
                let event = Event::new(Kind::SignedUp, &visitor.source).person(&new.id);
                let person_id = new.id.clone();
                people::insert(tx, new, issuer.clock.now()).await?;
                audit::record(&issuer, tx, &event).await?;
                visitor
                    .start_session(&issuer, tx, (&person_id, Method::Password.into()))
                    .await
            })
        })
        .await
    };
    match made {
        Ok(id) => session::enter(&issuer, &id, to.target()),
        Err(DbError::Conflict) => again(taken()),
        Err(error) => Err(error.into()),
    }
}

/// Without mail there is nobody else to tell; see the decision on sign-up and enumeration.
pub(super) fn taken() -> Problem {
    Problem::new("email", "sign-up-taken")
}

/// What is wrong with the fields, by their form alone.
pub(crate) fn check(email: &str, password: &str) -> Result<(), Problem> {
    let parts = email.split_once('@');
    let plain = parts
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || is_hidden(c));
    if !plain || email.len() > 254 {
        return Err(Problem::new("email", "email-malformed"));
    }
    if password.chars().count() < CHARACTERS_MIN {
        let short = say("password-short").with("count", CHARACTERS_MIN);
        return Err(Problem::new("password", short));
    }
    if password.len() > BYTES_MAX {
        return Err(Problem::new("password", "password-long"));
    }
    Ok(())
}

/// The person that a checked form describes. The password is hashed whether or not the e-mail
/// is taken, so that the time tells nothing.
pub(super) async fn new_person(
    issuer: &Issuer,
    place: Place,
    form: &PageForm,
    operator: bool,
) -> Result<NewPerson, PageError> {
    let password = Secret::new(form.text("password").to_owned());
    let password_hash = place.hash(&issuer.random, password).await?;
    let id = issuer.random.id(issuer.clock.now());
    Ok(NewPerson {
        id: id.map_err(PageError::internal)?.to_string(),
        email: form.text("email").to_owned(),
        name: Some(clean(form.text("name"))).filter(|name| !name.is_empty()),
        password_hash: Some(password_hash),
        email_verified: false,
        operator,
    })
}

fn check_open(issuer: &Issuer) -> Result<(), PageError> {
    match issuer.settings.sign_up {
        SignUp::Open => Ok(()),
        SignUp::Closed => Err(PageError::new(
            StatusCode::FORBIDDEN,
            "error-sign-up-closed",
        )),
    }
}

fn show(
    frame: &Frame,
    to: &Continuation,
    (email, name): (&str, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let page = frame.show(&SignUpPage {
        frame,
        title: "sign-up",
        to,
        email,
        name,
        setup: None,
        problem,
    })?;
    Ok((axum::Extension(to.form_action([])), page).into_response())
}
