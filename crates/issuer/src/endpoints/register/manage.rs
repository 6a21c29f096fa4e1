//! A registration read, replaced or deleted with its own token (RFC 7592 §2).

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oauth::client::ClientId;
use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;
use serde_json::{Map, Value};

use super::{
    RegisterError, Registered, answer, hash_of, new_secret, read_metadata, read_object, token_place,
};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::clients::{Client, ClientSource};
use crate::db::clients::Row;
use crate::db::{self, DbError};
use crate::tokens::revocation;

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RegisterError> {
    let (row, token) = load(&issuer, &id, &headers).await?;
    let metadata = serde_json::from_str(&row.metadata)?;
    // Unlike RFC 7592 §3, the secret is not told again: only its hash is kept.
    let registered = Registered::new(&issuer, &id, row.created_at, token);
    Ok(answer(StatusCode::OK, &registered.with(metadata, None)))
}

pub(crate) async fn put(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    source: Source,
    body: Body,
) -> Result<Response, RegisterError> {
    let (row, token) = load(&issuer, &id, &headers).await?;
    if !may_change(&row, &token) {
        return Err(RegisterError::Shared);
    }
    let object = read_object(body).await?;
    check_credentials(&row, &object)?;
    let metadata = read_metadata(&issuer, &object)?;
    let has_secret = metadata.token_endpoint_auth_method.has_secret();
    let kept_hash = row.secret_hash.filter(|_| has_secret);
    let secret = if kept_hash.is_none() {
        new_secret(&issuer, &metadata)?
    } else {
        None
    };
    let created_at = row.created_at;
    let client_id = ClientId::parse(&id).map_err(|_| RegisterError::TokenInvalid)?;
    let changed = Row {
        secret_hash: kept_hash.or_else(|| hash_of(secret.as_ref())),
        registration_token_hash: row.registration_token_hash,
        ..Client::row(
            &client_id,
            ClientSource::Registered,
            &metadata,
            UnixTime(created_at),
        )?
    };
    let event = Event::new(Kind::ClientChanged, &source);
    change(&issuer, &id, event, Change::Replace(Box::new(changed))).await?;
    let registered = Registered::new(&issuer, &id, created_at, token);
    Ok(answer(StatusCode::OK, &registered.with(metadata, secret)))
}

pub(crate) async fn delete(
    State(issuer): State<Issuer>,
    Path(id): Path<String>,
    headers: HeaderMap,
    source: Source,
) -> Result<Response, RegisterError> {
    let (row, token) = load(&issuer, &id, &headers).await?;
    if !may_change(&row, &token) {
        return Err(RegisterError::Shared);
    }
    let event = Event::new(Kind::ClientDeleted, &source);
    change(&issuer, &id, event, Change::Delete(token.hash())).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
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
    let row = db::clients::find(&mut issuer.db.read().await?, id).await?;
    let row = row.filter(|row| row.source == "registered" && row.disabled_at.is_none());
    let row = row.ok_or(RegisterError::TokenInvalid)?;
    let opens = || issuer.sealer.open(&token_place(id), token.expose()).is_ok();
    if may_change(&row, &token) || opens() {
        Ok((row, token))
    } else {
        Err(RegisterError::TokenInvalid)
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
    id: &str,
    mut event: Event,
    change: Change,
) -> Result<(), RegisterError> {
    event.client_id = Some(id.to_owned());
    let (context, row_id) = (issuer.clone(), id.to_owned());
    let ends = matches!(change, Change::Delete(_));
    let revoked = issuer
        .db
        .write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let changed = match change {
                    Change::Replace(row) => db::clients::update_registration(tx, *row).await?,
                    Change::Delete(hash) => db::clients::delete(tx, &row_id, hash.as_str()).await?,
                };
                if !changed {
                    return Ok(None);
                }
                audit::record(&context, tx, &event).await?;
                // RFC 7592 §2.3: with the client ends all that was allowed to it.
                let ended = match ends {
                    true => db::families::delete_of_client(tx, &row_id).await?,
                    false => Vec::new(),
                };
                revocation::revoke(&context, tx, ended).await.map(Some)
            })
        })
        .await?;
    if let Ok(id) = ClientId::parse(id) {
        issuer.clients.forget(&id).await;
    }
    revoked.ok_or(RegisterError::Shared)?.publish(issuer);
    Ok(())
}
