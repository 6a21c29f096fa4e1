//! What can be set, as plain values. The binary reads them from its configuration; nothing here
//! reads a file or the environment.

mod brand;
mod lifetimes;
mod limits;
mod mail;
mod resource;
mod sign_in;
mod upstream;

use std::net::IpAddr;

use oauth::client::{AuthMethod, ClientId};
use oauth::jwt::Algorithm;
use oauth::redirect::{RedirectKind, RedirectUri};
use oauth::resource::Resource;
use oauth::secret::{Secret, SecretHash};

use crate::seal::SealingKey;

pub use brand::{BrandSettings, Color, GROUNDS, Logo};
pub use lifetimes::Lifetimes;
pub use limits::{Limit, Limits};
pub use mail::{MailSettings, MailTransport};
pub use resource::{ConsentNote, ResourceSettings, ScopeSettings};
pub use sign_in::{EmailCode, SignInSettings};
pub use upstream::{
    GithubKind, GithubSettings, IdentifiedBy, OidcAuth, OidcSettings, PrivyKeys, PrivySettings,
    TokenEndpointAuth, UpstreamKind, UpstreamSettings,
};

/// All settings of an issuer.
#[derive(Clone, Debug)]
pub struct Settings {
    pub public_url: PublicUrl,
    /// Shown in page titles: who runs this.
    pub operator_name: String,
    pub brand: BrandSettings,
    /// At least one.
    pub resources: Vec<ResourceSettings>,
    pub sealing_keys: Vec<SealingKey>,
    /// Private keys to sign with, as PEM or JWK text. One that the database does not have yet is
    /// taken over when the issuer opens.
    pub signing_keys: Vec<Secret<String>>,
    /// For ID tokens, and for resources that do not choose.
    pub signing_algorithm: Algorithm,
    pub lifetimes: Lifetimes,
    pub limits: Limits,
    pub sign_in: SignInSettings,
    pub sign_up: SignUp,
    /// Whether a new person must first prove that mail reaches them.
    pub verify_email: bool,
    /// Absent where no mail is sent.
    pub mail: Option<MailSettings>,
    pub passwords: PasswordSettings,
    pub registration: RegistrationSettings,
    pub metadata_documents: MetadataDocumentSettings,
    pub clients: Vec<ConfiguredClient>,
    pub upstreams: Vec<UpstreamSettings>,
    pub fetch: FetchSettings,
}

impl Settings {
    /// The resource that a request without `resource` means.
    #[must_use]
    pub fn default_resource(&self) -> Option<&ResourceSettings> {
        self.resources
            .iter()
            .find(|resource| resource.default)
            .or(self.resources.first())
    }

    /// An upstream, by its name.
    #[must_use]
    pub fn upstream(&self, name: &str) -> Option<&UpstreamSettings> {
        self.upstreams.iter().find(|known| known.name == name)
    }

    /// The upstreams whose accounts apps act with.
    pub fn connecting(&self) -> impl Iterator<Item = &UpstreamSettings> {
        let all = self.upstreams.iter();
        all.filter(|known| known.github().is_some())
    }

    /// The resource that `asked` names: by its own URI or by an alias.
    #[must_use]
    pub fn resource(&self, asked: &Resource) -> Option<&ResourceSettings> {
        self.resources
            .iter()
            .find(|known| known.resource == *asked || known.aliases.contains(asked))
    }
}

/// The configured public origin: scheme, host and port, without a trailing slash. It is the
/// issuer identifier, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// The public URL cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    #[error("the public URL must be an origin such as https://auth.example.com, without a path")]
    NotAnOrigin,
    #[error("the public URL must be https; http is accepted for loopback hosts only")]
    InsecureScheme,
}

impl PublicUrl {
    /// Reads an origin; a trailing slash is taken off.
    ///
    /// # Errors
    /// If it has a path, query or user information, or is `http` beyond loopback.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let url = url::Url::parse(text).map_err(|_| PublicUrlError::NotAnOrigin)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.host_str().is_none() {
            return Err(PublicUrlError::NotAnOrigin);
        }
        let this = Self(url.origin().ascii_serialization());
        match url.scheme() {
            "https" => Ok(this),
            "http" if this.is_loopback() => Ok(this),
            _ => Err(PublicUrlError::InsecureScheme),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of `path`, which starts with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let host =
            host.rsplit_once(':').map_or(
                host,
                |(name, port)| {
                    if port.ends_with(']') { host } else { name }
                },
            );
        let address = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

/// Who may make an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUp {
    Open,
    /// People whose address, proved by mail, is at one of these hosts.
    Domains(Vec<String>),
    /// People whom the operator invited.
    Invited,
    Closed,
}

