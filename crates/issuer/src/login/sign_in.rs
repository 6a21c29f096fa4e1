//! The sign-in page. It tells nobody who has an account, by its text or by its time.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use oauth::secret::Secret;

use super::Problem;
use super::attempt::Attempt;
use super::continuation::Continuation;
use super::passkey::{self, Offered};
use super::password::{BYTES_MAX, PasswordError};
use super::second::Entry;
use super::session::Visitor;
use super::throttle::ThrottleError;
use crate::Issuer;
use crate::audit::{Event, Kind, Source};
use crate::db::people::{self, Person};
use crate::db::{DbError, Tx};
use crate::pages::{Frame, PageError, PageForm, PageQuery, Scripted, say};
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
    passkey: Option<Offered>,
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
    let entered = match check_password(&issuer, &visitor, email, password).await {
        Ok(right) => start(&issuer, &visitor, right).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(entry) => entry.go(&issuer, to.target()),
        Err(error) => {
            let told = error.tell(Problem::new("email", "sign-in-wrong"))?;
            let page = show((&issuer, &frame), &to, (email, None), Some(told.problem))?;
            Ok(told.refusal.dress(page))
        }
    }
}

impl SignInError {
    /// What to show the form again with; `wrong` is said of what was typed.
    pub(super) fn tell(self, wrong: Problem) -> Result<Told, PageError> {
        match self {
            Self::Wrong => Ok(Told {
                problem: wrong,
                refusal: Refusal(None),
            }),
            Self::Throttled(seconds) => Ok(Told {
                problem: Problem::new("", say("sign-in-throttled").with_wait(seconds)),
                refusal: Refusal(Some(seconds)),
            }),
            Self::Failed(error) => Err(error),
        }
    }
}

/// What a person is told about an attempt that failed.
pub(super) struct Told {
    pub(super) problem: Problem,
    pub(super) refusal: Refusal,
}

/// How a page says that it is one: with the seconds to wait where there were too many attempts.
pub(super) struct Refusal(Option<i64>);

impl Refusal {
    pub(super) fn dress(self, mut page: Response) -> Response {
        let Self(retry_after_seconds) = self;
        *page.status_mut() = match retry_after_seconds {
            Some(_) => StatusCode::TOO_MANY_REQUESTS,
            None => StatusCode::BAD_REQUEST,
        };
        let header = retry_after_seconds.map(|seconds| (header::RETRY_AFTER, seconds.into()));
        page.headers_mut().extend(header);
        page
    }
}

/// A password that was right.
pub(super) struct Right {
    pub(super) person: Person,
    hash: String,
    attempt: Attempt,
}

impl Right {
    /// Takes the count back; whether the password is the person's still. What changes it at the same time comes
    /// first, or ends what is started here.
    pub(super) async fn hold(&self, tx: &mut Tx) -> Result<bool, DbError> {
        self.attempt.give_back(tx).await?;
        people::update_held_with(tx, &self.person.id, &self.hash).await
    }
}

/// Whose e-mail and password these are.
pub(super) async fn check_password(
    issuer: &Issuer,
    visitor: &Visitor,
    email: &str,
    password: &str,
) -> Result<Right, SignInError> {
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
    let hash = hash.flatten();
    let right = place.verify(password, hash.clone()).await?;
    match person
        .zip(hash)
        .filter(|(person, _)| right && !person.disabled)
    {
        Some((person, hash)) => Ok(Right {
            person,
            hash,
            attempt,
        }),
        None => {
            let event = Event::new(Kind::SignInFailed, &visitor.source);
            issuer.record_soon(event.refused("wrong e-mail or password"));
            Err(SignInError::Wrong)
        }
    }
}

async fn start(issuer: &Issuer, visitor: &Visitor, right: Right) -> Result<Entry, SignInError> {
    let (issuer, visitor) = (issuer.clone(), visitor.clone());
    let db = issuer.db.clone();
    db.write(move |tx| {
        Box::pin(async move {
            if !right.hold(tx).await? {
                return Err(SignInError::Wrong);
            }
            let proved = (right.person.id.as_str(), Method::Password, "");
            Ok(Entry::open(&issuer, tx, &visitor, proved).await?)
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
        passkey: passkey::offer(issuer, None)?,
        problem,
    })?;
    let marks = (axum::Extension(form_action), axum::Extension(Scripted));
    Ok((marks, page).into_response())
}
