//! Connecting an account at an upstream: what for, what it allows, and the button that leads there.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use oauth::resource::Resource;
use oauth::scope::ScopeSet;

use crate::Issuer;
use crate::audit::Source;
use crate::connections;
use crate::db;
use crate::login::continuation::{Continuation, sign_in_path};
use crate::login::level;
use crate::login::session::SignedIn;
use crate::login::upstream::Purpose;
use crate::login::upstream::start::{Leaving, send_away};
use crate::login::upstream::{self, Known};
use crate::pages::{Frame, PageError, PageForm, PageQuery, clean};

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage<'a> {
    frame: &'a Frame,
    action: String,
    title: &'a str,
    host: &'a str,
    email: &'a str,
    /// The account that is connected already.
    login: Option<String>,
    /// What it allows there, as the upstream names it.
    scopes: Vec<String>,
    to: &'a Continuation,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    (signed_in, source): (Option<SignedIn>, Source),
    frame: Frame,
    (RawQuery(raw), query): (RawQuery, PageQuery),
) -> Result<Response, PageError> {
    let known = upstream::find_connecting(&issuer, &name)?;
    let Some(signed_in) = signed_in else {
        let here = format!("/connect/{name}?{}", raw.unwrap_or_default());
        return Ok(Redirect::to(&sign_in_path("/login", &here)).into_response());
    };
    if let Some(acr) = level::missing_at(&issuer, signed_in.methods, "/connect") {
        let here = format!("/connect/{name}?{}", raw.unwrap_or_default());
        return Ok(Redirect::to(&level::page(acr, &here)).into_response());
    }
    check_addressee(&issuer, &name, &signed_in, query.get("for"))?;
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let row = connections::find_row(&issuer, &signed_in.person.id, known).await?;
    let page = frame.show(&ConnectPage {
        frame: &frame,
        action: format!("/connect/{name}"),
        title: &known.settings.title,
        host: known.settings.host(),
        email: &signed_in.person.email,
        login: row
            .filter(|row| row.sealed.is_some())
            .map(|row| clean(&row.login)),
        scopes: wanted(&issuer, known, &signed_in).await?,
        to: &to,
    })?;
    // Whoever allowed it there before is sent on at once, to the client in the end.
    Ok((axum::Extension(to.form_action([known])), page).into_response())
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    signed_in: SignedIn,
    (frame, source, headers): (Frame, Source, HeaderMap),
    form: PageForm,
) -> Result<Response, PageError> {
    let known = upstream::find_connecting(&issuer, &name)?;
    let to = Continuation::load(&issuer, &source, form.get("continue")).await;
    let scopes = wanted(&issuer, known, &signed_in).await?;
    let row = connections::find_row(&issuer, &signed_in.person.id, known).await?;
    let login = row.map(|row| row.login);
    let purpose = Purpose::Connect {
        person_id: signed_in.person.id,
    };
    let to = (purpose, to.target());
    let leaving = Leaving {
        issuer: &issuer,
        headers: &headers,
        form_of: Some(&frame),
    };
    send_away(&leaving, known, to, (&scopes, login.as_deref())).await
}

/// A link that a tool gave out is for the person whom the tool acts for.
fn check_addressee(
    issuer: &Issuer,
    name: &str,
    signed_in: &SignedIn,
    sealed: Option<&str>,
) -> Result<(), PageError> {
    let Some(sealed) = sealed else { return Ok(()) };
    let opened = issuer.sealer.open(&connections::link::place(name), sealed);
    let opened =
        opened.map_err(|error| PageError::bad_request("error-connect-link-dead").because(error))?;
    if opened.expose() == signed_in.person.id.as_bytes() {
        return Ok(());
    }
    Err(PageError::new(
        StatusCode::FORBIDDEN,
        "error-connect-other-person",
    ))
}

/// What the person has allowed clients needs there, and no more.
async fn wanted(
    issuer: &Issuer,
    known: &Known,
    signed_in: &SignedIn,
) -> Result<Vec<String>, PageError> {
    let mut tx = issuer.db.read().await?;
    let consents = db::consents::list(&mut tx, &signed_in.person.id).await?;
    drop(tx);
    let concerned = consents.iter().filter(|consent| {
        let resource = Resource::parse(&consent.resource).ok();
        let resource = resource.and_then(|resource| issuer.settings.resource(&resource));
        let upstream = resource.and_then(|resource| resource.upstream.as_deref());
        upstream == Some(known.settings.name.as_str())
    });
    let scopes: ScopeSet = concerned
        .flat_map(|consent| consent.scope.split(' '))
        .filter_map(|scope| scope.parse().ok())
        .collect();
    Ok(known.settings.scopes_for(&scopes))
}

/// Ends a connection, here and at the upstream.
pub(crate) async fn disconnect(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    signed_in: SignedIn,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let known = upstream::find_connecting(&issuer, &name)?;
    connections::disconnect(&issuer, known, &signed_in.person.id, &source).await?;
    Ok(Redirect::to("/account/connections").into_response())
}
