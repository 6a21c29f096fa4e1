//! The token endpoint: authenticate, parse, match on the grant (RFC 6749 §3.2).

mod authorization_code;
mod error;
mod refresh_token;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use oauth::client::ClientId;
use oauth::grant::TokenRequest;
use oauth::params::Params;
use oauth::resource::Resource;
use oauth::token::TokenResponse;

use super::caller::count_failure;
use super::form::Form;
use crate::Issuer;
use crate::audit::{Event, Kind, Source};
use crate::clients::Client;
use crate::clients::authenticate::authenticate;
use crate::settings::ResourceSettings;
use error::TokenError;

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    match exchange(&issuer, &source, &headers, &params).await {
        Ok(tokens) => {
            // RFC 6749 §5.1: tokens are never stored on the way.
            let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (no_store, Json(tokens)).into_response()
        }
        Err(error) => {
            let error = error.into_oauth(&headers);
            let asked = (&headers, &params);
            let error = count_failure(&issuer, &source, asked, error).await;
            error.into_response()
        }
    }
}

async fn exchange(
    issuer: &Issuer,
    source: &Source,
    headers: &HeaderMap,
    params: &Params,
) -> Result<TokenResponse, TokenError> {
    let result = grant(issuer, source, headers, params).await;
    if let Err(error) = &result {
        let claimed = params.get("client_id").map(ClientId::parse);
        let claimed = claimed.and_then(Result::ok);
        let shown = claimed.as_ref().map(ClientId::as_str);
        tracing::info!(reason = %error, client = shown, "no token was issued");
        if error.is_recorded() {
            let mut event = Event::new(Kind::GrantRefused, source).refused(error);
            event.client_id = shown.map(str::to_owned);
            issuer.record_soon(event);
        }
    }
    result
}

async fn grant(
    issuer: &Issuer,
    source: &Source,
    headers: &HeaderMap,
    params: &Params,
) -> Result<TokenResponse, TokenError> {
    let client = authenticate(issuer, headers, params).await?;
    let caller = Caller {
        issuer,
        source,
        client: &client,
    };
    match TokenRequest::parse(params)? {
        TokenRequest::AuthorizationCode(request) => {
            authorization_code::exchange(caller, request).await
        }
        TokenRequest::RefreshToken(request) => refresh_token::exchange(caller, request).await,
    }
}

/// Who asks, and from where.
#[derive(Clone, Copy)]
struct Caller<'a> {
    issuer: &'a Issuer,
    source: &'a Source,
    client: &'a Client,
}

impl Caller<'_> {
    /// The one resource that a request names, by its own URI or an alias; `None` if it names none.
    fn resource(&self, asked: &[Resource]) -> Result<Option<&ResourceSettings>, TokenError> {
        // RFC 8707 §2.2: what is asked for is among what was granted, which is one resource.
        let mut found = asked.iter().map(|asked| {
            self.issuer
                .settings
                .resource(asked)
                .ok_or(TokenError::UnknownResource)
        });
        let Some(first) = found.next().transpose()? else {
            return Ok(None);
        };
        for other in found {
            if other?.resource != first.resource {
                return Err(TokenError::OtherResource);
            }
        }
        Ok(Some(first))
    }
}
