//! The person's own access tokens: what each may do, when it was used, and its end.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::allowed::{RECENT_SECONDS, Used, scope_titles};
use super::moment::Moment;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::app_usage::Total;
use crate::db::personal_tokens::Row;
use crate::db::{self, DbError};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm};
use crate::tokens::personal;

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage<'a> {
    frame: &'a Frame,
    tokens: Vec<Token>,
    places: Vec<Place<'a>>,
}

struct Token {
    id: String,
    name: String,
    place: String,
    scopes: String,
    created: Moment,
    expires: Moment,
    expired: bool,
    used: Option<Used>,
}

/// Where tokens can be for.
struct Place<'a> {
    name: &'a str,
    /// For the address of the page that makes one.
    encoded: String,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let person_id = &signed_in.person.id;
    let since = issuer.clock.now().minus(RECENT_SECONDS);
    let mut tx = issuer.db.read().await?;
    let rows = db::personal_tokens::list(&mut tx, person_id).await?;
    let totals = db::app_usage::list(&mut tx, person_id, since).await?;
    drop(tx);
    let places = issuer.settings.resources.iter().map(|resource| Place {
        name: &resource.name,
        encoded: url::form_urlencoded::byte_serialize(resource.resource.as_str().as_bytes())
            .collect(),
    });
    frame.show(&TokensPage {
        frame: &frame,
        tokens: rows
            .into_iter()
            .map(|row| shown(&issuer, row, &totals))
            .collect(),
        places: places.collect(),
    })
}

fn shown(issuer: &Issuer, row: Row, totals: &[Total]) -> Token {
    let client_id = personal::client_id(&row.id);
    let mut totals = totals.iter();
    let (place, scopes) = scope_titles(issuer, &row.resource, &row.scope);
    Token {
        used: totals
            .find(|total| total.client_id == client_id)
            .map(Used::of),
        place,
        scopes,
        created: Moment::day(row.created_at),
        expires: Moment::of(row.expires_at),
        expired: row.expires_at <= issuer.clock.now().0,
        id: row.id,
        name: row.name,
    }
}

/// Ends one.
pub(crate) async fn revoke(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    let id = form.text("token").to_owned();
    let context = issuer.clone();
    let ended = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let person_id = &signed_in.person.id;
            let Some(row) = db::personal_tokens::delete(tx, person_id, &id).await? else {
                return Ok(());
            };
            let mut event = Event::new(Kind::PersonalTokenRevoked, &source)
                .person(person_id)
                .detail(row.id);
            event.resource = Some(row.resource);
            audit::record(&context, tx, &event).await
        })
    });
    ended.await?;
    Ok(Redirect::to("/account/tokens").into_response())
}
