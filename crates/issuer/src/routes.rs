//! Every path, method and handler, with its flags: one screen per family.

use axum::Router;

use crate::Issuer;

/// Everything the issuer serves.
pub fn router(issuer: Issuer) -> Router {
    Router::new().with_state(issuer)
}
