//! New recovery codes: made on request, and shown for some minutes to the browser that asked.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use oauth::secret::Secret;
use oauth::time::UnixTime;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::login::continuation::Continuation;
use crate::login::recovery;
use crate::login::session::SignedIn;
use crate::login::step_up::Recent;
use crate::pages::{Frame, PageError, PageForm, PageQuery, cookie, read_cookie};

pub(super) const PATH: &str = "/account/security/recovery-codes";
/// Holds what was made until it is written down, sealed.
const COOKIE: &str = "recovery_codes";
const SHOWN_SECONDS: i64 = 300;

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodesPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    /// Empty before new ones are made.
    codes: &'a [String],
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    (source, headers): (Source, HeaderMap),
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let codes = made(&issuer, &signed_in, &headers);
    frame.show(&RecoveryCodesPage {
        frame: &frame,
        to: &to,
        codes: codes.as_ref().map_or(&[], |codes| codes.expose()),
    })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let person_id = signed_in.person.id;
    let codes = {
        let (issuer, person_id) = (issuer.clone(), person_id.clone());
        let db = issuer.db.clone();
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let event = Event::new(Kind::RecoveryCodesMade, &source).person(&person_id);
                audit::record(&issuer, tx, &event).await?;
                recovery::renew(&issuer, tx, &person_id).await
            })
        })
        .await?
    };
    let mut response = Redirect::to(PATH).into_response();
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, keep_shown(&issuer, &person_id, &codes)?);
    Ok(response)
}

/// What the browser keeps of new codes while they are shown.
pub(super) fn keep_shown(
    issuer: &Issuer,
    person_id: &str,
    codes: &Secret<Vec<String>>,
) -> Result<HeaderValue, PageError> {
    let until = issuer.clock.now().plus(SHOWN_SECONDS);
    let plain = serde_json::to_vec(&(until, codes)).map_err(PageError::internal)?;
    let sealed = issuer
        .sealer
        .seal(&issuer.random, &place(person_id), &plain);
    let sealed = sealed.map_err(PageError::internal)?;
    let cookie = cookie(issuer, COOKIE, &sealed, Some(SHOWN_SECONDS));
    cookie.map_err(PageError::internal)
}

/// The codes as a text file.
pub(crate) async fn download(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let Some(codes) = made(&issuer, &signed_in, &headers) else {
        return Ok(Redirect::to(PATH).into_response());
    };
    let mut text = codes.expose().join("\n");
    text.push('\n');
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        ),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"recovery-codes.txt\""),
        ),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

/// What was made in this browser some minutes ago.
fn made(issuer: &Issuer, signed_in: &SignedIn, headers: &HeaderMap) -> Option<Secret<Vec<String>>> {
    let sealed = read_cookie(issuer, headers, COOKIE)?;
    let plain = issuer.sealer.open(&place(&signed_in.person.id), &sealed);
    let plain = plain.ok()?;
    let (until, codes): (UnixTime, _) = serde_json::from_slice(plain.expose()).ok()?;
    (until > issuer.clock.now()).then_some(codes)
}

fn place(person_id: &str) -> String {
    format!("recovery_codes/{person_id}")
}
