//! Sending a person away to sign in at an upstream.

use askama::Template;
use axum::extract::{Path, State as Context};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode, header};

use super::state::{Purpose, State};
use super::{Ask, Known, UpstreamError, find_signing_in};
use crate::Issuer;
use crate::audit::Source;
use crate::login::continuation::{Continuation, count_request};
use crate::pages::{Frame, PageError, PageForm, PageQuery, say};

/// The page that goes on by itself.
#[derive(Template)]
#[template(path = "leaving.html")]
struct LeavingPage<'a> {
    frame: &'a Frame,
    title: &'a str,
    url: &'a str,
}

/// Whose browser leaves, and how.
pub(crate) struct Leaving<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) headers: &'a HeaderMap,
    /// What the page needs, when a form of ours led here.
    pub(crate) form_of: Option<&'a Frame>,
}

/// From a button of ours, which stands under the name of the client that asks.
pub(crate) async fn post(
    Context(issuer): Context<Issuer>,
    Path(name): Path<String>,
    (frame, source, headers): (Frame, Source, HeaderMap),
    form: PageForm,
) -> Result<Response, PageError> {
    count_request(&issuer, &source).await?;
    let to = Continuation::load(&issuer, &source, form.get("continue")).await;
    let leaving = Leaving {
        issuer: &issuer,
        headers: &headers,
        form_of: Some(&frame),
    };
    sign_in(&leaving, &name, &to, form.get("again").is_some()).await
}

/// As [`post`], where the form names the upstream, as other systems have it.
pub(crate) async fn choose(
    context: Context<Issuer>,
    parts: (Frame, Source, HeaderMap),
    form: PageForm,
) -> Result<Response, PageError> {
    let name = Path(form.text("provider").to_owned());
    post(context, name, parts, form).await
}

/// From a link, as other systems have it.
pub(crate) async fn get(
    Context(issuer): Context<Issuer>,
    Path(name): Path<String>,
    source: Source,
    headers: HeaderMap,
    query: PageQuery,
) -> Result<Response, PageError> {
    count_request(&issuer, &source).await?;
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    // A link on somebody else's page changes nobody's session: there the person presses the button.
    let from = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if !matches!(from, Some(b"none" | b"same-origin")) {
        return Ok(Redirect::to(&to.link("/login")).into_response());
    }
    let leaving = Leaving {
        issuer: &issuer,
        headers: &headers,
        form_of: None,
    };
    sign_in(&leaving, &name, &to, false).await
}

async fn sign_in(
    leaving: &Leaving<'_>,
    name: &str,
    to: &Continuation,
    again: bool,
) -> Result<Response, PageError> {
    let known = find_signing_in(leaving.issuer, name)?;
    let scopes = known.settings.scopes_for(&Default::default());
    let purpose = (Purpose::SignIn { again }, to.target());
    send_away(leaving, known, purpose, (&scopes, None)).await
}

/// Sends the browser to the upstream, with a state that only it can bring back.
pub(crate) async fn send_away(
    leaving: &Leaving<'_>,
    known: &Known,
    (purpose, next): (Purpose, &str),
    (scopes, login): (&[String], Option<&str>),
) -> Result<Response, PageError> {
    let (issuer, settings) = (leaving.issuer, &known.settings);
    let again = purpose.again();
    let sent = State::send(issuer, leaving.headers, &settings.name, (purpose, next))?;
    let ask = Ask {
        redirect_uri: &known.redirect_uri(issuer),
        scopes,
        state: &sent.state,
        challenge: &sent.challenge,
        nonce: &sent.nonce,
        login,
        again,
    };
    let url = known.protocol.authorize_url(&ask).await;
    let url = url.map_err(|error| away(known, error))?;
    let mut response = match leaving.form_of {
        // A form may be redirected only to hosts that its page lists; a page may go anywhere.
        Some(frame) if known.may_lead_anywhere() => frame.show(&LeavingPage {
            frame,
            title: &settings.title,
            url: &url,
        })?,
        Some(_) | None => Redirect::to(&url).into_response(),
    };
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, sent.cookie);
    Ok(response)
}

/// The upstream does not answer.
pub(super) fn away(known: &Known, error: UpstreamError) -> PageError {
    let page = say("error-upstream-away").with("upstream", known.settings.title.clone());
    PageError::new(StatusCode::BAD_GATEWAY, page).because(error)
}
