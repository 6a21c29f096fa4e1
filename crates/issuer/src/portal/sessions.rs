//! Where the person is signed in, and the ways to end that.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::moment::Moment;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::db::sessions::{self, Listed};
use crate::login::device::Device;
use crate::login::session::{self, SignedIn};
use crate::pages::{Frame, PageError, PageForm};

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage<'a> {
    frame: &'a Frame,
    sessions: Vec<Session>,
}

struct Session {
    /// Names it in a form. It is no secret: the cookie cannot be had from it.
    name: String,
    device: String,
    address: String,
    created: Moment,
    seen: Moment,
    /// Whether the page is seen with it.
    here: bool,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let now = issuer.clock.now();
    let idle = now.minus(issuer.settings.lifetimes.session_idle);
    let mut tx = issuer.db.read().await?;
    let mut listed = sessions::list(&mut tx, &signed_in.person.id, now, idle).await?;
    drop(tx);
    listed.sort_by_key(|session| session.id_hash != signed_in.session_hash);
    let shown = listed
        .into_iter()
        .map(|session| shown(&frame, session, &signed_in));
    frame.show(&SessionsPage {
        frame: &frame,
        sessions: shown.collect(),
    })
}

fn shown(frame: &Frame, session: Listed, signed_in: &SignedIn) -> Session {
    Session {
        here: session.id_hash == signed_in.session_hash,
        name: session.id_hash,
        device: Device::of(&session.user_agent).words(frame.language()),
        address: session.address,
        created: Moment::of(session.created_at),
        seen: Moment::of(session.seen_at),
    }
}

/// Ends one other session.
pub(crate) async fn end(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    let name = form.text("session").to_owned();
    let context = issuer.clone();
    let ended = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            if !sessions::delete_own(tx, &signed_in.person.id, &name).await? {
                return Ok(());
            }
            let event = Event::new(Kind::SessionEnded, &source).person(&signed_in.person.id);
            audit::record(&context, tx, &event.detail("one")).await
        })
    });
    ended.await?;
    Ok(Redirect::to("/account/sessions").into_response())
}

/// Ends all sessions but the one that asks.
pub(crate) async fn end_others(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let context = issuer.clone();
    let ended = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let person_id = &signed_in.person.id;
            if sessions::delete_others(tx, person_id, &signed_in.session_hash).await? == 0 {
                return Ok(());
            }
            let event = Event::new(Kind::SessionEnded, &source).person(person_id);
            audit::record(&context, tx, &event.detail("all others")).await
        })
    });
    ended.await?;
    Ok(Redirect::to("/account/sessions").into_response())
}

/// Signs out everywhere.
pub(crate) async fn end_all(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let context = issuer.clone();
    let ended = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let person_id = &signed_in.person.id;
            sessions::delete_of_person(tx, person_id).await?;
            let event = Event::new(Kind::SessionEnded, &source).person(person_id);
            audit::record(&context, tx, &event.detail("all")).await
        })
    });
    ended.await?;
    session::clear(&issuer, "/logout")
}
