//! The sign-in page. It tells nobody who has an account, by its text or by its time.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use oauth::secret::Secret;

use super::Problem;
use super::attempt::Attempt;
use super::continuation::Continuation;
use super::password::{BYTES_MAX, PasswordError};
use super::session::{self, Visitor};
use super::throttle::ThrottleError;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::db::people::{self, Person};
use crate::pages::{Frame, PageError, PageForm, PageQuery, say};
use crate::settings::UpstreamSettings;
use crate::tokens::methods::Method;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    email: &'a str,
    sign_up: bool,
    /// Whether a forgotten password can be chosen anew.
    forgot: bool,
    /// What has been done before.
    note: Option<&'static str>,
    upstreams: Vec<&'a UpstreamSettings>,
    problem: Option<Problem>,
}

pub(super) enum SignInError {
    /// Unknown, disabled, or a wrong password: nobody is told which.
    Wrong,
    Throttled(i64),
    Failed(PageError),
}

impl From<ThrottleError> for SignInError {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Limited {
                retry_after_seconds,
            } => Self::Throttled(retry_after_seconds),
            ThrottleError::Database(error) => error.into(),
        }
    }
}

impl From<PageError> for SignInError {
    fn from(error: PageError) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for SignInError {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<PasswordError> for SignInError {
    fn from(error: PasswordError) -> Self {
        Self::Failed(error.into())
    }
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let note = match query.get("note") {
        Some("reset") => Some("reset-done"),
        Some("deleted") => Some("delete-done"),
        _ => None,
    };
    show((&issuer, &frame), &to, (to.login_hint(), note), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let (email, password) = (form.text("email"), form.text("password"));
    let again = |status: StatusCode, problem: Problem| {
        let mut response = show((&issuer, &frame), &to, (email, None), Some(problem))?;
        *response.status_mut() = status;
        Ok(response)
    };
    let entered = match check_password(&issuer, &visitor, email, password).await {
        Ok((person, attempt)) => Ok(start(&issuer, &visitor, person, attempt).await?),
        Err(error) => Err(error),
    };
    match entered {
        Ok(id) => session::enter(&issuer, &id, to.target()),
        Err(error) => error.show(Problem::new("email", "sign-in-wrong"), again),
    }
}

impl SignInError {
    /// Shows the form again with what was wrong; `again` renders it.
    pub(super) fn show(
        self,
        wrong: Problem,
        again: impl FnOnce(StatusCode, Problem) -> Result<Response, PageError>,
    ) -> Result<Response, PageError> {
        match self {
            Self::Wrong => again(StatusCode::BAD_REQUEST, wrong),
            Self::Throttled(seconds) => {
                let text = say("sign-in-throttled").with_wait(seconds);
                let mut response = again(StatusCode::TOO_MANY_REQUESTS, Problem::new("", text))?;
                let headers = response.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                Ok(response)
            }
            Self::Failed(error) => Err(error),
        }
    }
}

/// Whose e-mail and password these are, and what the attempt took.
pub(super) async fn check_password(
    issuer: &Issuer,
    visitor: &Visitor,
    email: &str,
    password: &str,
) -> Result<(Person, Attempt), SignInError> {
    if email.is_empty() || email.len() > 254 || password.len() > BYTES_MAX {
        return Err(SignInError::Wrong);
    }
    let place = issuer.passwords.reserve()?;
    let mut tx = issuer.db.read().await?;
    let found = people::find_by_email(&mut tx, email).await?;
    drop(tx);
    let (person, hash) = found.unzip();
    let here = |person: &Person| visitor.device.knows(&person.id);
    let known = person.as_ref().is_some_and(here);
    let attempt = Attempt::take(issuer, visitor, email, known).await?;
    let password = Secret::new(password.to_owned());
    let right = place.verify(password, hash.flatten()).await?;
    match person.filter(|person| right && !person.disabled) {
        Some(person) => Ok((person, attempt)),
        None => {
            let event = Event::new(Kind::SignInFailed, &visitor.source);
            issuer.record_soon(event.refused("wrong e-mail or password"));
            Err(SignInError::Wrong)
        }
    }
}

async fn start(
    issuer: &Issuer,
    visitor: &Visitor,
    person: Person,
    attempt: Attempt,
) -> Result<Secret<String>, DbError> {
    let (issuer, visitor) = (issuer.clone(), visitor.clone());
    let db = issuer.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            attempt.give_back(tx).await?;
            let id = visitor
                .start_session(&issuer, tx, (&person.id, Method::Password.into()))
                .await?;
            let event = Event::new(Kind::SignedIn, &visitor.source).person(&person.id);
            audit::record(&issuer, tx, &event).await?;
            Ok(id)
        })
    })
    .await
}

fn show(
    (issuer, frame): (&Issuer, &Frame),
    to: &Continuation,
    (email, note): (&str, Option<&'static str>),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let offered = issuer
        .upstreams
        .iter()
        .filter(|known| known.settings.signs_in);
    let upstreams: Vec<_> = offered.collect();
    let form_action = to.form_action(upstreams.iter().copied());
    let page = frame.show(&SignInPage {
        frame,
        to,
        email,
        forgot: issuer.has_mail(),
        note,
        sign_up: issuer.settings.sign_up.is_offered(),
        upstreams: upstreams.iter().map(|known| &known.settings).collect(),
        problem,
    })?;
    Ok((axum::Extension(form_action), page).into_response())
}
