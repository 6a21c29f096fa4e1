//! Every path, method and handler, with its flags: one screen per family.

use axum::Router;
use axum::routing::{get, post};

use crate::Issuer;
use crate::endpoints::register;

/// Everything the issuer serves.
pub fn router(issuer: Issuer) -> Router {
    let manage = get(register::manage::get)
        .put(register::manage::put)
        .delete(register::manage::delete);
    Router::new()
        .route("/oauth/register", post(register::post))
        .route("/oauth2/register", post(register::post))
        .route("/register", post(register::post))
        .route("/oauth/register/{client_id}", manage)
        .with_state(issuer)
}