impl SignUp {
    /// Whether somebody with this address may make an account without an invitation.
    #[must_use]
    pub fn allows(&self, email: &str) -> bool {
        match self {
            Self::Open => true,
            Self::Domains(hosts) => {
                let host = email.rsplit_once('@').map_or("", |(_, host)| host);
                hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
            }
            Self::Invited | Self::Closed => false,
        }
    }

    /// Whether anybody at all may ask for one.
    #[must_use]
    pub const fn is_offered(&self) -> bool {
        matches!(self, Self::Open | Self::Domains(_))
    }
}

/// What passwords are refused.
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    pub characters_min: usize,
    /// A file of SHA-1 hashes in hexadecimal, sorted, one on each line before a colon: passwords that are
    /// known to others.
    pub compromised: Option<std::path::PathBuf>,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            characters_min: 8,
            compromised: None,
        }
    }
}

/// Dynamic client registration.
#[derive(Clone, Debug)]
pub struct RegistrationSettings {
    pub enabled: bool,
    /// `https` hosts that redirect URIs may have; empty allows all.
    pub redirect_hosts: Vec<String>,
    /// Whole redirect URIs that are allowed besides; with an entry here and no hosts, only these
    /// and loopback are.
    pub redirect_uris: Vec<String>,
    /// Schemes of native clients. A scheme with a dot is always allowed.
    pub custom_schemes: Vec<String>,
    pub redirect_uris_max: usize,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            redirect_hosts: Vec::new(),
            redirect_uris: Vec::new(),
            custom_schemes: vec!["cursor".into(), "vscode".into(), "vscode-insiders".into()],
            redirect_uris_max: 16,
        }
    }
}

impl RegistrationSettings {
    /// Whether the policy allows clients to be redirected to `uri`.
    #[must_use]
    pub fn allows(&self, uri: &RedirectUri) -> bool {
        let named = self.redirect_uris.iter().any(|known| known == uri.as_str());
        let open = self.redirect_hosts.is_empty() && self.redirect_uris.is_empty();
        named
            || match uri.kind() {
                RedirectKind::Loopback => true,
                RedirectKind::Https { host } => open || self.redirect_hosts.contains(host),
                // RFC 8252 §7.1: a scheme with a dot is a reversed domain name.
                RedirectKind::CustomScheme { scheme } => {
                    scheme.contains('.') || self.custom_schemes.contains(scheme)
                }
            }
    }
}

/// Client ID metadata documents.
#[derive(Clone, Debug)]
pub struct MetadataDocumentSettings {
    pub enabled: bool,
    /// Hosts that documents may come from; empty allows all.
    pub hosts: Vec<String>,
    pub bytes_max: usize,
    pub cache_seconds_min: i64,
    pub cache_seconds_max: i64,
    /// Fetches documents by http from loopback: accepted only while the issuer is on loopback.
    pub insecure_allow_loopback: bool,
}

impl Default for MetadataDocumentSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            hosts: Vec::new(),
            bytes_max: 5 * 1_024,
            cache_seconds_min: 300,
            cache_seconds_max: 86_400,
            insecure_allow_loopback: false,
        }
    }
}

/// A client that the configuration names.
#[derive(Clone, Debug)]
pub struct ConfiguredClient {
    pub id: ClientId,
    pub name: String,
    pub redirect_uris: Vec<String>,
    pub auth_method: AuthMethod,
    pub secret_hash: Option<SecretHash>,
    pub jwks: Option<String>,
    pub jwks_uri: Option<String>,
    /// May introspect the tokens of these resources.
    pub introspects: Vec<Resource>,
}

/// Outgoing fetches of addresses that clients name.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    pub timeout_seconds: u64,
    pub concurrency_max: usize,
    pub per_host: Limit,
    /// PEM text of further certificate authorities.
    pub extra_ca: Option<String>,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            timeout_seconds: 5,
            concurrency_max: 16,
            per_host: Limit::new(30, 60),
            extra_ca: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_is_an_origin() {
        for (text, origin) in [
            ("https://auth.example.com/", "https://auth.example.com"),
            ("HTTPS://Auth.Example.com:443", "https://auth.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://127.0.0.1", "http://127.0.0.1"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().as_str(), origin);
        }
        for (text, error) in [
            ("http://example.com", PublicUrlError::InsecureScheme),
            (
                "http://localhost.example.com",
                PublicUrlError::InsecureScheme,
            ),
            ("https://example.com/auth", PublicUrlError::NotAnOrigin),
            ("https://u@example.com", PublicUrlError::NotAnOrigin),
            ("https://example.com?x", PublicUrlError::NotAnOrigin),
            ("ftp://example.com", PublicUrlError::InsecureScheme),
            ("example.com", PublicUrlError::NotAnOrigin),
        ] {
            assert_eq!(PublicUrl::parse(text), Err(error), "{text}");
        }
    }
}
