//! The one shape of an error answer (RFC 6749 §5.2).

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oauth::error::ErrorCode;

use crate::db::DbError;

/// Seconds after which one may come back when the database was away.
const AWAY_SECONDS: i64 = 5;

/// An error as a client's developer sees it. What exactly went wrong is for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OauthError {
    pub(crate) code: ErrorCode,
    pub(crate) hint: &'static str,
    /// Seconds.
    pub(crate) retry_after: Option<i64>,
    /// Where it differs from the code's own.
    status: Option<StatusCode>,
    challenge: Option<String>,
}

impl OauthError {
    pub(crate) const fn new(code: ErrorCode, hint: &'static str) -> Self {
        Self {
            code,
            hint,
            retry_after: None,
            status: None,
            challenge: None,
        }
    }

    /// The service is away or busy. Never `server_error`: clients would start over.
    pub(crate) const fn unavailable(hint: &'static str) -> Self {
        let error = Self::new(ErrorCode::TemporarilyUnavailable, hint);
        error.retry_after(AWAY_SECONDS)
    }

    pub(crate) const fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) const fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds `WWW-Authenticate`.
    pub(crate) fn challenge(mut self, challenge: impl std::fmt::Display) -> Self {
        self.challenge = Some(challenge.to_string());
        self
    }
}

impl From<DbError> for OauthError {
    fn from(error: DbError) -> Self {
        match &error {
            DbError::Unavailable(source) => tracing::warn!(?source, "the database is away"),
            DbError::Conflict | DbError::Inconsistent { .. } | DbError::Failed(_) => {
                tracing::error!(%error, source = ?std::error::Error::source(&error), "a request failed");
            }
        }
        Self::unavailable("The service cannot answer now. Try again soon.")
    }
}

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        metrics::counter!("vestibule_oauth_errors_total", "error" => self.code.as_str())
            .increment(1);
        let status = StatusCode::from_u16(self.code.status());
        let status = self
            .status
            .or(status.ok())
            .unwrap_or(StatusCode::BAD_REQUEST);
        let body = serde_json::json!({
            "error": self.code.as_str(),
            "error_description": self.hint,
        });
        let mut response = (status, Json(body)).into_response();
        let mut set = |name: HeaderName, value: Option<String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        };
        // RFC 6749 §5.1: what concerns tokens is never stored on the way.
        set(header::CACHE_CONTROL, Some("no-store".to_owned()));
        set(
            header::RETRY_AFTER,
            self.retry_after.map(|seconds| seconds.to_string()),
        );
        set(header::WWW_AUTHENTICATE, self.challenge);
        response
    }
}
