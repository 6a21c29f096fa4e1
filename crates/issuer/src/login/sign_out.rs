//! Ending the session of this browser.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::continuation::Continuation;
use super::session::{self, SignedIn, Visitor};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::DbError;
use crate::pages::{Frame, PageError, PageForm};

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOutPage<'a> {
    frame: &'a Frame,
    done: bool,
}

/// A link cannot sign anybody out: the page asks. Without a session it says so.
pub(crate) async fn get(frame: Frame, signed_in: Option<SignedIn>) -> Result<Response, PageError> {
    let done = signed_in.is_none();
    frame.show(&SignOutPage {
        frame: &frame,
        done,
    })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    signed_in: Option<SignedIn>,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    if let Some(SignedIn { person, .. }) = signed_in {
        let (issuer, db) = (issuer.clone(), issuer.db.clone());
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                visitor.end_session(tx).await?;
                let event = Event::new(Kind::SignedOut, &visitor.source).person(&person.id);
                audit::record(&issuer, tx, &event).await
            })
        })
        .await?;
    }
    let next = match to.path() {
        Some(_) => to.link("/login"),
        None => "/logout".to_owned(),
    };
    session::clear(&issuer, &next)
}
