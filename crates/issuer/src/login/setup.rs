//! The first operator: a one-time link instead of a default password.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use oauth::secret::SecretHash;

use super::Problem;
use super::continuation::Continuation;
use super::session::{self, Visitor};
use super::sign_up::{Link, SignUpPage, check, new_person, taken};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::{DbError, people, setup_links};
use crate::pages::{Frame, PageError, PageForm, PageQuery};
use crate::tokens::methods::Method;

#[derive(Debug, thiserror::Error)]
enum SetupError {
    #[error("the link was used, has expired or never was")]
    Dead,
    #[error(transparent)]
    Database(#[from] DbError),
}

/// A new set-up link, while there is no operator.
///
/// # Errors
/// If the database cannot be used.
pub async fn operator_setup_link(issuer: &Issuer) -> Result<Option<String>, DbError> {
    let mut tx = issuer.db.read().await?;
    if people::find_operator(&mut tx).await? {
        return Ok(None);
    }
    drop(tx);
    let token = issuer.random.secret();
    let token = token.map_err(|_| DbError::Unavailable(None))?;
    let hash = token.hash();
    let expires_at = issuer
        .clock
        .now()
        .plus(issuer.settings.lifetimes.setup_link);
    let made = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { setup_links::insert(tx, hash.as_str(), expires_at).await })
    });
    made.await?;
    let path = format!("/setup?token={}", token.expose());
    Ok(Some(issuer.settings.public_url.join(&path)))
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let token = query.get("token").unwrap_or_default();
    let hash = SecretHash::of(token.as_bytes());
    let mut tx = issuer.db.read().await?;
    let live = setup_links::find(&mut tx, hash.as_str(), issuer.clock.now()).await?;
    if !live || people::find_operator(&mut tx).await? {
        return Err(dead());
    }
    drop(tx);
    show((&issuer, &frame), token, ("", ""), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let token = form.text("token");
    let again = |problem| {
        let typed = (form.text("email"), form.text("name"));
        let mut response = show((&issuer, &frame), token, typed, Some(problem))?;
        *response.status_mut() = StatusCode::BAD_REQUEST;
        Ok(response)
    };
    let hash = SecretHash::of(token.as_bytes());
    let mut tx = issuer.db.read().await?;
    // Before the password is hashed: nobody without a link makes us work.
    if !setup_links::find(&mut tx, hash.as_str(), issuer.clock.now()).await? {
        return Err(dead());
    }
    drop(tx);
    let typed = (form.text("email"), form.text("name"));
    if let Err(problem) = check(&issuer.settings.passwords, typed, form.text("password")) {
        return again(problem);
    }
    let place = issuer.passwords.reserve()?;
    let mut new = new_person(&issuer, place, typed.0, &form).await?;
    new.operator = true;
    let made: Result<_, SetupError> = {
        let (issuer, db) = (issuer.clone(), issuer.db.clone());
        db.write(move |tx| {
            Box::pin(async move {
                let now = issuer.clock.now();
                let redeemed = setup_links::redeem(tx, hash.as_str(), now).await?;
                if !redeemed || people::find_operator(tx).await? {
                    return Err(SetupError::Dead);
                }
                let event = Event::new(Kind::OperatorCreated, &visitor.source).person(&new.id);
                let person_id = new.id.clone();
                people::insert(tx, new, now).await?;
                audit::record(&issuer, tx, &event).await?;
                Ok(visitor
                    .start_session(&issuer, tx, (&person_id, Method::Password.into()))
                    .await?)
            })
        })
        .await
    };
    match made {
        Ok(id) => session::enter(&issuer, &id, "/account"),
        Err(SetupError::Dead) => Err(dead()),
        Err(SetupError::Database(DbError::Conflict)) => again(taken()),
        Err(SetupError::Database(error)) => Err(error.into()),
    }
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-setup-dead")
}

fn show(
    (issuer, frame): (&Issuer, &Frame),
    token: &str,
    (email, name): (&str, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    frame.show(&SignUpPage {
        frame,
        title: "sign-up-operator",
        to: &Continuation::default(),
        email,
        name,
        link: Link::Setup(token),
        characters_min: issuer.settings.passwords.characters_min,
        problem,
    })
}
