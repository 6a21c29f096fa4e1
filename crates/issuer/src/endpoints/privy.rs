//! Handing over the Privy token that stands behind an access token of ours, to the resource server that the
//! access token is for. No client gets it that way: whoever holds the access token is not enough, unless the
//! operator says so.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use oauth::error::ErrorCode;
use oauth::params::Params;
use oauth::secret::Secret;
use oauth::token::AccessClaims;

use super::caller::authenticated;
use super::error::OauthError;
use super::form::Form;
use super::userinfo::{bearer, invalid_token};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::Client;
use crate::clients::authenticate::brings_credentials;
use crate::db::privy_tokens::Row;
use crate::db::{self, DbError, Tx};
use crate::settings::{TokenEndpointAuth, UpstreamSettings};
use crate::tokens::{access, privy};

#[derive(serde::Serialize)]
struct HandedOver {
    access_token: Secret<String>,
    token_type: &'static str,
    expires_in: i64,
}

/// Why nothing is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum NoToken {
    #[error("the access token is unknown, or not the asker's business")]
    Unknown,
    #[error("no Privy token stands behind what was allowed")]
    None,
    #[error("the Privy token has expired")]
    Expired,
    #[error("the Privy token cannot be opened")]
    Sealed,
}

impl From<NoToken> for OauthError {
    fn from(why: NoToken) -> Self {
        let (status, hint) = match why {
            NoToken::Unknown => (
                StatusCode::NOT_FOUND,
                "The access token is not one of yours, or is valid no more.",
            ),
            NoToken::None => (
                StatusCode::NOT_FOUND,
                "The person did not sign in with Privy for this access token.",
            ),
            NoToken::Expired => (
                StatusCode::GONE,
                "The Privy token has expired, and only the person can get a new one.",
            ),
            NoToken::Sealed => {
                return Self::unavailable("The Privy token cannot be read now.");
            }
        };
        Self::new(ErrorCode::InvalidGrant, hint).status(status)
    }
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    headers: HeaderMap,
    form: Result<Form, OauthError>,
) -> Result<Response, OauthError> {
    let event = Event::new(Kind::PrivyTokenHandedOver, &source);
    let (claims, event) = match suffices_to_hold(&issuer) && is_bearer(&headers) {
        true => {
            let claims = held(&issuer, &headers)?;
            let mut event = event.detail("to whoever holds the access token");
            event.client_id = Some(claims.client_id.clone());
            (claims, event)
        }
        false => {
            let Form(params) = form?;
            let client = authenticated(&issuer, &source, &headers, &params).await?;
            if !brings_credentials(&headers, &params) {
                let hint = "Privy tokens are for resource servers that authenticate.";
                return Err(OauthError::new(ErrorCode::InvalidClient, hint));
            }
            (
                concerning(&issuer, &client, &params)?,
                event.client(&client.id),
            )
        }
    };
    let mut event = event.person(&claims.sub);
    event.resource = Some(claims.aud.clone());
    let context = issuer.clone();
    let found = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { find(&context, tx, (&claims.jti, &event)).await })
    });
    let row = found.await??;
    let access_token = privy::open(&issuer, &row).ok_or(NoToken::Sealed)?;
    let handed_over = HandedOver {
        access_token,
        token_type: "Bearer",
        expires_in: row.expires_at - issuer.clock.now().0,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(handed_over)).into_response())
}

/// Whether the operator has it so that the access token alone is enough.
fn suffices_to_hold(issuer: &Issuer) -> bool {
    let upstreams = issuer.settings.upstreams.iter();
    let mut privy = upstreams.filter_map(UpstreamSettings::privy);
    privy.any(|privy| privy.token_endpoint_auth == TokenEndpointAuth::Bearer)
}

fn is_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION);
    let scheme = value.and_then(|value| value.to_str().ok()?.split(' ').next());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

/// The access token that the caller holds.
fn held(issuer: &Issuer, headers: &HeaderMap) -> Result<Arc<AccessClaims>, OauthError> {
    let hint = "The token is not valid, has expired or was revoked.";
    access::verify(issuer, bearer(headers)?).ok_or_else(|| invalid_token(hint))
}

/// The access token that a resource server was called with.
fn concerning(
    issuer: &Issuer,
    client: &Client,
    params: &Params,
) -> Result<Arc<AccessClaims>, OauthError> {
    let hint = "token is missing.";
    let missing = || OauthError::new(ErrorCode::InvalidRequest, hint);
    let claims = access::verify(issuer, params.get("token").ok_or_else(missing)?);
    let its_own = |claims: &Arc<AccessClaims>| {
        let mut resources = client.introspects.iter();
        resources.any(|resource| resource.as_str() == claims.aud)
    };
    Ok(claims.filter(its_own).ok_or(NoToken::Unknown)?)
}

/// The live token behind a live family, with the record that it was handed over.
async fn find(
    issuer: &Issuer,
    tx: &mut Tx,
    (jti, event): (&str, &Event),
) -> Result<Result<Row, NoToken>, DbError> {
    let family_id = jti.split('.').next().unwrap_or_default();
    let Some(family) = db::families::find(tx, family_id).await? else {
        return Ok(Err(NoToken::Unknown));
    };
    let Some(id) = family.privy_token_id else {
        return Ok(Err(NoToken::None));
    };
    // What has expired may have been deleted.
    let Some(row) = db::privy_tokens::find(tx, &id, issuer.clock.now()).await? else {
        return Ok(Err(NoToken::Expired));
    };
    audit::record(issuer, tx, event).await?;
    Ok(Ok(row))
}
