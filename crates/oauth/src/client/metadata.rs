//! What a client says of itself: read tolerantly, kept as what it amounts to (RFC 7591 §2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::AuthMethod;
use crate::error::ErrorCode;
use crate::grant::GrantType;
use crate::jwt::KeySet;
use crate::redirect::{RedirectUri, is_loopback};
use crate::scope::ScopeSet;
use crate::secret::SecretHash;

/// Effective metadata: what is registered, stored and echoed. Absent members are not written, so
/// that nobody meets a `null`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// At least one.
    pub redirect_uris: Vec<RedirectUri>,
    /// How the client authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// Further methods, which only metadata documents name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<AuthMethod>,
    /// The grants it uses, of those that are served.
    pub grant_types: Vec<GrantType>,
    /// Always `code`.
    pub response_types: Vec<String>,
    /// What it calls itself, without control characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo. It is never fetched or shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Whom to write to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// What the client said it would ask for: a hint, never a ceiling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Its public keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The same for all installations of one program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// That program's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// `web` or `native`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
}

/// What the reader of metadata decides.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// More than so many are refused.
    pub redirect_uris_max: usize,
    /// Whether the operator's policy allows a redirect URI of good form.
    pub allows: &'a dyn Fn(&RedirectUri) -> bool,
    /// What an absent `token_endpoint_auth_method` means.
    pub default_auth_method: AuthMethod,
}

/// Why metadata is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.hint())]
pub enum MetadataError {
    /// `redirect_uris` is absent, empty or no array.
    RedirectUrisMissing,
    /// More `redirect_uris` than the rules allow.
    TooManyRedirectUris,
    /// Not one redirect URI may be used.
    NoUsableRedirectUri,
    /// A known member has another type than it should, or is too long.
    WrongType,
    /// The client wants to authenticate in a way that is not served.
    AuthMethodUnsupported,
    /// The client does not want the code grant.
    GrantTypesUnserved,
    /// The client does not want codes.
    ResponseTypesUnserved,
    /// Both `jwks` and `jwks_uri`.
    KeysTwice,
    /// The keys are no public key set, or their address cannot be fetched.
    KeysInvalid,
    /// The client wants to sign and names no key.
    KeysMissing,
}

impl MetadataError {
    /// The code that the registration answers with.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::RedirectUrisMissing | Self::TooManyRedirectUris | Self::NoUsableRedirectUri => {
                ErrorCode::InvalidRedirectUri
            }
            Self::WrongType
            | Self::AuthMethodUnsupported
            | Self::GrantTypesUnserved
            | Self::ResponseTypesUnserved
            | Self::KeysTwice
            | Self::KeysInvalid
            | Self::KeysMissing => ErrorCode::InvalidClientMetadata,
        }
    }

    /// For the developer of the client.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::RedirectUrisMissing => "redirect_uris must be an array with at least one URI",
            Self::TooManyRedirectUris => "there are too many redirect_uris",
            Self::NoUsableRedirectUri => {
                "none of the redirect_uris may be used: https, loopback http or an allowed scheme"
            }
            Self::WrongType => "a member of the metadata has the wrong type or is too long",
            Self::AuthMethodUnsupported => "token_endpoint_auth_method is not supported",
            Self::GrantTypesUnserved => "grant_types must include authorization_code",
            Self::ResponseTypesUnserved => "response_types must include code",
            Self::KeysTwice => "jwks and jwks_uri exclude each other",
            Self::KeysInvalid => "jwks must be a set of public keys, and jwks_uri an https URL",
            Self::KeysMissing => "private_key_jwt needs jwks or jwks_uri with a usable key",
        }
    }
}

const URI_BYTES_MAX: usize = 2_048;
const TEXT_BYTES_MAX: usize = 512;
const SCOPE_BYTES_MAX: usize = 4_096;
const JWKS_BYTES_MAX: usize = 16_384;
const LIST_LENGTH_MAX: usize = 32;

