//! What a grant gives out: the access token, the ID token and the refresh token (RFC 9068 §2.2).

use std::sync::Arc;

use oauth::client::ClientId;
use oauth::jwt::{Algorithm, Checks, SigningKey, UnverifiedJwt};
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::secret::base64url;
use oauth::time::UnixTime;
use oauth::token::{AccessClaims, TokenResponse};

use super::keys::{self, SKEW_SECONDS, SignError};
use super::methods::Methods;
use super::{id_token, refresh, revocation};
use crate::Issuer;
use crate::db::people::Person;

/// What was granted, after its commit.
pub(crate) struct Granted {
    pub(crate) family_id: String,
    /// Of the family, when this was granted.
    pub(crate) edition: i64,
    /// Of the refresh token that goes with it, for a client that gets any.
    pub(crate) generation: Option<i64>,
    pub(crate) client_id: ClientId,
    pub(crate) person: Person,
    pub(crate) resource: Resource,
    /// Of this access token; the family may have more.
    pub(crate) scope: ScopeSet,
    pub(crate) auth_time: UnixTime,
    pub(crate) methods: Methods,
    pub(crate) nonce: Option<String>,
}

/// Signs the tokens of a grant.
pub(crate) async fn issue(issuer: &Issuer, granted: Granted) -> Result<TokenResponse, SignError> {
    let settings = &issuer.settings;
    let resource = settings.resource(&granted.resource).ok_or(SignError)?;
    let claims = claims(issuer, &granted)?;
    let sign = move |key: &SigningKey| key.sign_access(&claims);
    let access_token = keys::sign(issuer, resource.algorithm, sign).await?;
    let id_token = if granted.scope.contains("openid") {
        let algorithm = settings.signing_algorithm;
        let claims = id_token::claims(issuer, &granted, (algorithm, &access_token));
        let sign = move |key: &SigningKey| key.sign_jwt(&claims);
        Some(keys::sign(issuer, algorithm, sign).await?)
    } else {
        None
    };
    let refresh_token = match granted.generation {
        Some(generation) => {
            let token = refresh::token(issuer, &granted.family_id, generation);
            Some(token.ok_or(SignError)?)
        }
        None => None,
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: settings.lifetimes.access_token,
        scope: granted.scope,
        refresh_token,
        id_token,
    })
}

/// Verifies an access token of ours. What was verified once is remembered while its key is
/// published; whether it has expired or was revoked is asked each time.
pub(crate) fn verify(issuer: &Issuer, token: &str) -> Option<Arc<AccessClaims>> {
    let now = issuer.clock.now();
    let claims = issuer.keys.verified(token, |keys| {
        let checks = Checks {
            typ: Some("at+jwt"),
            algorithms: &Algorithm::ALL,
            now,
            // Of a node whose clock is ahead; that the token lives is looked at below, without.
            leeway_seconds: SKEW_SECONDS,
        };
        let claims: AccessClaims = UnverifiedJwt::split(token)?.verify(keys, &checks)?;
        Ok(claims)
    })?;
    let ours = claims.iss == issuer.settings.public_url.as_str();
    let live = claims.exp > now && !issuer.is_revoked(&claims.jti);
    (ours && live).then_some(claims)
}

fn claims(issuer: &Issuer, granted: &Granted) -> Result<AccessClaims, SignError> {
    let now = issuer.clock.now();
    let own: [u8; 16] = issuer.random.bytes().map_err(|_| SignError)?;
    let email = granted.scope.contains("email");
    let client_id = granted.client_id.as_str().to_owned();
    Ok(AccessClaims {
        iss: issuer.settings.public_url.as_str().to_owned(),
        sub: granted.person.id.clone(),
        aud: granted.resource.as_str().to_owned(),
        exp: now.plus(issuer.settings.lifetimes.access_token),
        iat: now,
        jti: format!(
            "{}.{}",
            revocation::edition(&granted.family_id, granted.edition),
            base64url(&own)
        ),
        azp: client_id.clone(),
        client_id,
        scope: granted.scope.clone(),
        auth_time: granted.auth_time,
        acr: granted.methods.acr().map(|acr| acr.as_str().to_owned()),
        amr: granted
            .methods
            .amr()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        email: email.then(|| granted.person.email.clone()),
        email_verified: email.then_some(granted.person.email_verified),
    })
}
