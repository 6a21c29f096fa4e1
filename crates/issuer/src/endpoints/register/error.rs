//! Why a registration is refused (RFC 7591 §3.2.2, RFC 7592 §2).

use axum::response::{IntoResponse, Response};
use oauth::client::MetadataError;
use oauth::error::ErrorCode;

use crate::db::DbError;
use crate::endpoints::error::OauthError;
use crate::login::throttle::ThrottleError;
use crate::random::RandomError;
use crate::seal::SealError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    #[error("registration is switched off")]
    Closed,
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the body is not a JSON object with unique members")]
    NotAnObject,
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error("client_id or client_secret are not this client's")]
    ForeignCredentials,
    #[error("no registration token, or not one of this client's")]
    TokenInvalid,
    #[error("the client is shared by equal registrations")]
    Shared,
    #[error(transparent)]
    Throttled(#[from] ThrottleError),
    #[error(transparent)]
    Database(#[from] DbError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl RegisterError {
    /// The code, and what the client's developer is told.
    fn answer(&self) -> (ErrorCode, &'static str) {
        use ErrorCode as Code;
        match self {
            Self::Closed => (
                Code::AccessDenied,
                "registration is closed: ask the operator for a client id",
            ),
            Self::BodyTooLarge => (Code::InvalidClientMetadata, "the body has more than 64 KiB"),
            Self::NotAnObject => (
                Code::InvalidClientMetadata,
                "the body must be a JSON object without repeated members",
            ),
            Self::Metadata(error) => (error.code(), error.hint()),
            Self::ForeignCredentials => (
                Code::InvalidClientMetadata,
                "client_id and client_secret must be this client's",
            ),
            // RFC 7592 §2.1: an unknown client and a wrong token look alike.
            Self::TokenInvalid => (
                Code::InvalidToken,
                "the registration access token is not valid here",
            ),
            Self::Shared => (
                Code::InsufficientScope,
                "equal registrations share this client: nobody may change it",
            ),
            Self::Throttled(ThrottleError::Limited { .. }) => {
                (Code::TooManyRequests, "too many registrations from here")
            }
            Self::Throttled(ThrottleError::Database(DbError::Unavailable(_)))
            | Self::Database(DbError::Unavailable(_)) => {
                (Code::TemporarilyUnavailable, "try again soon")
            }
            Self::Throttled(ThrottleError::Database(_))
            | Self::Database(_)
            | Self::Seal(_)
            | Self::Random(_)
            | Self::Json(_) => (Code::ServerError, "the registration failed"),
        }
    }

    fn retry_after(&self) -> Option<i64> {
        if let Self::Throttled(ThrottleError::Limited {
            retry_after_seconds,
        }) = self
        {
            return Some(*retry_after_seconds);
        }
        (self.answer().0 == ErrorCode::TemporarilyUnavailable).then_some(1)
    }
}

impl IntoResponse for RegisterError {
    fn into_response(self) -> Response {
        let (code, hint) = self.answer();
        if code == ErrorCode::ServerError {
            tracing::error!(error = %self, "a registration failed");
        } else {
            tracing::info!(reason = %self, "a registration was refused");
        }
        let mut error = OauthError::new(code, hint);
        error.retry_after = self.retry_after();
        if matches!(self, Self::TokenInvalid) {
            error = error.challenge("Bearer error=\"invalid_token\"");
        }
        error.into_response()
    }
}
