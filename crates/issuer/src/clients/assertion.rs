//! Client assertions: `private_key_jwt` (RFC 7523 §2.2, §3).

use std::sync::Arc;

use oauth::client::ClientId;
use oauth::jwt::{Algorithm, Checks, JwtError, KeySet, UnverifiedJwt};
use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use super::Client;
use super::fetch::FetchError;
use crate::Issuer;
use crate::db::{self, DbError};

/// Why an assertion does not prove who the client is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error(transparent)]
    Jwt(#[from] JwtError),
    #[error("iss and sub are not the client's id")]
    ForeignIssuer,
    #[error("aud is neither our issuer nor our token endpoint")]
    ForeignAudience,
    #[error("exp is too far ahead")]
    LivesTooLong,
    #[error("jti is missing or too long")]
    IdMissing,
    #[error("the assertion was used before")]
    Replayed,
    #[error("the client's keys: {0}")]
    Keys(#[from] FetchError),
    #[error("the client's keys are no public key set")]
    KeysInvalid,
    #[error(transparent)]
    Database(#[from] DbError),
}

#[derive(serde::Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    jti: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

const LIFETIME_SECONDS_MAX: i64 = 300;
const LEEWAY_SECONDS: i64 = 30;
const ID_BYTES_MAX: usize = 512;
const KEYS_BYTES_MAX: usize = 64 * 1_024;
/// How long fetched keys are used before they are fetched again.
const KEYS_SECONDS: i64 = 3_600;
/// How soon keys may be fetched again because one is missing.
const KEYS_REFETCH_SECONDS: i64 = 60;

/// Keys as fetched.
#[derive(Clone)]
pub(super) struct FetchedKeys {
    keys: Arc<KeySet>,
    at: UnixTime,
}

/// The client that an assertion claims to be from. Nobody vouches for it.
pub(super) fn claimed_client_id(unverified_jwt: &str) -> Option<ClientId> {
    #[derive(serde::Deserialize)]
    struct Subject {
        sub: String,
    }
    let jwt = UnverifiedJwt::split(unverified_jwt).ok()?;
    ClientId::parse(&jwt.unverified_claims::<Subject>()?.sub).ok()
}

/// Verifies an assertion and uses it up.
pub(super) async fn verify(
    issuer: &Issuer,
    client: &Client,
    assertion: &str,
) -> Result<(), AssertionError> {
    let jwt = UnverifiedJwt::split(assertion)?;
    let now = issuer.clock.now();
    let known = keys(issuer, client, KEYS_SECONDS).await?;
    let mut result = verify_with(&jwt, &known, now);
    // A client that rotated its keys has published the new one by now.
    let other_key = matches!(result, Err(JwtError::UnknownKey | JwtError::BadSignature));
    if other_key && client.jwks.is_none() {
        let newer = keys(issuer, client, KEYS_REFETCH_SECONDS).await?;
        result = verify_with(&jwt, &newer, now);
    }
    let claims = result?;
    check_claims(issuer, client, &claims)?;
    use_up(issuer, client, claims).await
}

fn verify_with(jwt: &UnverifiedJwt<'_>, keys: &KeySet, now: UnixTime) -> Result<Claims, JwtError> {
    let mut checks = Checks {
        typ: None,
        algorithms: &Algorithm::ALL,
        now,
        leeway_seconds: LEEWAY_SECONDS,
    };
    match jwt.verify(keys, &checks) {
        // draft-ietf-oauth-rfc7523bis-02 §4: an assertion may say what it is.
        Err(JwtError::WrongType) => {
            checks.typ = Some("client-authentication+jwt");
            jwt.verify(keys, &checks)
        }
        result => result,
    }
}

fn check_claims(issuer: &Issuer, client: &Client, claims: &Claims) -> Result<(), AssertionError> {
    // RFC 7523 §3: the client speaks for itself.
    if claims.iss != client.id.as_str() || claims.sub != client.id.as_str() {
        return Err(AssertionError::ForeignIssuer);
    }
    let public_url = &issuer.settings.public_url;
    let token_endpoint = public_url.join("/oauth/token");
    let ours = |aud: &String| aud == public_url.as_str() || *aud == token_endpoint;
    let for_us = match &claims.aud {
        Audience::One(aud) => ours(aud),
        Audience::Several(several) => several.iter().any(ours),
    };
    if !for_us {
        return Err(AssertionError::ForeignAudience);
    }
    let latest = issuer
        .clock
        .now()
        .plus(LIFETIME_SECONDS_MAX + LEEWAY_SECONDS);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 are far below 2^52"
    )]
    if claims.exp > latest.0 as f64 {
        return Err(AssertionError::LivesTooLong);
    }
    Ok(())
}

/// RFC 7523 §3: an assertion is good once, on whichever node.
async fn use_up(issuer: &Issuer, client: &Client, claims: Claims) -> Result<(), AssertionError> {
    let jti = claims
        .jti
        .filter(|jti| !jti.is_empty() && jti.len() <= ID_BYTES_MAX);
    let jti = jti.ok_or(AssertionError::IdMissing)?;
    let hash = SecretHash::of(format!("{}\n{jti}", client.id).as_bytes());
    let id = format!("assertion/{}", hash.as_str());
    // It cannot be valid for longer than this.
    let expires_at = issuer
        .clock
        .now()
        .plus(LIFETIME_SECONDS_MAX + 2 * LEEWAY_SECONDS);
    let fresh = issuer
        .db
        .write::<_, DbError, _>(move |tx| {
            Box::pin(async move { db::used_ids::insert(tx, &id, expires_at).await })
        })
        .await?;
    fresh.then_some(()).ok_or(AssertionError::Replayed)
}

/// The client's keys: its own set, or the one at its address, fetched anew if it is older than
/// `age_seconds_max`.
async fn keys(
    issuer: &Issuer,
    client: &Client,
    age_seconds_max: i64,
) -> Result<Arc<KeySet>, AssertionError> {
    let parse = |json: &[u8]| {
        let keys = KeySet::parse(json).map_err(|_| AssertionError::KeysInvalid)?;
        Ok(Arc::new(keys))
    };
    if let Some(jwks) = &client.jwks {
        return parse(jwks.as_bytes());
    }
    let url = client
        .jwks_uri
        .as_deref()
        .ok_or(AssertionError::KeysInvalid)?;
    let (cache, now) = (&issuer.clients.keys, issuer.clock.now());
    if let Some(known) = cache.get(url)
        && now.since(known.at) < age_seconds_max
    {
        return Ok(known.keys);
    }
    let fetched = issuer
        .clients
        .fetcher
        .fetch(url, KEYS_BYTES_MAX, now)
        .await?;
    let keys: Arc<KeySet> = parse(&fetched.body)?;
    let known = FetchedKeys {
        keys: Arc::clone(&keys),
        at: now,
    };
    cache.insert(url.to_owned(), known);
    Ok(keys)
}
