//! The guard's no: its status, its challenge, and its JSON-RPC answer in both dialects (RFC 6750 §3).

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use oauth::assurance::Assurance;
use oauth::challenge::Challenge;
use oauth::error::ErrorCode;
use oauth::jwt::JwtError;
use oauth::scope::ScopeSet;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::mcp::{Look, LookError};

/// The JSON-RPC code of refusals that have no code of their own.
const REFUSED: i32 = -32001;

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No token, where one is needed.
    TokenMissing,
    /// An `Authorization` header that is not one bearer token.
    HeaderMalformed,
    /// A token in the URI, where logs and histories keep it.
    TokenInUri,
    /// The token does not verify.
    TokenInvalid(JwtError),
    /// The issuer says that the token is not active.
    TokenInactive,
    /// The token, or its family, was revoked.
    TokenRevoked,
    /// A token of another issuer.
    WrongIssuer,
    /// A token for another resource.
    WrongResource,
    /// The token is good but lacks scopes that the tool needs.
    ScopeMissing {
        /// What the tool needs.
        needed: ScopeSet,
    },
    /// The token is good, but the person did not sign in as the tool demands.
    AuthenticationInsufficient {
        /// What the tool demands.
        needed: Arc<Assurance>,
    },
    /// A tool that no policy names.
    ToolUnknown,
    /// The issuer is needed to verify the token and cannot be reached.
    VerifierAway,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The body broke off.
    BodyAborted,
    /// The body is not announced as JSON.
    MediaType,
    /// The body is no message that can be judged.
    Body(LookError),
    /// A web page of an origin that is not allowed.
    Origin,
}

impl From<JwtError> for Reason {
    fn from(error: JwtError) -> Self {
        Self::TokenInvalid(error)
    }
}

impl Reason {
    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TokenMissing
            | Self::TokenInvalid(_)
            | Self::TokenInactive
            | Self::TokenRevoked
            | Self::WrongIssuer
            | Self::WrongResource
            // RFC 9470 §3: the status asks for another token, as for one that has expired.
            | Self::AuthenticationInsufficient { .. } => StatusCode::UNAUTHORIZED,
            Self::ScopeMissing { .. } | Self::Origin => StatusCode::FORBIDDEN,
            Self::HeaderMalformed | Self::TokenInUri | Self::Body(_) | Self::BodyAborted => {
                StatusCode::BAD_REQUEST
            }
            // The protocol answers an unknown tool with a JSON-RPC error, not with a status.
            Self::ToolUnknown => StatusCode::OK,
            Self::VerifierAway => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    /// The `error` of the challenge. None where no token was presented, or none can help.
    #[must_use]
    pub const fn error(&self) -> Option<ErrorCode> {
        match self {
            Self::TokenInvalid(_)
            | Self::TokenInactive
            | Self::TokenRevoked
            | Self::WrongIssuer
            | Self::WrongResource => Some(ErrorCode::InvalidToken),
            Self::ScopeMissing { .. } => Some(ErrorCode::InsufficientScope),
            Self::AuthenticationInsufficient { .. } => {
                Some(ErrorCode::InsufficientUserAuthentication)
            }
            Self::HeaderMalformed | Self::TokenInUri => Some(ErrorCode::InvalidRequest),
            Self::TokenMissing
            | Self::ToolUnknown
            | Self::VerifierAway
            | Self::BodyTooLarge
            | Self::BodyAborted
            | Self::MediaType
            | Self::Body(_)
            | Self::Origin => None,
        }
    }

    /// What the tool demands of the sign-in, where that is why.
    pub(crate) const fn assurance(&self) -> Option<&Arc<Assurance>> {
        if let Self::AuthenticationInsufficient { needed } = self {
            return Some(needed);
        }
        None
    }

    /// Whether a challenge belongs to the answer: getting a (better) token would help.
    #[must_use]
    pub const fn is_challenge(&self) -> bool {
        matches!(self, Self::TokenMissing) || self.error().is_some()
    }

