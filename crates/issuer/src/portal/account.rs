//! The account at a glance: who, how safe it is, how much is connected, what happened last.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::activity::{self, Happened};
use crate::Issuer;
use crate::db;
use crate::db::people::Person;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError};

/// Events that are shown at once.
const RECENT: i64 = 5;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    frame: &'a Frame,
    person: &'a Person,
    apps: usize,
    connections: usize,
    sessions: usize,
    happened: Vec<Happened>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let now = issuer.clock.now();
    let idle = now.minus(issuer.settings.lifetimes.session_idle);
    let mut tx = issuer.db.read().await?;
    let consents = db::consents::list(&mut tx, &person.id).await?;
    let mut clients: Vec<_> = consents.iter().map(|consent| &consent.client_id).collect();
    clients.sort();
    clients.dedup();
    let connections = db::connections::list(&mut tx, &person.id).await?;
    let sessions = db::sessions::list(&mut tx, &person.id, now, idle).await?;
    let happened = activity::newest(&issuer, &frame, &mut tx, (&person.id, RECENT)).await?;
    drop(tx);
    frame.show(&AccountPage {
        frame: &frame,
        person: &person,
        apps: clients.len(),
        connections: connections.len(),
        sessions: sessions.len(),
        happened,
    })
}
