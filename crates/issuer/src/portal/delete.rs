//! Having the account deleted, and keeping it after all.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;

use crate::Issuer;
use crate::audit::Source;
use crate::db::people::email_key;
use crate::login::Problem;
use crate::login::email_proof::{Proved, Purpose};
use crate::login::session::{self, SignedIn};
use crate::login::step_up::Recent;
use crate::pages::{Frame, PageError, PageForm, PageQuery};
use crate::people::deletion;

#[derive(Template)]
#[template(path = "delete.html")]
struct DeletePage<'a> {
    frame: &'a Frame,
    email: &'a str,
    days: i64,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "keep.html")]
struct KeepPage<'a> {
    frame: &'a Frame,
    token: &'a str,
    done: bool,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    frame: Frame,
) -> Result<Response, PageError> {
    frame.show(&page((&issuer, &frame), &signed_in, None))
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    source: Source,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    // Typed, so that no slip of the hand deletes an account.
    if email_key(form.text("email").trim()) != email_key(&signed_in.person.email) {
        let problem = Problem::new("email", "delete-other-address");
        let page = page((&issuer, &frame), &signed_in, Some(problem));
        return frame.show_as(StatusCode::BAD_REQUEST, &page);
    }
    deletion::ask(&issuer, &source, signed_in.person, frame.language()).await?;
    session::clear(&issuer, "/login?note=deleted")
}

/// The page behind the link that keeps an account. It does nothing by itself.
pub(crate) async fn get_keep(
    State(issuer): State<Issuer>,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let token = query.get("token").unwrap_or_default();
    let done = query.get("done").is_some();
    let found: Option<Proved<()>> = Purpose::KeepAccount.find_link(&issuer, token).await?;
    if found.is_none() && !done {
        return Err(dead());
    }
    frame.show(&KeepPage {
        frame: &frame,
        token,
        done,
    })
}

pub(crate) async fn post_keep(
    State(issuer): State<Issuer>,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    match deletion::take_back(&issuer, &source, form.text("token")).await? {
        true => Ok(Redirect::to("/keep?done=yes").into_response()),
        false => Err(dead()),
    }
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-link-dead")
}

fn page<'a>(
    (issuer, frame): (&Issuer, &'a Frame),
    signed_in: &'a SignedIn,
    problem: Option<Problem>,
) -> DeletePage<'a> {
    DeletePage {
        frame,
        email: &signed_in.person.email,
        days: issuer.settings.lifetimes.deletion_days(),
        problem,
    }
}
