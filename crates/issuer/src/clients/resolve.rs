//! Finding a client: disabled or changed in the table, named in the configuration, registered, or
//! vouched for by its metadata document.

use std::sync::Arc;

use oauth::client::ClientId;

use super::{CACHE_SECONDS, Client, Resolved};
use crate::Issuer;
use crate::db::{self, DbError};

/// Why there is no such client.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error("no such client")]
    Unknown,
    #[error("the client is disabled")]
    Disabled,
    #[error(transparent)]
    Database(Arc<DbError>),
}

impl From<DbError> for ResolveError {
    fn from(error: DbError) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// Finds a client. The answer may be as old as [`CACHE_SECONDS`]; requests that ask at the same
/// time share one search.
pub(crate) async fn resolve(issuer: &Issuer, id: &ClientId) -> Result<Arc<Client>, ResolveError> {
    let cache = &issuer.clients.resolved;
    let now = issuer.clock.now();
    if let Some(known) = cache.get(id).await {
        if now < known.until {
            return Ok(known.client);
        }
        cache.invalidate(id).await;
    }
    let load = async {
        Ok(Resolved {
            client: load(issuer, id).await?,
            until: now.plus(CACHE_SECONDS),
        })
    };
    let loaded = cache.try_get_with_by_ref(id, load).await;
    loaded
        .map(|resolved| resolved.client)
        .map_err(|error: Arc<ResolveError>| (*error).clone())
}

async fn load(issuer: &Issuer, id: &ClientId) -> Result<Arc<Client>, ResolveError> {
    let row = db::clients::find(&mut issuer.db.read().await?, id.as_str()).await?;
    if row.as_ref().is_some_and(|row| row.disabled_at.is_some()) {
        return Err(ResolveError::Disabled);
    }
    let configured = &issuer.clients.configured;
    if let Some(client) = configured.iter().find(|client| client.id == *id) {
        return Ok(Arc::clone(client));
    }
    let row = row.ok_or(ResolveError::Unknown)?;
    Ok(Arc::new(Client::from_row(row)?))
}
