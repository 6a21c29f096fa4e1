//! Clients: who they are, how they are found, and how they prove it.

pub(crate) mod resolve;

mod metadata_document;
mod pinned;

pub(crate) mod authenticate;

mod address;
mod assertion;
mod fetch;
mod operator;

use std::sync::Arc;
use std::time::Duration;

use oauth::client::{AuthMethod, ClientId, ClientMetadata};
use oauth::redirect::RedirectUri;
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use crate::db::DbError;
use crate::db::clients::Row;
use crate::pages::{Say, say};
use crate::settings::Settings;

use assertion::FetchedKeys;
use fetch::Fetcher;
use resolve::ResolveError;

pub use operator::ClientsError;
pub(crate) use operator::configured_row;

/// A client as resolved, from whatever source.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) source: ClientSource,
    /// As claimed; pages clean it before they show it.
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    /// At least one. A client with `None` may come without credentials.
    pub(crate) auth_methods: Vec<AuthMethod>,
    pub(crate) secret_hash: Option<SecretHash>,
    pub(crate) jwks: Option<String>,
    pub(crate) jwks_uri: Option<String>,
    /// Whether it gets refresh tokens.
    pub(crate) refreshes: bool,
    /// What it said it would ask for: a hint for a request without scope, never a ceiling.
    pub(crate) scope_hint: Option<ScopeSet>,
    /// May introspect the tokens of these resources.
    pub(crate) introspects: Vec<Resource>,
}

/// How a client became known, which decides what the consent page says of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientSource {
    /// Named by the operator, in the configuration or by command.
    Operator,
    /// Registered itself: its name is a claim.
    Registered,
    /// Vouched for by the host in its id.
    MetadataDocument,
}

/// What is said of a client's name, by who vouches for it.
pub(crate) fn known_as(source: ClientSource, id: &ClientId, operator: &str) -> Say {
    match source {
        ClientSource::Operator => say("consent-known-operator").with("operator", operator),
        ClientSource::MetadataDocument => {
            let host = origin_host(id.as_str()).unwrap_or_default();
            say("consent-known-domain").with("host", host)
        }
        ClientSource::Registered => say("consent-known-nobody"),
    }
}

/// Host and port of a URL.
pub(crate) fn origin_host(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

impl ClientSource {
    pub(crate) fn from_stored(word: &str) -> Option<Self> {
        let mut all = [Self::Operator, Self::Registered, Self::MetadataDocument].into_iter();
        all.find(|source| source.as_str() == word)
    }

    /// As the table has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Registered => "registered",
            Self::MetadataDocument => "metadata_document",
        }
    }
}

impl Client {
    fn new(id: ClientId, source: ClientSource, metadata: ClientMetadata) -> Self {
        let mut auth_methods = vec![metadata.token_endpoint_auth_method];
        auth_methods.extend(&metadata.token_endpoint_auth_methods_supported);
        Self {
            name: metadata
                .client_name
                .clone()
                .unwrap_or_else(|| id.as_str().to_owned()),
            id,
            source,
            refreshes: metadata.refreshes(),
            auth_methods,
            secret_hash: None,
            jwks: metadata.jwks.map(|jwks| jwks.to_string()),
            jwks_uri: metadata.jwks_uri,
            scope_hint: metadata.scope.and_then(|scope| scope.parse().ok()),
            redirect_uris: metadata.redirect_uris,
            introspects: Vec::new(),
        }
    }

    /// A new client as it is stored: without proofs, never used.
    pub(crate) fn row(
        id: &ClientId,
        source: ClientSource,
        metadata: &ClientMetadata,
        now: UnixTime,
    ) -> Result<Row, DbError> {
        let json = serde_json::to_string(metadata).map_err(|_| DbError::Inconsistent {
            table: "clients",
            column: "metadata",
            id: id.as_str().to_owned(),
        })?;
        let name = metadata.client_name.as_deref().unwrap_or(id.as_str());
        Ok(Row {
            id: id.as_str().to_owned(),
            source: source.as_str().to_owned(),
            name: name.to_owned(),
            metadata: json,
            secret_hash: None,
            registration_token_hash: None,
            fingerprint: None,
            fetched_at: None,
            fresh_until: None,
            created_at: now.0,
            used_at: None,
            disabled_at: None,
        })
    }

    /// Reads a stored client back.
    fn from_row(row: Row) -> Result<Self, DbError> {
        let broken = |column| DbError::Inconsistent {
            table: "clients",
            column,
            id: row.id.clone(),
        };
        let id = ClientId::parse(&row.id).map_err(|_| broken("id"))?;
        let source = ClientSource::from_stored(&row.source).ok_or_else(|| broken("source"))?;
        let metadata = serde_json::from_str(&row.metadata).map_err(|_| broken("metadata"))?;
        Ok(Self {
            secret_hash: row.secret_hash.map(SecretHash::from_stored),
            ..Self::new(id, source, metadata)
        })
    }
}

/// What the issuer remembers of clients between requests. Caches only.
pub(crate) struct Clients {
    pub(crate) configured: Vec<Arc<Client>>,
    resolved: moka::future::Cache<ClientId, Resolved>,
    fetcher: Fetcher,
    /// By the address they were fetched from.
    keys: moka::sync::Cache<String, FetchedKeys>,
}

#[derive(Clone)]
struct Resolved {
    found: Result<Arc<Client>, ResolveError>,
    until: UnixTime,
}

/// After a client is disabled or changed, other nodes may treat it as before for so long.
const CACHE_SECONDS: i64 = 5;

impl Clients {
    /// # Errors
    /// If a configured client or certificate authority cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, ClientsError> {
        let resolved = moka::future::Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_secs(60))
            .build();
        Ok(Self {
            configured: operator::configured(settings)?,
            resolved,
            fetcher: Fetcher::new(settings)?,
            keys: moka::sync::Cache::new(1_000),
        })
    }

    /// Forgets a client that this node just changed.
    pub(crate) async fn forget(&self, id: &ClientId) {
        self.resolved.invalidate(id).await;
    }
}

#[cfg(test)]
pub(crate) mod tests;
