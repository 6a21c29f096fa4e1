//! Ways to sign in that a person adds and takes away: accounts at upstreams, from inside a session only.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};

use super::start::{Leaving, send_away};
use super::{Known, Purpose, find, find_signing_in};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError, Tx};
use crate::login::continuation::count_request;
use crate::login::step_up::Recent;
use crate::login::ways::Ways;
use crate::pages::{Frame, PageError, PageForm};

/// The page that lists them.
const SECURITY: &str = "/account/security";

/// Sends the person to the account that they want to sign in with.
pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    Recent(signed_in): Recent,
    (frame, source, headers): (Frame, Source, HeaderMap),
    _: PageForm,
) -> Result<Response, PageError> {
    let known = find_signing_in(&issuer, &name)?;
    count_request(&issuer, &source).await?;
    let leaving = Leaving {
        issuer: &issuer,
        headers: &headers,
        form_of: Some(&frame),
    };
    let purpose = Purpose::Link {
        person_id: signed_in.person.id,
    };
    let scopes = known.settings.scopes_for(&Default::default());
    send_away(&leaving, known, (purpose, SECURITY), (&scopes, None)).await
}

/// Takes a way to sign in away, unless it is the last.
pub(crate) async fn unlink(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    Recent(signed_in): Recent,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let known = find(&issuer, &name)?.clone();
    let (context, person_id) = (issuer.clone(), signed_in.person.id);
    let removed = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { remove(&context, tx, (&known, &person_id), &source).await })
    });
    match removed.await? {
        true => Ok(Redirect::to(SECURITY).into_response()),
        false => Err(PageError::new(StatusCode::CONFLICT, "error-last-way-in")),
    }
}

/// Whether what is left still lets the person in.
async fn remove(
    issuer: &Issuer,
    tx: &mut Tx,
    (known, person_id): (&Known, &str),
    source: &Source,
) -> Result<bool, DbError> {
    let settings = &known.settings;
    // Nobody takes another one away meanwhile.
    let ways = Ways::hold(issuer, tx, person_id).await?;
    if ways.without(&settings.name) == 0 {
        return Ok(false);
    }
    if db::identities::delete(tx, person_id, (&settings.name, settings.host())).await? {
        let event = Event::new(Kind::IdentityUnlinked, source)
            .person(person_id)
            .detail(&settings.title);
        audit::record(issuer, tx, &event).await?;
        if settings.privy().is_some() {
            db::privy_tokens::delete_of_person(tx, person_id).await?;
        }
    }
    Ok(true)
}
