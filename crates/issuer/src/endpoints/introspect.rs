//! Introspection (RFC 7662): for a client that proves itself, of tokens that are its business.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use oauth::error::ErrorCode;
use oauth::resource::Resource;

use super::caller::authenticated;
use super::error::OauthError;
use super::form::Form;
use crate::Issuer;
use crate::audit::Source;
use crate::clients::Client;
use crate::clients::authenticate::brings_credentials;
use crate::db;
use crate::tokens::methods::Methods;
use crate::tokens::{access, personal, refresh};

/// What is told of a token.
#[derive(Default, serde::Serialize)]
pub(crate) struct Introspection {
    active: bool,
    #[serde(flatten)]
    about: Option<About>,
}

#[derive(serde::Serialize)]
struct About {
    scope: String,
    client_id: String,
    sub: String,
    aud: String,
    iss: String,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    token_type: &'static str,
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Json<Introspection>, OauthError> {
    let client = authenticated(&issuer, &source, &headers, &params).await?;
    // RFC 7662 §2.1: whoever asks must prove who it is, or tokens could be tried out.
    if !brings_credentials(&headers, &params) {
        let hint = "Introspection is for clients that authenticate.";
        return Err(OauthError::new(ErrorCode::InvalidClient, hint));
    }
    let Some(token) = params.get("token") else {
        return Err(OauthError::new(
            ErrorCode::InvalidRequest,
            "token is missing.",
        ));
    };
    let about = match about_access(&issuer, token) {
        Some(about) => Some(about),
        None if token.starts_with(personal::PREFIX) => about_personal(&issuer, token).await?,
        None => about_refresh(&issuer, token).await?,
    };
    // RFC 7662 §2.2: of a token that is not the asker's business, nothing is told.
    let about = about.filter(|about| concerns(&client, about));
    Ok(Json(Introspection {
        active: about.is_some(),
        about,
    }))
}

fn concerns(client: &Client, about: &About) -> bool {
    let named = |resource: &Resource| resource.as_str() == about.aud;
    about.client_id == client.id.as_str() || client.introspects.iter().any(named)
}

fn about_access(issuer: &Issuer, token: &str) -> Option<About> {
    let claims = access::verify(issuer, token)?;
    Some(About {
        scope: claims.scope.to_string(),
        client_id: claims.client_id.clone(),
        sub: claims.sub.clone(),
        aud: claims.aud.clone(),
        iss: claims.iss.clone(),
        exp: claims.exp.0,
        iat: claims.iat.0,
        jti: Some(claims.jti.clone()),
        // RFC 9470 §6.2: a resource that asks learns how and when the person signed in.
        acr: claims.acr.clone(),
        auth_time: Some(claims.auth_time.0),
        token_type: "Bearer",
    })
}

async fn about_personal(issuer: &Issuer, token: &str) -> Result<Option<About>, OauthError> {
    let found = issuer.personal_token(token).await?;
    Ok(found.map(|token| About {
        client_id: token.client_id(),
        scope: token.scope.to_string(),
        sub: token.person_id,
        aud: token.resource,
        iss: issuer.settings.public_url.as_str().to_owned(),
        exp: token.expires_at.0,
        iat: token.created_at.0,
        jti: Some(token.id),
        // Nobody signs in to use it.
        acr: None,
        auth_time: None,
        token_type: "Bearer",
    }))
}

async fn about_refresh(issuer: &Issuer, token: &str) -> Result<Option<About>, OauthError> {
    let Some(presented) = refresh::parse(issuer, token) else {
        return Ok(None);
    };
    let mut tx = issuer.db.read().await?;
    let Some(family) = db::families::find(&mut tx, &presented.family_id).await? else {
        return Ok(None);
    };
    let Some(exp) = refresh::usable_until(issuer, &family, presented.generation) else {
        return Ok(None);
    };
    Ok(Some(About {
        acr: Methods::read(&family.methods)
            .acr()
            .map(|acr| acr.as_str().to_owned()),
        auth_time: Some(family.auth_time),
        scope: family.scope,
        client_id: family.client_id,
        sub: family.person_id,
        aud: family.resource,
        iss: issuer.settings.public_url.as_str().to_owned(),
        exp,
        iat: family.rotated_at,
        jti: None,
        // Whoever asks what a caller may do must not take this for an access token.
        token_type: "refresh_token",
    }))
}
