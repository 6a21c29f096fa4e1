//! The page that speaks with Privy in the browser, and the way its token comes here: in a header that no
//! form of another site can send, with the state that this browser was sent to the page with.

use askama::Template;
use axum::Json;
use axum::extract::State as Context;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};

use crate::Issuer;
use crate::login::continuation::sign_in_path;
use crate::login::session::{SignedIn, Visitor};
use crate::login::upstream::callback::{Brought, check_person, finish};
use crate::login::upstream::state::{Purpose, State};
use crate::login::upstream::{find_signing_in, not_offered};
use crate::pages::{Asks, Frame, PageError, PageForm, PageQuery, Say, say};

const NAME: &str = "privy";

#[derive(Template)]
#[template(path = "privy.html")]
struct PrivyPage<'a> {
    frame: &'a Frame,
    title: &'a str,
    app_id: &'a str,
    base_url: &'a str,
    state: &'a str,
    /// What is said when Privy does not answer.
    away: Say,
    /// Where the person starts again, or does something else.
    back: &'a str,
}

pub(crate) async fn get(
    Context(issuer): Context<Issuer>,
    headers: HeaderMap,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let settings = &find_signing_in(&issuer, NAME)?.settings;
    let privy = settings.privy().ok_or_else(not_offered)?;
    let sealed = query.get("state").unwrap_or_default();
    let state = State::read(&issuer, &headers, NAME, sealed)?;
    let back = match state.purpose {
        Purpose::SignIn { .. } => sign_in_path("/login", &state.next),
        Purpose::Connect { .. } | Purpose::Link { .. } => state.next,
    };
    let page = frame.show(&PrivyPage {
        frame: &frame,
        title: &settings.title,
        app_id: &settings.client_id,
        base_url: &privy.base_url,
        state: sealed,
        away: say("error-upstream-away")
            .part("sentence")
            .with("upstream", settings.title.clone()),
        back: &back,
    })?;
    let asks = axum::Extension(Asks(privy.base_url.clone()));
    Ok((asks, page).into_response())
}

/// Answers the page's script: where to go on, or what to tell the person.
pub(crate) async fn post(
    Context(issuer): Context<Issuer>,
    headers: HeaderMap,
    visitor: Visitor,
    signed_in: Option<SignedIn>,
    form: Result<PageForm, PageError>,
) -> Result<Response, PageError> {
    let who = (visitor, signed_in);
    let received = receive(&issuer, &headers, who, form).await;
    let (parts, _) = received.map_err(PageError::into_json)?.into_parts();
    let mut headers = parts.headers;
    let next = headers.remove(header::LOCATION);
    let next = next.as_ref().and_then(|next| next.to_str().ok());
    let next = Json(serde_json::json!({ "next": next.unwrap_or_default() }));
    let mut response = next.into_response();
    response.headers_mut().extend(headers);
    Ok(response)
}

async fn receive(
    issuer: &Issuer,
    headers: &HeaderMap,
    (visitor, signed_in): (Visitor, Option<SignedIn>),
    form: Result<PageForm, PageError>,
) -> Result<Response, PageError> {
    let (form, known) = (form?, find_signing_in(issuer, NAME)?);
    let access_token = bearer(headers).ok_or_else(|| {
        let page = say("error-upstream-refused").with("upstream", known.settings.title.clone());
        PageError::new(StatusCode::UNAUTHORIZED, page)
    })?;
    let state = State::receive(issuer, headers, NAME, form.text("state")).await?;
    check_person(signed_in.as_ref(), &state.purpose)?;
    let brought = Brought {
        code: access_token,
        iss: None,
        user: form.get("identity_token"),
    };
    finish(issuer, known, (visitor, state), &brought).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
