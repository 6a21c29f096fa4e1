//! Coming back from an upstream: whose browser it is, what the way was for, and what its code gives.

use axum::body::Bytes;
use axum::extract::{Path, State as Context};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri};
use oauth::params::Params;

use super::arrive::Arrived;
use super::privy::PrivyTokenError;
use super::start::away;
use super::state::{Purpose, State};
use super::{Came, Known, UpstreamError, find, not_offered};
use crate::Issuer;
use crate::audit::{Event, Kind};
use crate::login::session::{SignedIn, Visitor};
use crate::pages::{PageError, PageQuery, clean, say};
use crate::settings::UpstreamKind;

/// What a provider sends back.
const FIELDS: [&str; 5] = ["code", "state", "iss", "error", "user"];
/// As much as an address may carry on.
const BYTES_MAX: usize = 16 * 1_024;

pub(crate) async fn get(
    Context(issuer): Context<Issuer>,
    (uri, headers): (Uri, HeaderMap),
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    query: PageQuery,
) -> Result<Response, PageError> {
    // `/auth/github/callback` and `/github/callback`.
    let name = uri.path().trim_end_matches("/callback").rsplit('/').next();
    let name = name.unwrap_or_default();
    let known = find(&issuer, name)?;
    let sealed = query.get("state").unwrap_or_default();
    let state = State::receive(&issuer, &headers, name, sealed).await?;
    check_person(signed_in.as_ref(), &state.purpose)?;
    let Some(code) = query.get("code") else {
        return Err(cancelled(
            &issuer,
            known,
            (&visitor, &state),
            query.get("error"),
        ));
    };
    let brought = Brought {
        code,
        iss: query.get("iss"),
        user: query.get("user"),
    };
    finish(&issuer, known, (visitor, state), &brought).await
}

/// What the browser came back with, whichever way.
pub(super) struct Brought<'a> {
    pub(super) code: &'a str,
    pub(super) iss: Option<&'a str>,
    pub(super) user: Option<&'a str>,
}

/// What the way through the upstream was for.
pub(super) async fn finish(
    issuer: &Issuer,
    known: &Known,
    (visitor, state): (Visitor, State),
    brought: &Brought<'_>,
) -> Result<Response, PageError> {
    let came = Came {
        code: brought.code,
        iss: brought.iss,
        user: brought.user,
        redirect_uri: &known.redirect_uri(issuer),
        verifier: &state.verifier,
        nonce: &state.nonce,
        again_since: state.again_since(),
        since: state.since(),
    };
    let arrival = known.protocol.redeem(&came).await;
    let arrival = arrival.map_err(|error| refused(issuer, known, (&visitor, &state), error))?;
    if let Some(token) = &arrival.privy_token
        && !token.redeem(issuer).await?
    {
        let error = PrivyTokenError::Used.into();
        return Err(refused(issuer, known, (&visitor, &state), error));
    }
    let arrived = Arrived {
        issuer: issuer.clone(),
        known: known.clone(),
        visitor,
        arrival,
    };
    match state.purpose {
        Purpose::SignIn { .. } => arrived.sign_in(&state.next).await,
        Purpose::Connect { person_id } => arrived.connect(person_id, &state.next).await,
        Purpose::Link { person_id } => arrived.link(person_id, &state.next).await,
    }
}

/// From a provider that comes back by POST: over to GET, because the browser sends our cookies along with
/// nothing else that another site starts.
pub(crate) async fn post(
    Context(issuer): Context<Issuer>,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, PageError> {
    let known = find(&issuer, &name)?;
    match &known.settings.kind {
        UpstreamKind::Oidc(oidc) if oidc.form_post => {}
        UpstreamKind::Oidc(_) | UpstreamKind::Github(_) | UpstreamKind::Privy(_) => {
            return Err(not_offered());
        }
    }
    let params = Params::parse_form_within(&body, BYTES_MAX, &[])?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in FIELDS.map(|name| (name, params.get(name))) {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let path = known.settings.callback_path();
    Ok(Redirect::to(&format!("{path}?{}", query.finish())).into_response())
}

/// A browser that somebody else uses by now gets nobody's account connected.
pub(super) fn check_person(
    signed_in: Option<&SignedIn>,
    purpose: &Purpose,
) -> Result<(), PageError> {
    let (Purpose::Connect { person_id } | Purpose::Link { person_id }) = purpose else {
        return Ok(());
    };
    match signed_in {
        Some(signed_in) if signed_in.person.id == *person_id => Ok(()),
        Some(_) | None => Err(PageError::new(
            StatusCode::FORBIDDEN,
            "error-connected-for-other",
        )),
    }
}

fn cancelled(
    issuer: &Issuer,
    known: &Known,
    (visitor, state): (&Visitor, &State),
    error: Option<&str>,
) -> PageError {
    let title = &known.settings.title;
    if matches!(state.purpose, Purpose::SignIn { .. }) {
        let event = Event::new(Kind::SignInFailed, &visitor.source);
        issuer.record_soon(event.refused(format!("{title} was cancelled")));
    }
    let why = error.map(clean).unwrap_or_default();
    tracing::info!(
        upstream = known.settings.name,
        error = why,
        "an upstream was left"
    );
    let title = say("error-upstream-cancelled").with("upstream", title.clone());
    PageError::new(StatusCode::OK, title)
}

fn refused(
    issuer: &Issuer,
    known: &Known,
    (visitor, state): (&Visitor, &State),
    error: UpstreamError,
) -> PageError {
    let title = &known.settings.title;
    if matches!(state.purpose, Purpose::SignIn { .. }) {
        let event = Event::new(Kind::SignInFailed, &visitor.source);
        issuer.record_soon(event.refused(format!("with {title}: {error}")));
    }
    match error {
        UpstreamError::Away
        | UpstreamError::Malformed
        | UpstreamError::Metadata(_)
        | UpstreamError::OwnKey(_) => away(known, error),
        UpstreamError::Refused(_)
        | UpstreamError::RefreshDead
        | UpstreamError::TokenDead
        | UpstreamError::Identity(_)
        | UpstreamError::PrivyToken(_)
        | UpstreamError::MixedUp
        | UpstreamError::OtherSubject => {
            let page = say("error-upstream-refused").with("upstream", title.clone());
            PageError::bad_request(page).because(error)
        }
    }
}
