//! The published keys (RFC 7517 §5).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::Issuer;

pub(crate) async fn get(State(issuer): State<Issuer>, headers: HeaderMap) -> Response {
    issuer.keys.jwks().respond(&headers)
}
