//! Dynamic client registration (RFC 7591 §3).

mod error;
pub(crate) mod manage;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use oauth::client::{AuthMethod, ClientId, ClientMetadata, Rules};
use oauth::json::parse_object;
use oauth::secret::Secret;
use serde_json::{Map, Value};

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::{Client, ClientSource};
use crate::db::clients::Row;
use crate::db::{self, DbError};
use crate::login::throttle::{self, source_name};
use crate::random::RandomError;

use error::RegisterError;

const BODY_BYTES_MAX: usize = 64 * 1_024;

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    source: Source,
    body: Body,
) -> Result<Response, RegisterError> {
    if !issuer.settings.registration.enabled {
        return Err(RegisterError::Closed);
    }
    let metadata = read_metadata(&issuer, &read_object(body).await?)?;
    let limit = issuer.settings.limits.registrations_per_source;
    throttle::count(&issuer, &source_name("registration", &source), limit).await?;
    let now = issuer.clock.now();
    let new_id = format!("client_{}", issuer.random.id(now)?.simple());
    let new_id = ClientId::parse(&new_id).map_err(|_| RandomError)?;
    let secret = new_secret(&issuer, &metadata)?;
    let mut token = new_token(&issuer, new_id.as_str())?;
    // Only what anybody may say of itself can be the same client.
    let public = metadata.token_endpoint_auth_method == AuthMethod::None;
    let row = Row {
        secret_hash: hash_of(secret.as_ref()),
        registration_token_hash: hash_of(Some(&token)),
        fingerprint: public.then(|| metadata.fingerprint()),
        ..Client::row(&new_id, ClientSource::Registered, &metadata, now)?
    };
    let row = keep(&issuer, row, source).await?;
    if row.id != new_id.as_str() {
        token = new_token(&issuer, &row.id)?;
    }
    let registered = Registered::new(&issuer, &row, token, metadata);
    Ok((StatusCode::CREATED, Json(registered.with(secret))).into_response())
}

/// Keeps a registration, or finds the equal one that is there already.
async fn keep(issuer: &Issuer, row: Row, source: Source) -> Result<Row, DbError> {
    let context = issuer.clone();
    issuer
        .db
        .write(move |tx| {
            Box::pin(async move {
                let mut kept = row.clone();
                if !db::clients::insert(tx, row).await? {
                    let fingerprint = kept.fingerprint.as_deref().unwrap_or_default();
                    let now = context.clock.now();
                    // The equal one may just have been reaped: the client tries again.
                    kept = db::clients::update_shared(tx, fingerprint, now)
                        .await?
                        .ok_or(DbError::Unavailable(None))?;
                }
                let mut event = Event::new(Kind::ClientRegistered, &source);
                event.client_id = Some(kept.id.clone());
                audit::record(&context, tx, &event).await?;
                Ok(kept)
            })
        })
        .await
}

/// A body of bounded size, as JSON in which no member is named twice.
async fn read_object(body: Body) -> Result<Map<String, Value>, RegisterError> {
    let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| RegisterError::BodyTooLarge)?;
    parse_object(&bytes).map_err(|_| RegisterError::NotAnObject)
}

fn read_metadata(
    issuer: &Issuer,
    object: &Map<String, Value>,
) -> Result<ClientMetadata, RegisterError> {
    let policy = &issuer.settings.registration;
    let rules = Rules {
        redirect_uris_max: policy.redirect_uris_max,
        allows: &|uri| policy.allows(uri),
        // RFC 7591 §2: a client that names no method gets a secret.
        default_auth_method: AuthMethod::ClientSecretBasic,
    };
    Ok(ClientMetadata::read(object, &rules)?)
}

fn new_secret(
    issuer: &Issuer,
    metadata: &ClientMetadata,
) -> Result<Option<Secret<String>>, RegisterError> {
    let needed = metadata.token_endpoint_auth_method.has_secret();
    Ok(needed.then(|| issuer.random.secret()).transpose()?)
}

fn hash_of(secret: Option<&Secret<String>>) -> Option<String> {
    secret.map(|secret| secret.hash().as_str().to_owned())
}

/// What the token that reads a registration is sealed for.
fn token_place(id: &str) -> String {
    format!("registration/{id}")
}

/// A registration token. That it opens lets its bearer read; the right to change is the hash in
/// the client's row, which goes when a second registration shares the client.
fn new_token(issuer: &Issuer, id: &str) -> Result<Secret<String>, RegisterError> {
    let sealed = issuer.sealer.seal(&issuer.random, &token_place(id), b"")?;
    Ok(Secret::new(sealed))
}

/// What a registration is answered with (RFC 7591 §3.2.1, RFC 7592 §3).
#[derive(serde::Serialize)]
struct Registered {
    client_id: String,
    client_id_issued_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<Secret<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    registration_client_uri: String,
    registration_access_token: Secret<String>,
    #[serde(flatten)]
    metadata: ClientMetadata,
}

impl Registered {
    fn new(issuer: &Issuer, row: &Row, token: Secret<String>, metadata: ClientMetadata) -> Self {
        let path = format!("/oauth/register/{}", row.id);
        Self {
            client_id: row.id.clone(),
            client_id_issued_at: row.created_at,
            client_secret: None,
            client_secret_expires_at: None,
            registration_client_uri: issuer.settings.public_url.join(&path),
            registration_access_token: token,
            metadata,
        }
    }

    fn with(mut self, secret: Option<Secret<String>>) -> Self {
        // RFC 7591 §3.2.1: 0 says that the secret does not expire.
        self.client_secret_expires_at = secret.is_some().then_some(0);
        self.client_secret = secret;
        self
    }
}
