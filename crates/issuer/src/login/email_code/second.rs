//! A mailed code after the password, in place of the second factor that a person has.

use axum::extract::State;
use axum::response::Response;

use super::{Asker, Offer, Page};
use crate::Issuer;
use crate::audit::Source;
use crate::db::DbError;
use crate::login::continuation::Continuation;
use crate::login::email_proof::Purpose;
use crate::login::second::{self, Half};
use crate::login::session::Visitor;
use crate::pages::{Frame, PageError, PageForm, PageQuery};
use crate::tokens::methods::{Method, Methods};

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    half: Half,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let page = page(&issuer, (&frame, &to), &half).await?;
    page.show(query.get("id").unwrap_or_default(), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    half: Half,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let page = page(&issuer, (&frame, &to), &half).await?;
    let finish = async |proof| {
        let session = second::finish(&issuer, &visitor, &half, proof).await?;
        Ok(second::enter(&issuer, &session, &to)?)
    };
    let asker = asker(&half);
    page.answer(&issuer, (&visitor, asker), &form, finish).await
}

fn asker(half: &Half) -> Asker {
    Asker {
        purpose: Purpose::SecondFactor,
        person_id: half.person_id.clone(),
        methods: Methods::read(&half.methods),
        bound_to: half.id.clone(),
    }
}

/// A code that is enough after what was proved.
pub(in crate::login) async fn find(issuer: &Issuer, half: &Half) -> Result<Option<Offer>, DbError> {
    let offer = asker(half).offer(issuer).await?;
    Ok(offer.filter(|offer| offer.method == Method::EmailSecond))
}

async fn page<'a>(
    issuer: &Issuer,
    (frame, to): (&'a Frame, &'a Continuation),
    half: &Half,
) -> Result<Page<'a>, PageError> {
    Ok(Page {
        path: "/login/second/mail",
        before: "/login/second",
        frame,
        to,
        offer: find(issuer, half).await?,
    })
}
