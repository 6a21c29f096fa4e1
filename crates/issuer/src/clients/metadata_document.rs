//! Clients whose id is the address of a document about them
//! (draft-ietf-oauth-client-id-metadata-document-02).

use oauth::client::{AuthMethod, ClientId, ClientMetadata, MetadataError, Rules};
use oauth::json::parse_object;
use oauth::time::UnixTime;
use serde_json::{Map, Value};
use url::Url;

use super::fetch::{FetchError, is_loopback_host};
use super::resolve::ResolveError;
use super::{Client, ClientSource, pinned};
use crate::Issuer;
use crate::db::clients::Row;
use crate::db::{self, DbError};
use crate::settings::Settings;

/// Why a document makes no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.hint())]
pub(crate) enum DocumentError {
    Disabled,
    UrlMalformed,
    HostRefused,
    Fetch(#[from] FetchError),
    NotAnObject,
    ForeignId,
    NameMissing,
    Secret,
    Metadata(#[from] MetadataError),
}

impl DocumentError {
    pub(crate) const fn is_passing(self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_passing())
    }

    /// For the developer of the client.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Disabled => "client id metadata documents are not accepted here",
            Self::UrlMalformed => "the client_id is not a URL that a metadata document may have",
            Self::HostRefused => "metadata documents of this host are not accepted here",
            Self::Fetch(error) => error.hint(),
            Self::NotAnObject => "the metadata document is not a JSON object",
            Self::ForeignId => "the metadata document names another client_id",
            Self::NameMissing => "the metadata document has no client_name",
            Self::Secret => "a metadata document must not publish or ask for a secret",
            Self::Metadata(error) => error.hint(),
        }
    }
}

/// Finds the client that a document describes: kept, fetched, kept but old, or pinned.
pub(super) async fn load(
    issuer: &Issuer,
    id: &ClientId,
    row: Option<Row>,
) -> Result<Client, ResolveError> {
    check_url(issuer, id)?;
    let now = issuer.clock.now();
    let fresh = |row: &Row| row.fresh_until.is_some_and(|until| now.0 < until);
    if let Some(row) = row.clone().filter(fresh) {
        return Ok(Client::from_row(row)?);
    }
    match fetch(issuer, id, now).await {
        Ok((metadata, fresh_until)) => {
            keep(issuer, id, &metadata, fresh_until).await?;
            Ok(Client::new(
                id.clone(),
                ClientSource::MetadataDocument,
                metadata,
            ))
        }
        // What the host itself says no to is not kept alive by an old copy.
        Err(error) if !error.is_passing() => Err(error.into()),
        Err(error) => {
            let age_max = issuer.settings.metadata_documents.cache_seconds_max;
            let usable = |row: &Row| row.fetched_at.is_some_and(|at| now.0 < at + age_max);
            if let Some(row) = row.filter(usable) {
                return Ok(Client::from_row(row)?);
            }
            let copy = pinned::find(id.as_str()).ok_or(error)?;
            let metadata = read(copy, id, &issuer.settings)?;
            tracing::warn!(client_id = %id, %error, "using the built-in copy of a document");
            Ok(Client::new(
                id.clone(),
                ClientSource::MetadataDocument,
                metadata,
            ))
        }
    }
}

/// Whether the id may be fetched at all, which costs nothing to find out.
fn check_url(issuer: &Issuer, id: &ClientId) -> Result<(), DocumentError> {
    let settings = &issuer.settings.metadata_documents;
    if !settings.enabled {
        return Err(DocumentError::Disabled);
    }
    let url = Url::parse(id.as_str()).map_err(|_| DocumentError::UrlMalformed)?;
    let development = issuer.clients.fetcher.allows_loopback() && is_loopback_host(&url);
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && development);
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    // Only the normal form is accepted, since ids are compared as text: no dot segments, no
    // default port, no upper-case host.
    if !scheme || !bare || url.path() == "/" || url.as_str() != id.as_str() {
        return Err(DocumentError::UrlMalformed);
    }
    let host = url.host_str().unwrap_or_default();
    if !settings.hosts.is_empty() && !settings.hosts.iter().any(|known| known == host) {
        return Err(DocumentError::HostRefused);
    }
    Ok(())
}

