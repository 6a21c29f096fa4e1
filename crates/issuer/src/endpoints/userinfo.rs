//! Who the person behind an access token is (OpenID Connect Core §5.3).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use oauth::challenge::Challenge;
use oauth::error::ErrorCode;

use super::error::OauthError;
use crate::Issuer;
use crate::db;
use crate::tokens::access;

#[derive(serde::Serialize)]
pub(crate) struct UserInfo {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// Answers GET and POST alike.
///
/// Unlike OpenID Connect Core §5.3, a token without the scope `openid` is told `sub` too: it is
/// in the token anyway.
pub(crate) async fn get(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
) -> Result<Json<UserInfo>, OauthError> {
    let token = bearer(&headers)?;
    let refused = || invalid_token("The token is not valid, has expired or was revoked.");
    let claims = access::verify(&issuer, token).ok_or_else(refused)?;
    let mut tx = issuer.db.read().await?;
    let person = db::people::find(&mut tx, &claims.sub).await?;
    let person = person
        .filter(|person| !person.disabled)
        .ok_or_else(refused)?;
    let email = claims.scope.contains("email");
    // OpenID Connect Core §5.4: each scope opens its own claims.
    Ok(Json(UserInfo {
        sub: person.id,
        email: email.then_some(person.email),
        email_verified: email.then_some(person.email_verified),
        name: person.name.filter(|_| claims.scope.contains("profile")),
    }))
}

/// The one token in `Authorization`.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, OauthError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    // RFC 6750 §3.1: who brings no token is told so without an error code.
    let Some(value) = values.next() else {
        let error = OauthError::new(ErrorCode::InvalidToken, "A bearer token is needed.");
        return Err(error.challenge(Challenge::default()));
    };
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    match (token, values.next()) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(invalid_token("Authorization must hold one bearer token.")),
    }
}

/// The token counts no more.
pub(super) fn invalid_token(hint: &'static str) -> OauthError {
    let code = ErrorCode::InvalidToken;
    OauthError::new(code, hint).challenge(Challenge {
        error: Some(code),
        error_description: Some(hint.to_owned()),
        ..Challenge::default()
    })
}