impl ClientMetadata {
    /// Reads what a client sent. Unknown members, and grants and response types that are not
    /// served, are left out; so are redirect URIs and links that cannot be used.
    ///
    /// What is *not* checked: that anything in it is true.
    ///
    /// # Errors
    /// If nothing usable remains, or a known member has a wrong type or is too long.
    pub fn read(object: &Map<String, Value>, rules: &Rules<'_>) -> Result<Self, MetadataError> {
        let sent = Sent(object);
        let metadata = Self {
            redirect_uris: sent.redirect_uris(rules)?,
            token_endpoint_auth_method: match sent.text("token_endpoint_auth_method")? {
                Some(name) => {
                    AuthMethod::from_name(name).ok_or(MetadataError::AuthMethodUnsupported)?
                }
                None => rules.default_auth_method,
            },
            token_endpoint_auth_methods_supported: Vec::new(),
            grant_types: sent.grant_types()?,
            response_types: sent.response_types()?,
            client_name: sent.name()?,
            client_uri: sent.link("client_uri")?,
            logo_uri: sent.link("logo_uri")?,
            tos_uri: sent.link("tos_uri")?,
            policy_uri: sent.link("policy_uri")?,
            contacts: sent.list("contacts")?.unwrap_or_default(),
            scope: sent
                .bounded("scope", SCOPE_BYTES_MAX)?
                .filter(|scope| scope.parse::<ScopeSet>().is_ok())
                .map(str::to_owned),
            jwks: sent.jwks()?,
            jwks_uri: sent.jwks_uri()?,
            software_id: sent.text("software_id")?.map(str::to_owned),
            software_version: sent.text("software_version")?.map(str::to_owned),
            application_type: sent
                .text("application_type")?
                .filter(|kind| matches!(*kind, "web" | "native"))
                .map(str::to_owned),
        };
        metadata.check_keys()?;
        Ok(metadata)
    }

    fn check_keys(&self) -> Result<(), MetadataError> {
        // RFC 7591 §2: jwks and jwks_uri must not both be there.
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return Err(MetadataError::KeysTwice);
        }
        let usable = |jwks: &Value| {
            KeySet::parse(jwks.to_string().as_bytes()).is_ok_and(|set| set.iter().next().is_some())
        };
        let has_key = self.jwks_uri.is_some() || self.jwks.as_ref().is_some_and(usable);
        if self.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt && !has_key {
            return Err(MetadataError::KeysMissing);
        }
        Ok(())
    }

    /// Whether the client wants refresh tokens.
    #[must_use]
    pub fn refreshes(&self) -> bool {
        self.grant_types.contains(&GrantType::RefreshToken)
    }

    /// Equal for registrations that allow the same requests and claim the same: the order of
    /// redirect URIs and the ports of loopback ones do not count.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let redirects = self.redirect_uris.iter();
        let mut redirects: Vec<_> = redirects.map(RedirectUri::without_loopback_port).collect();
        redirects.sort();
        let rest = Self {
            redirect_uris: Vec::new(),
            ..self.clone()
        };
        let text = serde_json::json!([redirects, rest]).to_string();
        SecretHash::of(text.as_bytes()).as_str().to_owned()
    }
}

/// An object as sent. A member that is `null` or an empty string counts as absent.
struct Sent<'a>(&'a Map<String, Value>);

