//! What can be wrong with an authorization request: told by a page, or to the client
//! (RFC 6749 §4.1.2.1).

use std::sync::Arc;

use oauth::authorize::AuthorizeRequestError;
use oauth::error::ErrorCode;
use oauth::params::ParamsError;

use crate::clients::resolve::ResolveError;
use crate::pages::{PageError, say};

/// Faults before the redirect URI is known to be good: they can only be shown.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum RequestError {
    #[error(transparent)]
    Unreadable(#[from] ParamsError),
    #[error("client_id is missing or malformed")]
    ClientIdMissing,
    #[error(transparent)]
    Client(#[from] ResolveError),
    #[error("redirect_uri is missing, and the client registered several")]
    RedirectMissing,
    #[error("redirect_uri is not one that the client registered")]
    RedirectUnknown,
}

impl From<RequestError> for PageError {
    fn from(error: RequestError) -> Self {
        let reason = error.clone();
        let page = match error {
            RequestError::Unreadable(error) => return error.into(),
            RequestError::ClientIdMissing => say("error-no-app-named"),
            RequestError::Client(ResolveError::Database(error)) => {
                return Self::unavailable(2).because(Arc::clone(&error));
            }
            RequestError::Client(ResolveError::Unknown) => say("error-app-unknown"),
            RequestError::Client(ResolveError::Disabled) => say("error-app-blocked"),
            RequestError::Client(ResolveError::Document(error)) if error.is_passing() => {
                say("error-app-silent")
            }
            RequestError::Client(ResolveError::Document(error)) => {
                say("error-app-refused").with("reason", error.hint())
            }
            RequestError::RedirectMissing => say("error-redirect-missing"),
            RequestError::RedirectUnknown => say("error-redirect-unknown"),
        };
        Self::bad_request(page).because(reason)
    }
}

/// A fault that the client is told of.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{code}: {hint}")]
pub(super) struct Declined {
    pub(super) code: ErrorCode,
    pub(super) hint: &'static str,
}

impl Declined {
    pub(super) const DENIED: Self = Self::new(ErrorCode::AccessDenied, "the person said no");
    pub(super) const LOGIN_REQUIRED: Self = Self::new(
        ErrorCode::LoginRequired,
        "nobody is signed in, or too long ago",
    );
    pub(super) const CONSENT_REQUIRED: Self =
        Self::new(ErrorCode::ConsentRequired, "the person has to be asked");
    pub(super) const LEVEL_UNMET: Self = Self::new(
        ErrorCode::UnmetAuthenticationRequirements,
        "the sign-in does not reach the acr that is asked for",
    );
    pub(super) const SCOPE_UNKNOWN: Self =
        Self::new(ErrorCode::InvalidScope, "none of the scopes exists here");
    pub(super) const RESOURCE_UNKNOWN: Self =
        Self::new(ErrorCode::InvalidTarget, "no such resource is served here");
    pub(super) const RESOURCES_SEVERAL: Self =
        Self::new(ErrorCode::InvalidTarget, "a token is for one resource only");

    const fn new(code: ErrorCode, hint: &'static str) -> Self {
        Self { code, hint }
    }
}

impl From<AuthorizeRequestError> for Declined {
    fn from(error: AuthorizeRequestError) -> Self {
        use AuthorizeRequestError as E;
        let hint = match error {
            E::ResponseTypeMissing => "response_type is missing",
            E::ResponseTypeUnsupported => "response_type must be code",
            E::ResponseModeUnsupported => "response_mode must be query",
            E::ChallengeInvalid => "code_challenge must be the base64url form of a SHA-256",
            E::ChallengeMethodUnsupported => "code_challenge_method must be S256",
            E::ScopeMalformed => "scope is malformed",
            E::ResourceMalformed => "resource is malformed",
            E::PromptInvalid => "prompt none stands alone",
            E::MaxAgeInvalid => "max_age must be a number of seconds",
            E::NonceTooLong => "nonce is longer than 1024 bytes",
            E::RequestObject => "request objects are not supported",
            E::RequestUri => "request_uri is not supported",
        };
        Self::new(error.code(), hint)
    }
}
