//! Whether the process lives, and whether it can do its work.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use issuer::db::Db;
use tokio::sync::watch;

use super::front;

/// A probe waits no longer for the database.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Health {
    db: Db,
    stop: watch::Receiver<bool>,
}

impl Health {
    pub(super) const fn new(db: Db, stop: watch::Receiver<bool>) -> Self {
        Self { db, stop }
    }
}

pub(super) fn router(health: Health) -> Router {
    let ready = get(ready).with_state(health);
    Router::new()
        .route("/health", ready.clone())
        .route("/health/ready", ready)
        .route("/health/live", get(|| async { say(StatusCode::OK, "ok") }))
}

/// What answers while the database was never reached: the process lives, and can do nothing.
pub(super) fn without_database() -> Router {
    Router::new()
        .route("/health/live", get(|| async { say(StatusCode::OK, "ok") }))
        .fallback(|| async { front::unavailable("the database is away", 5) })
}

/// Routes exist only once keys are loaded, so what is left to ask is the database.
async fn ready(State(health): State<Health>) -> Response {
    // From now on other nodes should get the requests.
    if *health.stop.borrow() {
        return say(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(PATIENCE, health.db.ping()).await {
        Ok(Ok(())) => say(StatusCode::OK, "ok"),
        Ok(Err(_)) | Err(_) => say(StatusCode::SERVICE_UNAVAILABLE, "database away"),
    }
}

fn say(status: StatusCode, word: &str) -> Response {
    let body = Json(serde_json::json!({ "status": word }));
    (status, [(header::CACHE_CONTROL, "no-store")], body).into_response()
}
