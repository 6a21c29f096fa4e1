//! Confirming who one is with a mailed code, from inside a session.

use axum::extract::State;
use axum::response::Response;

use super::{Asker, Page};
use crate::Issuer;
use crate::audit::Source;
use crate::login::continuation::Continuation;
use crate::login::email_proof::Purpose;
use crate::login::session::{self, SignedIn, Visitor};
use crate::login::step_up;
use crate::pages::{Frame, PageError, PageForm, PageQuery};

pub(crate) const PATH: &str = "/account/confirm/mail";

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let page = page(&issuer, (&frame, &to), &asker(&signed_in)).await?;
    page.show(query.get("id").unwrap_or_default(), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let asker = asker(&signed_in);
    let page = page(&issuer, (&frame, &to), &asker).await?;
    let finish = async |proof| {
        let moved = step_up::by_code(&issuer, &visitor, &signed_in, proof).await?;
        Ok(session::enter(&issuer, &moved, to.target())?)
    };
    page.answer(&issuer, (&visitor, asker), &form, finish).await
}

fn asker(signed_in: &SignedIn) -> Asker {
    Asker {
        purpose: Purpose::ConfirmIdentity,
        person_id: signed_in.person.id.clone(),
        methods: signed_in.methods,
        bound_to: signed_in.session_hash.clone(),
    }
}

async fn page<'a>(
    issuer: &Issuer,
    (frame, to): (&'a Frame, &'a Continuation),
    asker: &Asker,
) -> Result<Page<'a>, PageError> {
    Ok(Page {
        path: PATH,
        before: "/account/confirm",
        frame,
        to,
        offer: asker.offer(issuer).await?,
    })
}
