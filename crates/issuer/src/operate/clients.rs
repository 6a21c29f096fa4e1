//! The operator's commands for clients.

use oauth::client::{AuthMethod, ClientId, ClientMetadata, MetadataError, Rules};
use oauth::redirect::RedirectUri;
use oauth::secret::Secret;
use serde_json::{Map, Value};

use super::event;
use crate::Issuer;
use crate::audit::{self, Kind};
use crate::clients::{self, ClientSource, configured_row};
use crate::db::clients::Row;
use crate::db::{self, DbError};
use crate::random::RandomError;
use crate::tokens::refresh;
use crate::tokens::revocation::Revoked;

/// A client as an operator sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Client {
    pub id: String,
    pub name: String,
    /// `operator`, `registered`, `metadata_document` or `configuration`.
    pub source: String,
    pub auth_method: AuthMethod,
    pub redirect_uris: Vec<String>,
    pub disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_at: Option<i64>,
}

/// A client that was added, with the secret that is shown once.
#[derive(Clone, Debug)]
pub struct Added {
    pub id: String,
    pub secret: Option<Secret<String>>,
}

/// Why a client was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    #[error("the id must be printable ASCII and no URL")]
    Id,
    #[error("a client with this id exists already")]
    Taken,
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Adds a client with metadata as it would register with. The operator vouches for it: its name
/// is shown as known, its redirect URIs need no allow-list, and it is never deleted for want of use.
///
/// # Errors
/// If the metadata cannot be used, the id is taken, or the database is away.
pub async fn add(
    issuer: &Issuer,
    id: Option<String>,
    metadata: &Map<String, Value>,
) -> Result<Added, AddError> {
    let rules = Rules {
        redirect_uris_max: issuer.settings.registration.redirect_uris_max,
        allows: &|_| true,
        default_auth_method: AuthMethod::None,
    };
    let metadata = ClientMetadata::read(metadata, &rules)?;
    let now = issuer.clock.now();
    let id = match id {
        Some(id) => id,
        None => format!("client_{}", issuer.random.id(now)?.simple()),
    };
    let id = ClientId::parse(&id).map_err(|_| AddError::Id)?;
    if id.is_url() || issuer.clients.configured.iter().any(|known| known.id == id) {
        return Err(if id.is_url() {
            AddError::Id
        } else {
            AddError::Taken
        });
    }
    let needed = metadata.token_endpoint_auth_method.has_secret();
    let secret = needed.then(|| issuer.random.secret()).transpose()?;
    let row = Row {
        secret_hash: secret
            .as_ref()
            .map(|secret| secret.hash().as_str().to_owned()),
        ..clients::Client::row(&id, ClientSource::Operator, &metadata, now)?
    };
    let (context, event) = (
        issuer.clone(),
        event(Kind::ClientChanged, "added").client(&id),
    );
    let added = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            if !db::clients::insert(tx, row).await? {
                return Ok(false);
            }
            audit::record(&context, tx, &event).await.map(|()| true)
        })
    });
    if !added.await? {
        return Err(AddError::Taken);
    }
    let id = id.as_str().to_owned();
    Ok(Added { id, secret })
}

/// The configured clients, then all others.
///
/// # Errors
/// If the database is away.
pub async fn list(issuer: &Issuer) -> Result<Vec<Client>, DbError> {
    let mut tx = issuer.db.read().await?;
    let rows = db::clients::list(&mut tx, "", i64::MAX).await?;
    let configured = issuer.clients.configured.iter().map(|client| Client {
        id: client.id.to_string(),
        name: client.name.clone(),
        source: "configuration".to_owned(),
        auth_method: client.auth_methods.first().copied().unwrap_or_default(),
        redirect_uris: shown(&client.redirect_uris),
        // Only a configured client that an operator has disabled is in the table as well.
        disabled: rows
            .iter()
            .any(|row| row.id == client.id.as_str() && row.disabled_at.is_some()),
        created_at: None,
        used_at: None,
    });
    let mut all: Vec<_> = configured.collect();
    let known = |row: &Row| {
        issuer
            .clients
            .configured
            .iter()
            .any(|client| client.id.as_str() == row.id)
    };
    let stored = rows.into_iter().filter(|row| !known(row)).map(|row| {
        let metadata: ClientMetadata = serde_json::from_str(&row.metadata).unwrap_or_default();
        Client {
            id: row.id,
            name: row.name,
            source: row.source,
            auth_method: metadata.token_endpoint_auth_method,
            redirect_uris: shown(&metadata.redirect_uris),
            disabled: row.disabled_at.is_some(),
            created_at: Some(row.created_at),
            used_at: row.used_at,
        }
    });
    all.extend(stored);
    Ok(all)
}

fn shown(uris: &[RedirectUri]) -> Vec<String> {
    uris.iter().map(|uri| uri.as_str().to_owned()).collect()
}

/// Disables a client, which ends all that was allowed to it, or enables it again; whether it is
/// known.
///
/// # Errors
/// If the database is away.
pub async fn set_disabled(issuer: &Issuer, id: &ClientId, disable: bool) -> Result<bool, DbError> {
    let (context, own) = (issuer.clone(), id.clone());
    let configured = configured_row(issuer, id)?;
    let revoked = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let at = disable.then(|| context.clock.now());
            if let Some(row) = configured {
                db::clients::insert(tx, row).await?;
            }
            if !db::clients::update_disabled(tx, own.as_str(), at).await? {
                return Ok(None);
            }
            let (kind, word) = if disable {
                (Kind::ClientDisabled, "disabled")
            } else {
                (Kind::ClientChanged, "enabled")
            };
            audit::record(&context, tx, &event(kind, word).client(&own)).await?;
            if !disable {
                return Ok(Some(Revoked::default()));
            }
            let revoked = refresh::revoke_families_of_client(&context, tx, &own).await?;
            Ok(Some(revoked))
        })
    });
    let revoked = revoked.await?;
    issuer.clients.forget(id).await;
    let found = revoked.is_some();
    if let Some(revoked) = revoked {
        revoked.publish(issuer);
    }
    Ok(found)
}

/// Gives a client a new secret, which is shown once; the old one is dead within seconds. `None` if
/// no such client has a secret.
///
/// # Errors
/// If the database is away.
pub async fn rotate_secret(
    issuer: &Issuer,
    id: &ClientId,
) -> Result<Option<Secret<String>>, DbError> {
    let secret = issuer.random.secret();
    let secret = secret.map_err(|_| DbError::Unavailable(None))?;
    let (context, own, hash) = (issuer.clone(), id.clone(), secret.hash());
    let rotated = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let found = db::clients::update_secret(tx, own.as_str(), hash.as_str()).await?;
            if found {
                let event = event(Kind::ClientChanged, "new secret").client(&own);
                audit::record(&context, tx, &event).await?;
            }
            Ok(found)
        })
    });
    let found = rotated.await?;
    issuer.clients.forget(id).await;
    Ok(found.then_some(secret))
}
