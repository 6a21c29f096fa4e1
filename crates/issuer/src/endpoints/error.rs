//! How every protocol endpoint says no: JSON, never stored (RFC 6749 §5.2).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oauth::error::ErrorCode;

/// An error as the client's developer may see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OauthError {
    pub(super) code: ErrorCode,
    pub(super) hint: &'static str,
    /// Seconds.
    pub(super) retry_after: Option<i64>,
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status());
        let body = serde_json::json!({
            "error": self.code.as_str(),
            "error_description": self.hint,
        });
        let mut response = Json(body).into_response();
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        // RFC 6749 §5.1: answers of the token endpoint are not stored.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
