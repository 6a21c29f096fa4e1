//! One-time codes of an app: the key is shown, and kept once its first code was right.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::time::UnixTime;

use super::adding::NewFactor;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError};
use crate::login::Problem;
use crate::login::continuation::Continuation;
use crate::login::session::{SignedIn, Visitor};
use crate::login::step_up::Recent;
use crate::login::totp::{self, Key};
use crate::pages::{Frame, PageError, PageForm, PageQuery};

const SECONDS: i64 = 600;

#[derive(Template)]
#[template(path = "totp.html")]
struct TotpPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    picture: Option<(String, i32)>,
    key: String,
    state: &'a str,
    problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let until = issuer.clock.now().plus(SECONDS);
    let key = Key::new(&issuer).map_err(PageError::internal)?;
    let sealed = key.seal(&issuer, &place(&signed_in, until));
    let state = format!("{}.{}", until.0, sealed.map_err(PageError::internal)?);
    show(&frame, (&to, &signed_in), (&key, &state), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let state = form.text("state");
    let key = open(&issuer, &signed_in, state)?;
    let Some(step) = key.find_step(form.text("code"), issuer.clock.now()) else {
        let problem = Some(Problem::new("code", "totp-wrong"));
        let mut page = show(&frame, (&to, &signed_in), (&key, state), problem)?;
        *page.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(page);
    };
    let new = NewFactor::Totp { key, step };
    new.add(&issuer, (signed_in, &visitor), &to).await
}

pub(crate) async fn remove(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let (context, db) = (issuer.clone(), issuer.db.clone());
    db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let person_id = &signed_in.person.id;
            if db::totp_keys::delete(tx, person_id).await? {
                let event = Event::new(Kind::TotpRemoved, &source).person(person_id);
                audit::record(&context, tx, &event).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(Redirect::to("/account/security").into_response())
}

/// The key that the page showed to this session, a short while ago.
fn open(issuer: &Issuer, signed_in: &SignedIn, state: &str) -> Result<Key, PageError> {
    let stale = || PageError::bad_request("error-out-of-date");
    let (until, sealed) = state.split_once('.').ok_or_else(stale)?;
    let until = UnixTime(until.parse().map_err(|_| stale())?);
    if until <= issuer.clock.now() {
        return Err(stale());
    }
    let key = Key::open(issuer, &place(signed_in, until), sealed);
    key.map_err(|error| stale().because(error))
}

fn place(signed_in: &SignedIn, until: UnixTime) -> String {
    format!("totp/{}/{}", signed_in.session_hash, until.0)
}

fn show(
    frame: &Frame,
    (to, signed_in): (&Continuation, &SignedIn),
    (key, state): (&Key, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let uri = key.uri(&frame.operator, &signed_in.person.email);
    frame.show(&TotpPage {
        frame,
        to,
        picture: totp::outline(&uri),
        key: key.text(),
        state,
        problem,
    })
}
