//! Clients that the operator names in the configuration, and one that is always there.

use std::sync::Arc;

use oauth::client::{AuthMethod, ClientId, ClientIdError, ClientMetadata};
use oauth::jwt::KeySet;
use oauth::redirect::{RedirectError, RedirectUri};

use super::{Client, ClientSource};
use crate::Issuer;
use crate::db::DbError;
use crate::db::clients::Row;
use crate::settings::{ConfiguredClient, Settings};

/// What is configured of clients cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientsError {
    #[error("client {0}: it is configured twice")]
    Repeated(ClientId),
    #[error("client {0}: it needs at least one redirect URI, or a resource to introspect")]
    Useless(ClientId),
    #[error("client {0}: redirect URI {1}: {2}")]
    RedirectUri(ClientId, String, RedirectError),
    #[error("client {0}: this way of authentication needs a secret")]
    SecretMissing(ClientId),
    #[error("client {0}: it needs a usable key in jwks, or a jwks_uri")]
    KeyMissing(ClientId),
    #[error(transparent)]
    Id(#[from] ClientIdError),
    #[error("the extra certificate authorities are no PEM certificates")]
    ExtraCa,
}

/// ChatGPT as a client that an operator can type in by hand, for accounts whose connector asks
/// for a client id.
fn chatgpt() -> Result<ConfiguredClient, ClientIdError> {
    Ok(ConfiguredClient {
        id: ClientId::parse("chatgpt-connector")?,
        name: "ChatGPT".to_owned(),
        redirect_uris: vec!["https://chatgpt.com/connector_platform_oauth_redirect".to_owned()],
        auth_method: AuthMethod::None,
        secret_hash: None,
        jwks: None,
        jwks_uri: None,
        introspects: Vec::new(),
    })
}

/// All configured clients.
pub(super) fn configured(settings: &Settings) -> Result<Vec<Arc<Client>>, ClientsError> {
    let mut clients: Vec<Arc<Client>> = Vec::new();
    for configured in &settings.clients {
        if clients.iter().any(|known| known.id == configured.id) {
            return Err(ClientsError::Repeated(configured.id.clone()));
        }
        clients.push(Arc::new(read(configured)?));
    }
    let chatgpt = chatgpt()?;
    if !clients.iter().any(|known| known.id == chatgpt.id) {
        clients.push(Arc::new(read(&chatgpt)?));
    }
    Ok(clients)
}

fn read(configured: &ConfiguredClient) -> Result<Client, ClientsError> {
    let id = &configured.id;
    if configured.redirect_uris.is_empty() && configured.introspects.is_empty() {
        return Err(ClientsError::Useless(id.clone()));
    }
    if configured.auth_method.has_secret() && configured.secret_hash.is_none() {
        return Err(ClientsError::SecretMissing(id.clone()));
    }
    let jwks = configured.jwks.as_deref();
    let usable =
        |jwks: &str| KeySet::parse(jwks.as_bytes()).is_ok_and(|keys| keys.iter().next().is_some());
    let has_key = configured.jwks_uri.is_some() || jwks.is_some_and(usable);
    if configured.auth_method == AuthMethod::PrivateKeyJwt && !has_key {
        return Err(ClientsError::KeyMissing(id.clone()));
    }
    let uris = configured.redirect_uris.iter().map(|text| {
        RedirectUri::parse(text)
            .map_err(|error| ClientsError::RedirectUri(id.clone(), text.clone(), error))
    });
    Ok(Client {
        id: id.clone(),
        source: ClientSource::Operator,
        name: configured.name.clone(),
        redirect_uris: uris.collect::<Result<_, _>>()?,
        auth_methods: vec![configured.auth_method],
        secret_hash: configured.secret_hash.clone(),
        jwks: configured.jwks.clone(),
        jwks_uri: configured.jwks_uri.clone(),
        refreshes: true,
        scope_hint: None,
        introspects: configured.introspects.clone(),
    })
}

/// A configured client as a row, which makes it possible to disable it.
pub(crate) fn configured_row(issuer: &Issuer, id: &ClientId) -> Result<Option<Row>, DbError> {
    let configured = &issuer.clients.configured;
    let Some(client) = configured.iter().find(|client| client.id == *id) else {
        return Ok(None);
    };
    let metadata = ClientMetadata {
        redirect_uris: client.redirect_uris.clone(),
        client_name: Some(client.name.clone()),
        token_endpoint_auth_method: client.auth_methods.first().copied().unwrap_or_default(),
        ..ClientMetadata::default()
    };
    let now = issuer.clock.now();
    Client::row(id, ClientSource::Operator, &metadata, now).map(Some)
}
