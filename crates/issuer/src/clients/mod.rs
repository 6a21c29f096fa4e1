//! Clients: who they are, how they are found, and how they prove it.

use oauth::client::{AuthMethod, ClientId};
use oauth::redirect::RedirectUri;
use oauth::scope::ScopeSet;
use oauth::secret::SecretHash;

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
