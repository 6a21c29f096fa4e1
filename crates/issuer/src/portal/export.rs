//! Everything that is kept of a person, to take along.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::login::session::SignedIn;
use crate::login::step_up::Recent;
use crate::pages::{PageError, PageForm};
use crate::people::export;

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(SignedIn { person, .. }): Recent,
    source: Source,
    _: PageForm,
) -> Result<Response, PageError> {
    let document = export::document(&issuer, &person).await?;
    let context = issuer.clone();
    let recorded = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let event = Event::new(Kind::Exported, &source).person(&person.id);
            audit::record(&context, tx, &event).await
        })
    });
    recorded.await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"account.json\"",
        ),
    ];
    let text = serde_json::to_string_pretty(&document).map_err(PageError::internal)?;
    Ok((headers, text).into_response())
}
