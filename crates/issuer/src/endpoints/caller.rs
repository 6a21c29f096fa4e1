//! The client behind a request to the token endpoint and its siblings.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use oauth::error::ErrorCode;
use oauth::params::Params;
use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use super::error::OauthError;
use crate::Issuer;
use crate::audit::Source;
use crate::clients::Client;
use crate::clients::authenticate::{AuthenticateError, authenticate};
use crate::login::throttle::{self, ThrottleError};

/// The client, or what its developer is told.
pub(super) async fn authenticated(
    issuer: &Issuer,
    source: &Source,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Arc<Client>, OauthError> {
    match authenticate(issuer, headers, params).await {
        Ok(client) => Ok(client),
        Err(error) => {
            let error = refused(&error, headers);
            Err(count_failure(issuer, source, (headers, params), error).await)
        }
    }
}

/// Limits that this process knows to be reached, with the end of their windows, so that a flood
/// of failures does not reach the database.
pub(crate) type Reached = moka::sync::Cache<String, UnixTime>;

/// Counts a refused client or grant; once there were too many, says when to come back instead.
///
/// A request that would succeed is never held up: many people may share one client and its few
/// addresses. Failures to name a client count for the source, others for client and source.
pub(super) async fn count_failure(
    issuer: &Issuer,
    source: &Source,
    (headers, params): (&HeaderMap, &Params),
    error: OauthError,
) -> OauthError {
    let client = if error.code == ErrorCode::InvalidClient {
        String::new()
    } else if error.code == ErrorCode::InvalidGrant {
        let header = headers.get(header::AUTHORIZATION);
        let id = params.get("client_id").map(str::as_bytes);
        let id = id.or_else(|| header.map(HeaderValue::as_bytes));
        SecretHash::of(id.unwrap_or_default()).as_str().to_owned()
    } else {
        return error;
    };
    let name = throttle::source_name(&format!("token:{client}"), source);
    let now = issuer.clock.now();
    if let Some(end) = issuer.limits_reached.get(&name).filter(|end| *end > now) {
        return too_many(end.since(now));
    }
    let limit = issuer.settings.limits.token_failures_per_source;
    match throttle::count(issuer, &name, limit).await {
        Ok(_) | Err(ThrottleError::Database(_)) => error,
        Err(ThrottleError::Limited {
            retry_after_seconds,
        }) => {
            issuer
                .limits_reached
                .insert(name, now.plus(retry_after_seconds));
            too_many(retry_after_seconds)
        }
    }
}

const fn too_many(seconds: i64) -> OauthError {
    let hint = "Too many requests have failed. Retry-After says when to come back.";
    OauthError::new(ErrorCode::TooManyRequests, hint).retry_after(seconds)
}

pub(super) fn refused(error: &AuthenticateError, headers: &HeaderMap) -> OauthError {
    let (code, hint) = (error.code(), error.hint());
    if code == ErrorCode::TemporarilyUnavailable {
        return OauthError::unavailable(hint);
    }
    let answer = OauthError::new(code, hint);
    // RFC 6749 §5.2: the challenge matches the scheme that the client used.
    if code == ErrorCode::InvalidClient && headers.contains_key(header::AUTHORIZATION) {
        return answer.challenge("Basic realm=\"token\"");
    }
    answer
}
