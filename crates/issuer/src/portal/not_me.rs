//! Somebody else was it: ending at once whatever they could hold.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError, Tx};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm, PageQuery};
use crate::tokens::refresh::revoke_families_of;
use crate::tokens::revocation::Revoked;

#[derive(Template)]
#[template(path = "not_me.html")]
struct NotMePage<'a> {
    frame: &'a Frame,
    done: bool,
}

pub(crate) async fn get(
    _: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let done = query.get("done").is_some();
    let frame = &frame;
    frame.show(&NotMePage { frame, done })
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    let ticked = |name| form.get(name) == Some("yes");
    let ending = Ending {
        issuer: issuer.clone(),
        signed_in,
        source,
        sessions: ticked("sessions"),
        apps: ticked("apps"),
        tokens: ticked("tokens"),
    };
    let ended = issuer
        .db
        .write::<_, DbError, _>(move |tx| Box::pin(async move { ending.end(tx).await }));
    ended.await?.publish(&issuer);
    Ok(Redirect::to("/account/not-me?done=yes").into_response())
}

/// What is to end.
struct Ending {
    issuer: Issuer,
    signed_in: SignedIn,
    source: Source,
    sessions: bool,
    apps: bool,
    tokens: bool,
}

impl Ending {
    async fn end(self, tx: &mut Tx) -> Result<Revoked, DbError> {
        let person_id = self.signed_in.person.id.as_str();
        if self.sessions {
            db::sessions::delete_others(tx, person_id, &self.signed_in.session_hash).await?;
            self.record(tx, Kind::SessionEnded).await?;
        }
        if self.tokens {
            db::personal_tokens::delete_of_person(tx, person_id).await?;
            self.record(tx, Kind::PersonalTokenRevoked).await?;
        }
        if !self.apps {
            return Ok(Revoked::default());
        }
        db::consents::delete_of_person(tx, person_id).await?;
        let revoked = revoke_families_of(&self.issuer, tx, person_id, None).await?;
        self.record(tx, Kind::GrantRevoked).await?;
        Ok(revoked)
    }

    async fn record(&self, tx: &mut Tx, kind: Kind) -> Result<(), DbError> {
        let event = Event::new(kind, &self.source)
            .person(&self.signed_in.person.id)
            .detail("all, because somebody else acted");
        audit::record(&self.issuer, tx, &event).await
    }
}
