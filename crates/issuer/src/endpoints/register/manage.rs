//! A registration read, replaced or deleted with its own token (RFC 7592 §2).

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oauth::client::ClientId;
use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;
use serde_json::{Map, Value};

use super::{
    RegisterError, Registered, hash_of, new_secret, read_metadata, read_object, token_place,
};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::{Client, ClientSource};
use crate::db::clients::Row;
use crate::db::{self, DbError};
use crate::tokens::refresh;
use crate::tokens::revocation::Revoked;

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RegisterError> {
    let (row, token) = load(&issuer, &id, &headers).await?;
    let metadata = serde_json::from_str(&row.metadata)?;
    // Unlike RFC 7592 §3, the secret is not told again: only its hash is kept.
    let registered = Registered::new(&issuer, &row, token, metadata);
    Ok(Json(registered).into_response())
}

pub(crate) async fn put(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    source: Source,
    body: Body,
) -> Result<Response, RegisterError> {
    let (row, token) = load_to_change(&issuer, &id, &headers).await?;
    let object = read_object(body).await?;
    check_credentials(&row, &object)?;
    let metadata = read_metadata(&issuer, &object)?;
    let has_secret = metadata.token_endpoint_auth_method.has_secret();
    let kept_hash = row.secret_hash.filter(|_| has_secret);
    let secret = match &kept_hash {
        Some(_) => None,
        None => new_secret(&issuer, &metadata)?,
    };
    let id = ClientId::parse(&row.id).map_err(|_| RegisterError::TokenInvalid)?;
    let created_at = UnixTime(row.created_at);
    let changed = Row {
        secret_hash: kept_hash.or_else(|| hash_of(secret.as_ref())),
        registration_token_hash: row.registration_token_hash,
        ..Client::row(&id, ClientSource::Registered, &metadata, created_at)?
    };
    let registered = Registered::new(&issuer, &changed, token, metadata).with(secret);
    let event = Event::new(Kind::ClientChanged, &source).client(&id);
    change(&issuer, id, event, Change::Replace(Box::new(changed))).await?;
    Ok(Json(registered).into_response())
}

pub(crate) async fn delete(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    source: Source,
) -> Result<Response, RegisterError> {
    let (row, token) = load_to_change(&issuer, &id, &headers).await?;
    let id = ClientId::parse(&row.id).map_err(|_| RegisterError::TokenInvalid)?;
    let event = Event::new(Kind::ClientDeleted, &source).client(&id);
    change(&issuer, id, event, Change::Delete(token.hash())).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The client's row, if the request brings a token that was given out for it.
async fn load(
    issuer: &Issuer,
    id: &str,
    headers: &HeaderMap,
) -> Result<(Row, Secret<String>), RegisterError> {
    let header = headers.get(header::AUTHORIZATION);
    let token = header
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| Secret::new(token.trim().to_owned()))
        .ok_or(RegisterError::TokenInvalid)?;
    // No database is asked for what cannot be an id.
    let client_id = ClientId::parse(id).map_err(|_| RegisterError::TokenInvalid)?;
    let row = db::clients::find(&mut issuer.db.read().await?, client_id.as_str()).await?;
    let row = row.filter(|row| row.source == "registered" && row.disabled_at.is_none());
    let row = row.ok_or(RegisterError::TokenInvalid)?;
    let opens = || issuer.sealer.open(&token_place(id), token.expose()).is_ok();
    if may_change(&row, &token) || opens() {
        Ok((row, token))
    } else {
        Err(RegisterError::TokenInvalid)
    }
}

/// As [`load`], if nobody shares the client.
async fn load_to_change(
    issuer: &Issuer,
    id: &str,
    headers: &HeaderMap,
) -> Result<(Row, Secret<String>), RegisterError> {
    let (row, token) = load(issuer, id, headers).await?;
    if may_change(&row, &token) {
        Ok((row, token))
    } else {
        Err(RegisterError::Shared)
    }
}

fn may_change(row: &Row, token: &Secret<String>) -> bool {
    let hash = row.registration_token_hash.clone();
    hash.is_some_and(|hash| SecretHash::from_stored(hash).matches(token.expose().as_bytes()))
}

/// RFC 7592 §2.2: the request names the client, and its secret only if it knows it.
fn check_credentials(row: &Row, object: &Map<String, Value>) -> Result<(), RegisterError> {
    let same_id = object.get("client_id").and_then(Value::as_str) == Some(&row.id);
    let same_secret = match (object.get("client_secret"), &row.secret_hash) {
        (None, _) => true,
        (Some(Value::String(secret)), Some(hash)) => {
            SecretHash::from_stored(hash.clone()).matches(secret.as_bytes())
        }
        (Some(_), _) => false,
    };
    if same_id && same_secret {
        Ok(())
    } else {
        Err(RegisterError::ForeignCredentials)
    }
}

enum Change {
    Replace(Box<Row>),
    Delete(SecretHash),
}

/// Changes the row if the token still may, together with its event.
async fn change(
    issuer: &Issuer,
    id: ClientId,
    event: Event,
    change: Change,
) -> Result<(), RegisterError> {
    let (context, own) = (issuer.clone(), id.clone());
    let revoked = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let (changed, deletes) = match change {
                Change::Replace(row) => (db::clients::update_registration(tx, *row).await?, false),
                Change::Delete(hash) => (
                    db::clients::delete(tx, own.as_str(), hash.as_str()).await?,
                    true,
                ),
            };
            if !changed {
                return Err(DbError::Conflict);
            }
            audit::record(&context, tx, &event).await?;
            if !deletes {
                return Ok(Revoked::default());
            }
            // RFC 7592 §2.3: with the client ends all that was allowed to it.
            refresh::revoke_families_of_client(&context, tx, &own).await
        })
    });
    let revoked = revoked.await;
    issuer.clients.forget(&id).await;
    match revoked {
        Ok(revoked) => revoked.publish(issuer),
        // A second registration came to share the client meanwhile.
        Err(DbError::Conflict) => return Err(RegisterError::Shared),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
