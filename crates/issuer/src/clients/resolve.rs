//! Finding a client: disabled or changed in the table, named in the configuration, registered, or
//! vouched for by its metadata document.

use std::sync::Arc;

use oauth::client::ClientId;

use super::metadata_document::{self, DocumentError};
use super::{CACHE_SECONDS, Client, ClientSource, Resolved, pinned};
use crate::Issuer;
use crate::db::{self, DbError};

/// How long a document that is missing or wrong is not asked for again.
const DOCUMENT_RETRY_SECONDS: i64 = 30;

/// Why there is no such client.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error("no such client")]
    Unknown,
    #[error("the client is disabled")]
    Disabled,
    #[error("metadata document: {0}")]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Database(Arc<DbError>),
}

impl ResolveError {
    /// Whether the client may be found a little later.
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            Self::Unknown | Self::Disabled => false,
            Self::Document(error) => error.is_passing(),
            Self::Database(_) => true,
        }
    }

    /// For the developer of the client.
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Unknown => "there is no such client",
            Self::Disabled => "the client is disabled",
            Self::Document(error) => error.hint(),
            Self::Database(_) => "try again soon",
        }
    }
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
            return known.found;
        }
        cache.invalidate(id).await;
    }
    let load = async {
        let found = load(issuer, id).await;
        let seconds = match &found {
            Ok(_) => CACHE_SECONDS,
            // A document that is missing or wrong is not fetched again at once.
            Err(ResolveError::Document(error)) if error.is_passing() => CACHE_SECONDS,
            Err(ResolveError::Document(_)) => DOCUMENT_RETRY_SECONDS,
            Err(error) => return Err(error.clone()),
        };
        let until = now.plus(seconds);
        Ok(Resolved { found, until })
    };
    match cache.try_get_with_by_ref(id, load).await {
        Ok(resolved) => resolved.found,
        Err(error) => Err((*error).clone()),
    }
}

/// As [`resolve`], for what follows an authorization request, which has read the client's document
/// and is counted for its source: one that was never read is not fetched here.
pub(super) async fn resolve_again(
    issuer: &Issuer,
    id: &ClientId,
) -> Result<Arc<Client>, ResolveError> {
    if !id.is_url() {
        return resolve(issuer, id).await;
    }
    let known = issuer.clients.resolved.get(id).await;
    if let Some(known) = known.filter(|known| issuer.clock.now() < known.until) {
        return known.found;
    }
    let mut configured = issuer.clients.configured.iter();
    let named = configured.any(|client| client.id == *id) || pinned::find(id.as_str()).is_some();
    let read = named || {
        let mut tx = issuer.db.read().await?;
        db::clients::find(&mut tx, id.as_str()).await?.is_some()
    };
    match read {
        true => resolve(issuer, id).await,
        false => Err(ResolveError::Unknown),
    }
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
    let of_document = |source: &str| source == ClientSource::MetadataDocument.as_str();
    Ok(Arc::new(match row {
        Some(row) if !of_document(&row.source) => Client::from_row(row)?,
        row if id.is_url() => metadata_document::load(issuer, id, row).await?,
        Some(_) | None => return Err(ResolveError::Unknown),
    }))
}
