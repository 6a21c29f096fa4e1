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
    fn code(&self) -> ErrorCode {
        match self {
            Self::Closed => ErrorCode::AccessDenied,
            Self::BodyTooLarge | Self::NotAnObject | Self::ForeignCredentials => {
                ErrorCode::InvalidClientMetadata
            }
            Self::Metadata(error) => error.code(),
            // RFC 7592 §2.1: an unknown client and a wrong token look alike.
            Self::TokenInvalid => ErrorCode::InvalidToken,
            Self::Shared => ErrorCode::InsufficientScope,
            Self::Throttled(ThrottleError::Limited { .. }) => ErrorCode::TooManyRequests,
            Self::Throttled(ThrottleError::Database(_))
            | Self::Database(DbError::Unavailable(_)) => ErrorCode::TemporarilyUnavailable,
            Self::Database(_) | Self::Seal(_) | Self::Random(_) | Self::Json(_) => {
                ErrorCode::ServerError
            }
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Closed => "registration is closed: ask the operator for a client id",
            Self::BodyTooLarge => "the body has more than 64 KiB",
            Self::NotAnObject => "the body must be a JSON object without repeated members",
            Self::Metadata(error) => error.hint(),
            Self::ForeignCredentials => "client_id and client_secret must be this client's",
            Self::TokenInvalid => "the registration access token is not valid here",
            Self::Shared => "equal registrations share this client: nobody may change it",
            Self::Throttled(ThrottleError::Limited { .. }) => "too many registrations from here",
            Self::Throttled(_)
            | Self::Database(_)
            | Self::Seal(_)
            | Self::Random(_)
            | Self::Json(_) => "try again soon",
        }
    }
}

impl IntoResponse for RegisterError {
    fn into_response(self) -> Response {
        let code = self.code();
        if matches!(code, ErrorCode::ServerError) {
            tracing::error!(error = %self, "a registration failed");
        } else {
            tracing::info!(reason = %self, "a registration was refused");
        }
        let mut error = OauthError::new(code, self.hint());
        error.retry_after = match &self {
            Self::Throttled(ThrottleError::Limited {
                retry_after_seconds,
            }) => Some(*retry_after_seconds),
            _ => (code == ErrorCode::TemporarilyUnavailable).then_some(1),
        };
        if matches!(self, Self::TokenInvalid) {
            error = error.challenge("Bearer error=\"invalid_token\"");
        }
        error.into_response()
    }
}
