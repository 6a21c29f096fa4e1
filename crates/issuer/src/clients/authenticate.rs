//! Client authentication at the token endpoint and its siblings (RFC 6749 §2.3).

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use oauth::client::{AuthMethod, ClientId};
use oauth::error::ErrorCode;
use oauth::params::Params;

use super::Client;
use super::resolve::{ResolveError, resolve};
use crate::Issuer;

/// Why a client is not who it says, or may not come like this.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthenticateError {
    #[error("no client id")]
    Missing,
    #[error("the client did not register this way of authentication")]
    MethodNotRegistered,
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

impl AuthenticateError {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Resolve(ResolveError::Database(_)) => ErrorCode::TemporarilyUnavailable,
            Self::Missing
            | Self::MethodNotRegistered
            | Self::Resolve(ResolveError::Unknown | ResolveError::Disabled) => {
                ErrorCode::InvalidClient
            }
        }
    }

    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Missing => "client_id is missing",
            Self::MethodNotRegistered => "the client registered another way of authentication",
            Self::Resolve(ResolveError::Unknown) => "there is no such client",
            Self::Resolve(ResolveError::Disabled) => "the client is disabled",
            Self::Resolve(ResolveError::Database(_)) => "try again soon",
        }
    }
}

/// Finds the client of a request and checks what it brings.
pub(crate) async fn authenticate(
    issuer: &Issuer,
    _headers: &HeaderMap,
    params: &Params,
) -> Result<Arc<Client>, AuthenticateError> {
    let claimed = params.get("client_id").ok_or(AuthenticateError::Missing)?;
    let id = ClientId::parse(claimed).map_err(|_| ResolveError::Unknown)?;
    let client = resolve(issuer, &id).await?;
    if !client.auth_methods.contains(&AuthMethod::None) {
        return Err(AuthenticateError::MethodNotRegistered);
    }
    Ok(client)
}

/// Whether a request carries anything that proves who the client is.
pub(crate) fn brings_credentials(headers: &HeaderMap, params: &Params) -> bool {
    let secrets = ["client_secret", "client_assertion"];
    headers.contains_key(header::AUTHORIZATION)
        || secrets.iter().any(|name| params.get(name).is_some())
}
