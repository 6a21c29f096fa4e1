//! The one script, under an address that changes with its content. Only pages that offer passkeys have it.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use oauth::secret::SecretHash;

const TEXT: &str = include_str!("passkey.js");

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = SecretHash::of(TEXT.as_bytes());
    hash.as_str().chars().take(12).collect()
});
static PATH: LazyLock<String> = LazyLock::new(|| format!("/static/{}/passkey.js", *VERSION));

/// Marks a page that has the script.
#[derive(Clone, Copy)]
pub(crate) struct Scripted;

/// Where pages find it.
pub(super) fn path() -> &'static str {
    &PATH
}

pub(crate) async fn get(Path(version): Path<String>) -> Response {
    if version != *VERSION {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, TEXT).into_response()
}
