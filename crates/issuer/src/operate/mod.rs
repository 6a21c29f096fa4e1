//! What the operator's commands and the host of the apps may do, without a request.

pub mod audit;
pub mod clients;
pub mod connections;
pub mod keys;
pub mod people;
pub mod records;

use crate::Issuer;
use crate::audit::{Event, Kind, Source};

/// An operator's own change: it comes from no network address.
fn event(kind: Kind, detail: impl std::fmt::Display) -> Event {
    Event::new(kind, &Source::default()).detail(detail)
}

/// Records a change that was made in units of its own.
async fn record(issuer: &Issuer, event: Event) -> Result<(), crate::db::DbError> {
    let context = issuer.clone();
    let write = issuer
        .db
        .write(move |tx| Box::pin(async move { crate::audit::record(&context, tx, &event).await }));
    write.await
}