impl<'a> Sent<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        let value = self.0.get(name)?;
        (!value.is_null() && value.as_str() != Some("")).then_some(value)
    }

    fn bounded(&self, name: &str, bytes_max: usize) -> Result<Option<&'a str>, MetadataError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= bytes_max => Ok(Some(text)),
            Some(_) => Err(MetadataError::WrongType),
        }
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, MetadataError> {
        self.bounded(name, TEXT_BYTES_MAX)
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, MetadataError> {
        let array = match self.get(name) {
            None => return Ok(None),
            Some(Value::Array(array)) if array.len() <= LIST_LENGTH_MAX => array,
            Some(_) => return Err(MetadataError::WrongType),
        };
        let text = |value: &Value| {
            let text = value.as_str().filter(|text| text.len() <= TEXT_BYTES_MAX);
            text.map(str::to_owned).ok_or(MetadataError::WrongType)
        };
        let list: Vec<_> = array.iter().map(text).collect::<Result<_, _>>()?;
        Ok(Some(list).filter(|list| !list.is_empty()))
    }

    fn redirect_uris(&self, rules: &Rules<'_>) -> Result<Vec<RedirectUri>, MetadataError> {
        let Some(Value::Array(array)) = self.get("redirect_uris") else {
            return Err(MetadataError::RedirectUrisMissing);
        };
        if array.is_empty() {
            return Err(MetadataError::RedirectUrisMissing);
        }
        if array.len() > rules.redirect_uris_max {
            return Err(MetadataError::TooManyRedirectUris);
        }
        let mut usable: Vec<RedirectUri> = Vec::new();
        for uri in array {
            // RFC 7591 §3.2.1: what is registered may differ from what was asked, and is told.
            let parsed = uri.as_str().and_then(|uri| RedirectUri::parse(uri).ok());
            if let Some(uri) = parsed.filter(|uri| (rules.allows)(uri))
                && !usable.contains(&uri)
            {
                usable.push(uri);
            }
        }
        if usable.is_empty() {
            return Err(MetadataError::NoUsableRedirectUri);
        }
        Ok(usable)
    }

    fn grant_types(&self) -> Result<Vec<GrantType>, MetadataError> {
        // Unlike RFC 7591 §2, an absent list means all that we serve: clients that leave it out
        // would otherwise send the person to sign in every hour.
        let Some(names) = self.list("grant_types")? else {
            return Ok(GrantType::ALL.to_vec());
        };
        let served = GrantType::ALL.into_iter();
        let served: Vec<_> = served
            .filter(|grant| names.iter().any(|name| name == grant.as_str()))
            .collect();
        if served.contains(&GrantType::AuthorizationCode) {
            Ok(served)
        } else {
            Err(MetadataError::GrantTypesUnserved)
        }
    }

    fn response_types(&self) -> Result<Vec<String>, MetadataError> {
        match self.list("response_types")? {
            Some(names) if !names.iter().any(|name| name == "code") => {
                Err(MetadataError::ResponseTypesUnserved)
            }
            Some(_) | None => Ok(vec!["code".to_owned()]),
        }
    }

    /// The name without control characters, which no table and no page could hold.
    fn name(&self) -> Result<Option<String>, MetadataError> {
        let name = self.text("client_name")?.unwrap_or_default();
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        Ok(Some(name.trim().to_owned()).filter(|name| !name.is_empty()))
    }

    /// A web address, or nothing.
    fn link(&self, name: &str) -> Result<Option<String>, MetadataError> {
        let text = self.bounded(name, URI_BYTES_MAX)?;
        let web = |text: &&str| {
            url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        };
        Ok(text.filter(web).map(str::to_owned))
    }

    fn jwks(&self) -> Result<Option<Value>, MetadataError> {
        let Some(set) = self.get("jwks") else {
            return Ok(None);
        };
        let text = set.to_string();
        if text.len() > JWKS_BYTES_MAX || KeySet::parse(text.as_bytes()).is_err() {
            return Err(MetadataError::KeysInvalid);
        }
        Ok(Some(set.clone()))
    }

    fn jwks_uri(&self) -> Result<Option<String>, MetadataError> {
        let Some(text) = self.bounded("jwks_uri", URI_BYTES_MAX)? else {
            return Ok(None);
        };
        // Plain http is for development on one machine; the fetcher decides whether it may be.
        let fetchable = url::Url::parse(text).is_ok_and(|url| {
            url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url))
        });
        fetchable
            .then(|| Some(text.to_owned()))
            .ok_or(MetadataError::KeysInvalid)
    }
}

#[cfg(test)]
mod tests;