async fn fetch(
    issuer: &Issuer,
    id: &ClientId,
    now: UnixTime,
) -> Result<(ClientMetadata, UnixTime), DocumentError> {
    let settings = &issuer.settings.metadata_documents;
    let fetcher = &issuer.clients.fetcher;
    let fetched = fetcher.fetch(id.as_str(), settings.bytes_max, now).await?;
    let object = parse_object(&fetched.body).map_err(|_| DocumentError::NotAnObject)?;
    let metadata = read(object, id, &issuer.settings)?;
    let (least, most) = (settings.cache_seconds_min, settings.cache_seconds_max);
    let seconds = fetched.max_age.unwrap_or(least).min(most).max(least);
    Ok((metadata, now.plus(seconds)))
}

async fn keep(
    issuer: &Issuer,
    id: &ClientId,
    metadata: &ClientMetadata,
    fresh_until: UnixTime,
) -> Result<(), ResolveError> {
    let now = issuer.clock.now();
    let source = ClientSource::MetadataDocument;
    let row = Row {
        fetched_at: Some(now.0),
        fresh_until: Some(fresh_until.0),
        ..Client::row(id, source, metadata, now)?
    };
    let write = issuer
        .db
        .write::<_, DbError, _>(move |tx| Box::pin(db::clients::update_document(tx, row)));
    write.await?;
    Ok(())
}

/// Reads a document by the draft's rules.
pub(super) fn read(
    mut object: Map<String, Value>,
    id: &ClientId,
    settings: &Settings,
) -> Result<ClientMetadata, DocumentError> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    if text("client_id") != Some(id.as_str()) {
        return Err(DocumentError::ForeignId);
    }
    if text("client_name").is_none_or(str::is_empty) {
        return Err(DocumentError::NameMissing);
    }
    let secrets = ["client_secret", "client_secret_expires_at"];
    if secrets.iter().any(|name| object.contains_key(*name)) {
        return Err(DocumentError::Secret);
    }
    let methods = auth_methods(&object)?;
    let first = methods
        .first()
        .ok_or(MetadataError::AuthMethodUnsupported)?;
    let name = Value::from(first.as_str());
    object.insert("token_endpoint_auth_method".to_owned(), name);
    let rules = Rules {
        redirect_uris_max: settings.registration.redirect_uris_max,
        allows: &|uri| settings.registration.allows(uri),
        default_auth_method: AuthMethod::None,
    };
    let mut metadata = ClientMetadata::read(&object, &rules)?;
    let further = methods.into_iter().skip(1);
    metadata.token_endpoint_auth_methods_supported = further.collect();
    Ok(metadata)
}

/// The methods of the singular and the plural member that are served and need no shared secret.
fn auth_methods(object: &Map<String, Value>) -> Result<Vec<AuthMethod>, DocumentError> {
    let singular = object.get("token_endpoint_auth_method");
    let singular = singular.and_then(Value::as_str);
    if singular.is_some_and(|name| name.starts_with("client_secret")) {
        return Err(DocumentError::Secret);
    }
    let plural = object.get("token_endpoint_auth_methods_supported");
    let plural = plural.and_then(Value::as_array).into_iter().flatten();
    let named = singular.into_iter().chain(plural.filter_map(Value::as_str));
    let mut methods = Vec::new();
    let mut any = false;
    for name in named {
        any = true;
        let method = AuthMethod::from_name(name).filter(|method| !method.has_secret());
        methods.extend(method.filter(|method| !methods.contains(method)));
    }
    if !any {
        methods.push(AuthMethod::None);
    }
    Ok(methods)
}
