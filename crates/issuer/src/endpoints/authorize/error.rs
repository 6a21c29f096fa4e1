//! What can be wrong with an authorization request: told by a page, or to the client
//! (RFC 6749 §4.1.2.1).

use std::sync::Arc;

use oauth::authorize::AuthorizeRequestError;
use oauth::error::ErrorCode;
use oauth::params::ParamsError;

use crate::clients::resolve::ResolveError;
use crate::pages::PageError;

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
        const AGAIN: &str = "Remove the connection in the app and add it again.";
        let page = |title, sentence: &str| Self::bad_request(title, sentence);
        let reason = error.clone();
        match error {
            RequestError::Unreadable(error) => return error.into(),
            RequestError::ClientIdMissing => page(
                "The request names no app",
                "The link is incomplete. Start again from the app.",
            ),
            RequestError::Client(ResolveError::Database(error)) => {
                return Self::unavailable(2).because(Arc::clone(&error));
            }
            RequestError::Client(ResolveError::Unknown) => page(
                "This app is not known here",
                &format!("Its registration is gone, or was never here. {AGAIN}"),
            ),
            RequestError::Client(ResolveError::Disabled) => page(
                "This app is blocked here",
                "The operator of this server has blocked it.",
            ),
            RequestError::Client(ResolveError::Document(error)) if error.is_passing() => page(
                "The app cannot be checked now",
                "The address that says who it is does not answer. Try again in a minute.",
            ),
            RequestError::Client(ResolveError::Document(error)) => page(
                "This app cannot be accepted",
                &format!(
                    "It names an address that should say who it is, but {}.",
                    error.hint()
                ),
            ),
            RequestError::RedirectMissing => page(
                "The request does not say where to return to",
                &format!("The app registered several addresses and named none. {AGAIN}"),
            ),
            RequestError::RedirectUnknown => page(
                "The app's return address is not registered",
                &format!(
                    "Going there could hand your access to somebody else, so nothing was done. \
                     {AGAIN}"
                ),
            ),
        }
        .because(reason)
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
