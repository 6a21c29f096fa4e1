//! The client behind a request to the token endpoint and its siblings.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use oauth::error::ErrorCode;
use oauth::params::Params;

use super::error::OauthError;
use crate::Issuer;
use crate::clients::Client;
use crate::clients::authenticate::{AuthenticateError, authenticate};

/// The client, or what its developer is told.
pub(super) async fn authenticated(
    issuer: &Issuer,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Arc<Client>, OauthError> {
    let client = authenticate(issuer, headers, params).await;
    client.map_err(|error| refused(&error, headers))
}

pub(super) fn refused(error: &AuthenticateError, headers: &HeaderMap) -> OauthError {
    match error.code() {
        ErrorCode::TemporarilyUnavailable => OauthError::unavailable(error.hint()),
        code => {
            let answer = OauthError::new(code, error.hint());
            // RFC 6749 §5.2: the challenge matches the scheme that the client used.
            if code == ErrorCode::InvalidClient && headers.contains_key(header::AUTHORIZATION) {
                return answer.challenge("Basic realm=\"token\"");
            }
            answer
        }
    }
}
