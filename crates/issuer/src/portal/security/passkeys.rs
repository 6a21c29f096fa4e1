//! Passkeys of the person: a new one, a name for it, and its end.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::acr::Acr;

use super::adding::NewFactor;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError};
use crate::login::continuation::Continuation;
use crate::login::passkey::{self, Offered, PasskeyError};
use crate::login::session::{SignedIn, Visitor};
use crate::login::step_up::Recent;
use crate::login::{Problem, level};
use crate::pages::{Frame, PageError, PageForm, PageQuery, Scripted, clean};
use crate::tokens::methods::Method;

/// Nobody needs more, and each is shown.
const PASSKEYS_MAX: usize = 25;
const OVERVIEW: &str = "/account/security";
const NEW: &str = "/account/security/passkeys/new";

#[derive(Template)]
#[template(path = "passkey_new.html")]
struct NewPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    passkey: Offered,
}

#[derive(Template)]
#[template(path = "passkey_edit.html")]
struct EditPage<'a> {
    frame: &'a Frame,
    id: &'a str,
    name: &'a str,
    problem: Option<Problem>,
}

/// Sends whoever may not change passkeys to where they prove more. What proves less than a passkey would else
/// make one for itself, and be as good. A recovery code may: whoever lost the device has nothing else.
async fn check_may_change(
    issuer: &Issuer,
    signed_in: &SignedIn,
    back: &str,
) -> Result<Option<Response>, PageError> {
    let methods = signed_in.methods;
    if methods.contains(Method::Passkey) || methods.contains(Method::RecoveryCode) {
        return Ok(None);
    }
    let mut tx = issuer.db.read().await?;
    let factors = db::factors::find(&mut tx, &signed_in.person.id).await?;
    let page = level::page(Acr::PhishingResistant, back);
    Ok((factors.passkeys > 0).then(|| Redirect::to(&page).into_response()))
}

pub(crate) async fn get_new(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    if let Some(more) = check_may_change(&issuer, &signed_in, &to.link(NEW)).await? {
        return Ok(more);
    }
    let mut tx = issuer.db.read().await?;
    let known = db::passkeys::list(&mut tx, &signed_in.person.id).await?;
    drop(tx);
    if known.len() >= PASSKEYS_MAX {
        let problem = Problem::new("", "passkeys-many");
        return super::show(&issuer, &signed_in, &frame, Some(problem)).await;
    }
    let page = frame.show(&NewPage {
        frame: &frame,
        to: &to,
        passkey: passkey::offer_new(&issuer, &signed_in.person, &known)?,
    })?;
    Ok((axum::Extension(Scripted), page).into_response())
}

pub(crate) async fn post_new(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    if let Some(more) = check_may_change(&issuer, &signed_in, &to.link(NEW)).await? {
        return Ok(more);
    }
    let answer = (form.text("state"), form.text("credential"));
    let (mut row, asked) = passkey::accept_new(&issuer, &signed_in.person, answer)?;
    row.name = clean(form.text("name"));
    if row.name.is_empty() {
        row.name = frame.say("passkey");
    }
    let new = NewFactor::Passkey { row, asked };
    new.add(&issuer, (signed_in, &visitor), &to).await
}

pub(crate) async fn get_edit(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let id = query.get("passkey").unwrap_or_default();
    show(&issuer, &signed_in, (&frame, id), None).await
}

pub(crate) async fn rename(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let (id, name) = (form.text("passkey").to_owned(), clean(form.text("name")));
    if name.is_empty() {
        let problem = Problem::new("name", "passkey-nameless");
        return show(&issuer, &signed_in, (&frame, &id), Some(problem)).await;
    }
    let renamed = issuer.db.write::<_, DbError, _>(move |tx| {
        let person_id = signed_in.person.id;
        Box::pin(async move { db::passkeys::update_name(tx, (&person_id, &id), &name).await })
    });
    renamed.await?;
    Ok(Redirect::to(OVERVIEW).into_response())
}

pub(crate) async fn remove(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    if let Some(more) = check_may_change(&issuer, &signed_in, OVERVIEW).await? {
        return Ok(more);
    }
    let id = form.text("passkey").to_owned();
    let (context, db) = (issuer.clone(), issuer.db.clone());
    let person_id = signed_in.person.id.clone();
    let removed = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            db::people::update_held(tx, &person_id).await?;
            let removed = db::passkeys::delete(tx, (&person_id, &id)).await?;
            if removed {
                let event = Event::new(Kind::PasskeyRemoved, &source).person(&person_id);
                audit::record(&context, tx, &event).await?;
            }
            Ok(removed)
        })
    });
    if removed.await? {
        return Ok(Redirect::to(OVERVIEW).into_response());
    }
    let problem = Problem::new("passkeys", "passkey-last");
    super::show(&issuer, &signed_in, &frame, Some(problem)).await
}

async fn show(
    issuer: &Issuer,
    signed_in: &SignedIn,
    (frame, id): (&Frame, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let mut tx = issuer.db.read().await?;
    let row = db::passkeys::find(&mut tx, id).await?;
    drop(tx);
    let row = row.filter(|row| row.person_id == signed_in.person.id);
    let row = row.ok_or(PasskeyError::Unknown)?;
    let status = match problem {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let page = EditPage {
        frame,
        id,
        name: &row.name,
        problem,
    };
    frame.show_as(status, &page)
}
