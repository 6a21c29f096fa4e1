//! Making a personal access token, and showing it once.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::secret::Secret;
use url::form_urlencoded::byte_serialize;

use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::{self, DbError, personal_tokens::Row};
use crate::login::Problem;
use crate::login::level;
use crate::login::session::{SignedIn, Visitor};
use crate::login::step_up::Recent;
use crate::mail::alerts::Alert;
use crate::pages::{Frame, PageError, PageForm, PageQuery, clean, cookie, read_cookie, say};
use crate::settings::ResourceSettings;
use crate::tokens::personal;

const SHOW: &str = "/account/tokens/made";
/// Holds what was made until it is shown, sealed.
const COOKIE: &str = "personal_token";
const WAITS_SECONDS: i64 = 300;
const COUNT_MAX: i64 = 50;
const DAY_SECONDS: i64 = 86_400;
/// What a new one is offered, where the setting allows as much.
const DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "token_new.html")]
struct TokenNewPage<'a> {
    frame: &'a Frame,
    resource: &'a ResourceSettings,
    name: &'a str,
    ticked: ScopeSet,
    days: i64,
    days_max: i64,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "token_made.html")]
struct TokenMadePage<'a> {
    frame: &'a Frame,
    token: &'a str,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let resource = load_resource(&issuer, query.get("resource"))?;
    if let Some(page) = raise_first(&issuer, &signed_in, resource) {
        return Ok(page);
    }
    let days_max = days_max(&issuer);
    frame.show(&TokenNewPage {
        frame: &frame,
        resource,
        name: "",
        ticked: ScopeSet::default(),
        days: DAYS.min(days_max),
        days_max,
        problem: None,
    })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let resource = load_resource(&issuer, form.get("resource"))?;
    if let Some(page) = raise_first(&issuer, &signed_in, resource) {
        return Ok(page);
    }
    let ticked = form.get_all("scope").filter_map(|name| name.parse().ok());
    let ticked: ScopeSet = ticked.collect();
    let days = form.text("days").parse::<i64>().ok();
    let made = match check(&issuer, resource, (form.text("name"), &ticked, days)) {
        Ok(wanted) => make(&issuer, &signed_in, &visitor, wanted).await?,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(token) => send_to_show(&issuer, &signed_in, &token),
        Err(problem) => frame.show_as(
            StatusCode::BAD_REQUEST,
            &TokenNewPage {
                frame: &frame,
                resource,
                name: form.text("name"),
                ticked,
                days: days.unwrap_or(DAYS).clamp(1, days_max(&issuer)),
                days_max: days_max(&issuer),
                problem: Some(problem),
            },
        ),
    }
}

/// Shows what was made, and forgets it.
pub(crate) async fn show(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    headers: HeaderMap,
    frame: Frame,
) -> Result<Response, PageError> {
    let sealed = read_cookie(&issuer, &headers, COOKIE).unwrap_or_default();
    let Ok(opened) = issuer.sealer.open(&place(&signed_in), &sealed) else {
        return Ok(Redirect::to("/account/tokens").into_response());
    };
    let token = std::str::from_utf8(opened.expose()).map_err(PageError::internal)?;
    let frame = &frame;
    let page = frame.show(&TokenMadePage { frame, token })?;
    with_cookie(&issuer, page, "", 0)
}

/// What a form asks for, once it was found good.
struct Wanted {
    name: String,
    resource: String,
    scope: ScopeSet,
    lifetime_seconds: i64,
}

fn check(
    issuer: &Issuer,
    resource: &ResourceSettings,
    (name, ticked, days): (&str, &ScopeSet, Option<i64>),
) -> Result<Wanted, Problem> {
    let name = clean(name);
    if name.is_empty() {
        return Err(Problem::new("name", "token-name-missing"));
    }
    // Nobody gives a token more than there is at its resource.
    let scope = ticked.intersection(&resource.scope_set());
    if scope.is_empty() && !resource.scopes.is_empty() {
        return Err(Problem::new("scope", "consent-scope-missing"));
    }
    let days_max = days_max(issuer);
    let days = days.filter(|days| (1..=days_max).contains(days));
    let wrong = || Problem::new("days", say("token-days-wrong").with("count", days_max));
    Ok(Wanted {
        name,
        resource: resource.resource.as_str().to_owned(),
        scope,
        lifetime_seconds: days.ok_or_else(wrong)? * DAY_SECONDS,
    })
}

