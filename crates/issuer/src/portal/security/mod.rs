//! How the person signs in: the overview, and below it what changes it.

pub(crate) mod recovery_codes;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::Issuer;
use crate::db;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError};

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage<'a> {
    frame: &'a Frame,
    recovery_codes: i64,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut tx = issuer.db.read().await?;
    let recovery_codes = db::recovery_codes::find_count(&mut tx, &signed_in.person.id).await?;
    drop(tx);
    frame.show(&SecurityPage {
        frame: &frame,
        recovery_codes,
    })
}
