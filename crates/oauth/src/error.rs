//! Every error code of the protocol with its status and section: the only such table.

/// An error code as it goes over the wire.
#[expect(
    missing_docs,
    reason = "each code is defined in the section that its row names"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    AccessDenied,
    AccountSelectionRequired,
    ConsentRequired,
    InsufficientScope,
    InsufficientUserAuthentication,
    InteractionRequired,
    InvalidClient,
    InvalidClientMetadata,
    InvalidGrant,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    InvalidToken,
    LoginRequired,
    RequestNotSupported,
    RequestUriNotSupported,
    ServerError,
    TemporarilyUnavailable,
    TooManyRequests,
    UnauthorizedClient,
    UnmetAuthenticationRequirements,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
}

impl ErrorCode {
    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::AccessDenied => ("access_denied", 400, "RFC 6749 §4.1.2.1"),
            Self::AccountSelectionRequired => (
                "account_selection_required",
                400,
                "OpenID Connect Core §3.1.2.6",
            ),
            Self::ConsentRequired => ("consent_required", 400, "OpenID Connect Core §3.1.2.6"),
            Self::InsufficientScope => ("insufficient_scope", 403, "RFC 6750 §3.1"),
            Self::InsufficientUserAuthentication => {
                ("insufficient_user_authentication", 401, "RFC 9470 §3")
            }
            Self::InteractionRequired => {
                ("interaction_required", 400, "OpenID Connect Core §3.1.2.6")
            }
            Self::InvalidClient => ("invalid_client", 401, "RFC 6749 §5.2"),
            Self::InvalidClientMetadata => ("invalid_client_metadata", 400, "RFC 7591 §3.2.2"),
            Self::InvalidGrant => ("invalid_grant", 400, "RFC 6749 §5.2"),
            Self::InvalidRedirectUri => ("invalid_redirect_uri", 400, "RFC 7591 §3.2.2"),
            Self::InvalidRequest => ("invalid_request", 400, "RFC 6749 §5.2"),
            Self::InvalidScope => ("invalid_scope", 400, "RFC 6749 §5.2"),
            Self::InvalidTarget => ("invalid_target", 400, "RFC 8707 §2"),
            Self::InvalidToken => ("invalid_token", 401, "RFC 6750 §3.1"),
            Self::LoginRequired => ("login_required", 400, "OpenID Connect Core §3.1.2.6"),
            Self::RequestNotSupported => {
                ("request_not_supported", 400, "OpenID Connect Core §3.1.2.6")
            }
            Self::RequestUriNotSupported => (
                "request_uri_not_supported",
                400,
                "OpenID Connect Core §3.1.2.6",
            ),
            Self::ServerError => ("server_error", 500, "RFC 6749 §4.1.2.1"),
            Self::TemporarilyUnavailable => ("temporarily_unavailable", 503, "RFC 6749 §4.1.2.1"),
            Self::TooManyRequests => ("too_many_requests", 429, "RFC 6585 §4"),
            Self::UnauthorizedClient => ("unauthorized_client", 400, "RFC 6749 §5.2"),
            Self::UnmetAuthenticationRequirements => (
                "unmet_authentication_requirements",
                400,
                "OpenID Connect Core Error Code unmet_authentication_requirements §2",
            ),
            Self::UnsupportedGrantType => ("unsupported_grant_type", 400, "RFC 6749 §5.2"),
            Self::UnsupportedResponseType => {
                ("unsupported_response_type", 400, "RFC 6749 §4.1.2.1")
            }
            Self::UnsupportedTokenType => ("unsupported_token_type", 400, "RFC 7009 §2.2.1"),
        }
    }

    /// The value of the `error` member or parameter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status of a direct (not redirected) answer.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// The section that defines the code.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.row().2
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