async fn make(
    issuer: &Issuer,
    signed_in: &SignedIn,
    visitor: &Visitor,
    wanted: Wanted,
) -> Result<Result<Secret<String>, Problem>, PageError> {
    let now = issuer.clock.now();
    let token = personal::make(issuer).map_err(PageError::internal)?;
    let id = issuer.random.id(now).map_err(PageError::internal)?;
    let mut event = Event::new(Kind::PersonalTokenMade, &visitor.source)
        .person(&signed_in.person.id)
        .detail(format_args!("{id}: {}", wanted.scope));
    event.resource = Some(wanted.resource.clone());
    let row = Row {
        id: id.to_string(),
        person_id: signed_in.person.id.clone(),
        name: wanted.name,
        resource: wanted.resource,
        scope: wanted.scope.to_string(),
        created_at: now.0,
        expires_at: now.plus(wanted.lifetime_seconds).0,
    };
    let (context, hash, language) = (issuer.clone(), token.hash(), visitor.language);
    let kept = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let (person_id, name) = (row.person_id.clone(), row.name.clone());
            if !db::personal_tokens::insert(tx, row, hash.as_str(), COUNT_MAX).await? {
                return Ok(false);
            }
            let alert = Alert::TokenMade(&name);
            alert.tell(&context, tx, (&person_id, language)).await?;
            audit::record(&context, tx, &event).await.map(|()| true)
        })
    });
    Ok(match kept.await? {
        true => Ok(token),
        false => Err(Problem::new(
            "",
            say("token-too-many").with("count", COUNT_MAX),
        )),
    })
}

fn load_resource<'a>(
    issuer: &'a Issuer,
    asked: Option<&str>,
) -> Result<&'a ResourceSettings, PageError> {
    let asked = Resource::parse(asked.unwrap_or_default()).ok();
    let known = asked.and_then(|asked| issuer.settings.resource(&asked));
    known.ok_or_else(|| PageError::bad_request("error-no-such-resource"))
}

/// The way to what is demanded for a resource, if the sign-in does not reach it.
fn raise_first(
    issuer: &Issuer,
    signed_in: &SignedIn,
    resource: &ResourceSettings,
) -> Option<Response> {
    let demanded = issuer.settings.demanded_acr(resource);
    let acr = level::missing(demanded, signed_in.methods)?;
    let asked: String = byte_serialize(resource.resource.as_str().as_bytes()).collect();
    let back = format!("/account/tokens/new?resource={asked}");
    Some(Redirect::to(&level::page(acr, &back)).into_response())
}

fn days_max(issuer: &Issuer) -> i64 {
    (issuer.settings.lifetimes.personal_token / DAY_SECONDS).max(1)
}

fn send_to_show(
    issuer: &Issuer,
    signed_in: &SignedIn,
    token: &Secret<String>,
) -> Result<Response, PageError> {
    let (place, plain) = (place(signed_in), token.expose().as_bytes());
    let sealed = issuer.sealer.seal(&issuer.random, &place, plain);
    let sealed = sealed.map_err(PageError::internal)?;
    let response = Redirect::to(SHOW).into_response();
    with_cookie(issuer, response, &sealed, WAITS_SECONDS)
}

fn with_cookie(
    issuer: &Issuer,
    mut response: Response,
    value: &str,
    seconds: i64,
) -> Result<Response, PageError> {
    let cookie = cookie(issuer, COOKIE, value, Some(seconds));
    let cookie = cookie.map_err(PageError::internal)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// Only the session that made it sees it.
fn place(signed_in: &SignedIn) -> String {
    format!("personal_token/{}", signed_in.session_hash)
}
