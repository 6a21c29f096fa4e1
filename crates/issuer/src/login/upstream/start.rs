//! Sending a person away to sign in at an upstream.

use axum::extract::{Path, State as Context};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, header};

use super::state::{Purpose, State};
use super::{Ask, Known, find, not_offered};
use crate::Issuer;
use crate::audit::Source;
use crate::login::continuation::{Continuation, count_request};
use crate::pages::{PageError, PageForm, PageQuery};

/// From a button of ours, which stands under the name of the client that asks.
pub(crate) async fn post(
    Context(issuer): Context<Issuer>,
    Path(name): Path<String>,
    source: Source,
    headers: HeaderMap,
    form: PageForm,
) -> Result<Response, PageError> {
    count_request(&issuer, &source).await?;
    let to = Continuation::load(&issuer, &source, form.get("continue")).await;
    sign_in(&issuer, &headers, &name, &to)
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
    sign_in(&issuer, &headers, &name, &to)
}

fn sign_in(
    issuer: &Issuer,
    headers: &HeaderMap,
    name: &str,
    to: &Continuation,
) -> Result<Response, PageError> {
    let known = find(issuer, name)?;
    if !known.settings.signs_in {
        return Err(not_offered());
    }
    let scopes = known
        .settings
        .scopes_for(&oauth::scope::ScopeSet::default());
    let purpose = (Purpose::SignIn, to.target());
    send_away((issuer, headers), known, purpose, (&scopes, None))
}

/// Sends the browser to the upstream, with a state that only it can bring back.
pub(crate) fn send_away(
    (issuer, headers): (&Issuer, &HeaderMap),
    known: &Known,
    purpose: (Purpose, &str),
    (scopes, login): (&[String], Option<&str>),
) -> Result<Response, PageError> {
    let sent = State::send(issuer, headers, &known.settings.name, purpose)?;
    let url = known.protocol.authorize_url(&Ask {
        redirect_uri: &known.redirect_uri(issuer),
        scopes,
        state: &sent.state,
        challenge: &sent.challenge,
        login,
    });
    let mut response = Redirect::to(&url).into_response();
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, sent.cookie);
    Ok(response)
}