    /// A sentence for the developer of the client. It holds nothing of the request.
    #[must_use]
    pub fn hint(&self) -> String {
        let text = match self {
            Self::TokenMissing => "Sign in to use this.",
            Self::HeaderMalformed => "Send one Authorization header with one bearer token.",
            Self::TokenInUri => "Send the token in the Authorization header, never in the URI.",
            Self::TokenInvalid(error) => return sentence(&error.to_string()),
            Self::TokenInactive => "The token is not active.",
            Self::TokenRevoked => "The token was revoked.",
            Self::WrongIssuer => "The token is of another issuer.",
            Self::WrongResource => "The token is for another resource.",
            Self::ScopeMissing { .. } => "The token lacks a scope that this needs.",
            Self::AuthenticationInsufficient { .. } => {
                "This needs a stronger or a more recent sign-in."
            }
            Self::ToolUnknown => "Unknown tool.",
            Self::VerifierAway => "The token cannot be verified at the moment.",
            Self::BodyTooLarge => "The body is too large.",
            Self::BodyAborted => "The body broke off.",
            Self::MediaType => "The body must be application/json.",
            Self::Body(error) => return sentence(&error.to_string()),
            Self::Origin => "This origin is not allowed.",
        };
        text.to_owned()
    }

    const fn rpc_code(&self) -> i32 {
        match self {
            Self::Body(error) => error.code(),
            Self::ToolUnknown => -32602,
            Self::HeaderMalformed
            | Self::TokenInUri
            | Self::BodyTooLarge
            | Self::BodyAborted
            | Self::MediaType => -32600,
            Self::TokenMissing
            | Self::TokenInvalid(_)
            | Self::TokenInactive
            | Self::TokenRevoked
            | Self::WrongIssuer
            | Self::WrongResource
            | Self::ScopeMissing { .. }
            | Self::AuthenticationInsufficient { .. }
            | Self::VerifierAway
            | Self::Origin => REFUSED,
        }
    }
}

/// Upper-case first letter and full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).chain(['.']).collect()
}

/// The guard's no, and what the client must do next. It is also put into the extensions of the
/// response, so that logs and audits need not read headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What to ask an issuer for; none where a token would not help.
    pub challenge: Option<Challenge>,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            challenge: None,
        }
    }
}

impl Refusal {
    /// The answer with a status. A tool call gets a result with the challenge inside as well,
    /// anything else a JSON-RPC error.
    #[must_use]
    pub fn into_response(self, look: Option<&Look>) -> Response<Bytes> {
        let challenge = self.challenge.as_ref().map(ToString::to_string);
        let id = look.and_then(|look| look.id.as_deref());
        let body = match (&challenge, look) {
            (Some(challenge), Some(look)) if look.is_tool_call() => {
                self.tool_result(look, challenge)
            }
            _ => self.rpc_error(id, challenge.as_deref()),
        };
        let mut response = json_response(self.reason.status(), body);
        let headers = response.headers_mut();
        if let Some(value) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        if self.reason == Reason::VerifierAway {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(self);
        response
    }

    /// The answer inside a result, with status 200: for hosts that do not look at the status.
    #[must_use]
    pub fn into_result(self, look: &Look) -> Response<Bytes> {
        // The in-band form always says what is wrong, also when there was no token.
        let challenge = self.challenge.clone().map(|mut challenge| {
            challenge.error.get_or_insert(ErrorCode::InvalidToken);
            challenge
                .error_description
                .get_or_insert_with(|| self.reason.hint());
            challenge.to_string()
        });
        let body = self.tool_result(look, &challenge.unwrap_or_default());
        let mut response = json_response(StatusCode::OK, body);
        response.extensions_mut().insert(self);
        response
    }

    fn tool_result(&self, look: &Look, challenge: &str) -> Bytes {
        let mut result = json!({
            "isError": true,
            "content": [{ "type": "text", "text": self.reason.hint() }],
            "_meta": { "mcp/www_authenticate": [challenge] },
        });
        if let (Some(_), Some(members)) = (&look.protocol_version, result.as_object_mut()) {
            members.insert("resultType".into(), "complete".into());
        }
        message(look.id.as_deref(), "result", &result)
    }

    fn rpc_error(&self, id: Option<&RawValue>, challenge: Option<&str>) -> Bytes {
        let mut error = json!({ "code": self.reason.rpc_code(), "message": self.reason.hint() });
        if let (Some(challenge), Some(members)) = (challenge, error.as_object_mut()) {
            let data = json!({ "_meta": { "mcp/www_authenticate": [challenge] } });
            members.insert("data".into(), data);
        }
        message(id, "error", &error)
    }
}

fn message(id: Option<&RawValue>, member: &str, value: &Value) -> Bytes {
    let id = id.map_or("null", RawValue::get);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"{member}":{value}}}"#).into()
}

fn json_response(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
