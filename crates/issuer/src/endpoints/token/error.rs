//! Why no token is issued, and what the client is told of it (RFC 6749 §5.2).

use axum::http::HeaderMap;
use oauth::error::ErrorCode;
use oauth::grant::TokenRequestError;

use crate::clients::authenticate::AuthenticateError;
use crate::db::DbError;
use crate::endpoints::caller::refused;
use crate::endpoints::error::OauthError;
use crate::tokens::code::NoCode;
use crate::tokens::keys::SignError;
use crate::tokens::refresh::NoRefresh;

#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    Client(#[from] AuthenticateError),
    #[error(transparent)]
    Request(#[from] TokenRequestError),
    #[error(transparent)]
    Code(NoCode),
    #[error("the code was used before")]
    CodeReplayed,
    #[error("the redirect URI is not that of the authorization request")]
    OtherRedirect,
    #[error("the person is gone or disabled")]
    NoPerson,
    #[error(transparent)]
    Refresh(NoRefresh),
    #[error("the refresh token was used before")]
    RefreshReplayed,
    #[error("the person signed in with less than is demanded now")]
    AcrTooLow,
    #[error("a scope is asked for that was not granted")]
    ScopeWidened,
    #[error("no such resource")]
    UnknownResource,
    #[error("the grant is for another resource")]
    OtherResource,
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl TokenError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Client(error) => error.code(),
            Self::Request(TokenRequestError::GrantTypeUnknown) => ErrorCode::UnsupportedGrantType,
            Self::Request(TokenRequestError::ScopeMalformed) | Self::ScopeWidened => {
                ErrorCode::InvalidScope
            }
            Self::Request(TokenRequestError::ResourceMalformed)
            | Self::UnknownResource
            | Self::OtherResource => ErrorCode::InvalidTarget,
            Self::Request(
                TokenRequestError::GrantTypeMissing
                | TokenRequestError::CodeMissing
                | TokenRequestError::VerifierInvalid
                | TokenRequestError::RefreshTokenMissing,
            ) => ErrorCode::InvalidRequest,
            Self::Code(_)
            | Self::CodeReplayed
            | Self::OtherRedirect
            | Self::NoPerson
            | Self::Refresh(_)
            | Self::RefreshReplayed
            | Self::AcrTooLow => ErrorCode::InvalidGrant,
            Self::Sign(_) | Self::Db(_) => ErrorCode::TemporarilyUnavailable,
        }
    }

    /// One sentence for all reasons that would tell a thief how far he got.
    fn hint(&self) -> &'static str {
        match self {
            Self::Client(error) => error.hint(),
            Self::Request(TokenRequestError::GrantTypeMissing) => "grant_type is missing.",
            Self::Request(TokenRequestError::GrantTypeUnknown) => "This grant_type is not served.",
            Self::Request(TokenRequestError::CodeMissing) => "code is missing.",
            Self::Request(TokenRequestError::VerifierInvalid) => {
                "code_verifier is missing or malformed."
            }
            Self::Request(TokenRequestError::RefreshTokenMissing) => "refresh_token is missing.",
            Self::Request(TokenRequestError::ScopeMalformed) => "scope is malformed.",
            Self::Request(TokenRequestError::ResourceMalformed) => "resource is malformed.",
            Self::Code(_) | Self::CodeReplayed | Self::OtherRedirect => {
                "The code is unknown, used or expired, or does not fit this request."
            }
            Self::NoPerson => "The person's account is closed.",
            Self::Refresh(_) | Self::RefreshReplayed => {
                "The refresh token is unknown, used, revoked or expired."
            }
            Self::AcrTooLow => "A stronger sign-in is demanded now. Ask for a new authorization.",
            Self::ScopeWidened => "A refresh cannot ask for more than was granted.",
            Self::UnknownResource => "There is no such resource here.",
            Self::OtherResource => "The grant is for another resource.",
            Self::Sign(_) | Self::Db(_) => "The service cannot answer now. Try again soon.",
        }
    }

    /// Whether it goes to the audit log by itself. Replays are recorded where they end a family;
    /// an outage is nobody's doing.
    pub(super) fn is_recorded(&self) -> bool {
        !matches!(
            self,
            Self::CodeReplayed | Self::RefreshReplayed | Self::Sign(_) | Self::Db(_)
        ) && self.code() != ErrorCode::TemporarilyUnavailable
    }

    pub(super) fn into_oauth(self, headers: &HeaderMap) -> OauthError {
        let (code, hint) = (self.code(), self.hint());
        match self {
            Self::Db(error) => error.into(),
            Self::Sign(_) => {
                tracing::error!("a token could not be signed");
                OauthError::unavailable(hint)
            }
            Self::Client(error) => refused(&error, headers),
            Self::Request(_)
            | Self::Code(_)
            | Self::CodeReplayed
            | Self::OtherRedirect
            | Self::NoPerson
            | Self::Refresh(_)
            | Self::RefreshReplayed
            | Self::AcrTooLow
            | Self::ScopeWidened
            | Self::UnknownResource
            | Self::OtherResource => OauthError::new(code, hint),
        }
    }
}
