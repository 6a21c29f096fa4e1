//! Ending all that an app was allowed, once the person has said so twice.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::allowed::App;
use super::app::load;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm};
use crate::tokens::refresh::revoke_families_of;

#[derive(Template)]
#[template(path = "app_end.html")]
struct AppEndPage<'a> {
    frame: &'a Frame,
    app: &'a App,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let app = load(&issuer, &frame, &signed_in, &name).await?;
    let frame = &frame;
    frame.show(&AppEndPage { frame, app: &app })
}

/// Disconnects the client: what it was allowed, and every token that came of it.
pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    (signed_in, source): (SignedIn, Source),
    frame: Frame,
    _: PageForm,
) -> Result<Response, PageError> {
    let app = load(&issuer, &frame, &signed_in, &name).await?;
    let (person_id, client_id) = (signed_in.person.id, app.client_id);
    let context = issuer.clone();
    let revoked = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            db::consents::delete(tx, &person_id, client_id.as_str()).await?;
            let revoked = revoke_families_of(&context, tx, &person_id, Some(&client_id)).await?;
            let event = Event::new(Kind::GrantRevoked, &source)
                .person(&person_id)
                .client(&client_id)
                .detail("disconnected by the person");
            audit::record(&context, tx, &event).await?;
            Ok(revoked)
        })
    });
    revoked.await?.publish(&issuer);
    Ok(Redirect::to("/account/apps?done=ended").into_response())
}
