//! Redirect URIs: which may be registered, and the exact match (RFC 6749 §3.1.2, RFC 8252 §7).

use url::Url;

/// A redirect URI of a form that may be registered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    text: String,
    kind: RedirectKind,
}

/// Where a redirect URI leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// A web server; the host in lower case, with its port if it is not 443.
    Https {
        /// With the port if it is not 443.
        host: String,
    },
    /// A program on the person's own machine, by `http`.
    Loopback,
    /// A program that owns a scheme, given in lower case.
    CustomScheme {
        /// In lower case.
        scheme: String,
    },
}

/// The text may not be registered as a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each reason says itself")]
pub enum RedirectError {
    #[error("a redirect URI is absolute, without fragment, user information and wildcard")]
    Malformed,
    #[error("http is accepted for localhost, 127.0.0.1 and [::1] only")]
    InsecureHost,
    #[error("this scheme is never redirected to")]
    ForbiddenScheme,
}

/// Schemes that a browser runs or reads itself.
const FORBIDDEN_SCHEMES: [&str; 12] = [
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "javascript",
    "mailto",
    "vbscript",
    "view-source",
    "ws",
];

impl RedirectUri {
    /// Reads a redirect URI.
    ///
    /// What is *not* checked: whether a custom scheme is on the operator's list.
    ///
    /// # Errors
    /// If the URI is malformed, plain `http` beyond loopback, or of a forbidden scheme.
    pub fn parse(text: &str) -> Result<Self, RedirectError> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        // RFC 6749 §3.1.2: absolute, without a fragment.
        if text.len() > 2_048 || !printable || text.contains(['#', '\\', '*']) {
            return Err(RedirectError::Malformed);
        }
        let url = Url::parse(text).map_err(|_| RedirectError::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectError::Malformed);
        }
        // Without both slashes a browser takes what follows for a path of our own.
        let web = matches!(url.scheme(), "https" | "http");
        let rest = text.get(url.scheme().len()..).unwrap_or_default();
        if web && !rest.starts_with("://") {
            return Err(RedirectError::Malformed);
        }
        let kind = match url.scheme() {
            "https" => RedirectKind::Https {
                host: host_with_port(&url)?,
            },
            "http" if is_loopback(&url) => RedirectKind::Loopback,
            "http" => return Err(RedirectError::InsecureHost),
            scheme if FORBIDDEN_SCHEMES.contains(&scheme) => {
                return Err(RedirectError::ForbiddenScheme);
            }
            scheme => RedirectKind::CustomScheme {
                scheme: scheme.to_owned(),
            },
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// The URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it leads.
    #[must_use]
    pub const fn kind(&self) -> &RedirectKind {
        &self.kind
    }

    /// The URI without the port if it is on loopback, where ports do not count: URIs that are
    /// equal in this form allow the same requests.
    #[must_use]
    pub fn without_loopback_port(&self) -> String {
        match self.kind {
            RedirectKind::Loopback => {
                let (head, rest) = without_port(&self.text);
                head + rest
            }
            RedirectKind::Https { .. } | RedirectKind::CustomScheme { .. } => self.text.clone(),
        }
    }

    /// Whether a request may use `requested` when this URI is registered.
    fn allows(&self, requested: &Self) -> bool {
        if self.text == requested.text {
            return true;
        }
        // RFC 8252 §7.3: the port of a loopback redirect may vary from request to request.
        let loopback = self.kind == RedirectKind::Loopback && requested.kind == self.kind;
        loopback && without_port(&self.text) == without_port(&requested.text)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectError;

    fn try_from(text: String) -> Result<Self, RedirectError> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.text
    }
}

fn host_with_port(url: &Url) -> Result<String, RedirectError> {
    let host = url.host_str().ok_or(RedirectError::Malformed)?;
    // Hosts stand in policies and on pages: nothing but names and addresses.
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']');
    if !host.chars().all(plain) {
        return Err(RedirectError::Malformed);
    }
    Ok(url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// Splits `http://host:port/rest` into what stands before and after the port, as written.
fn without_port(text: &str) -> (String, &str) {
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    let (head, tail) = text.split_at(after_scheme);
    let authority_length = tail.find(['/', '?']).unwrap_or(tail.len());
    let (authority, rest) = tail.split_at(authority_length);
    let host = match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => &authority[..at],
        Some(_) | None => authority,
    };
    (format!("{head}{host}"), rest)
}

/// A redirect URI that matched one registered by the client: the only kind that can be
/// redirected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatedRedirect(RedirectUri);

impl ValidatedRedirect {
    /// Matches the request's `redirect_uri` against those the client registered: byte for byte,
    /// but for the port of a loopback address. Without one in the request, the only registered
    /// URI is meant.
    #[must_use]
    pub fn matching(requested: Option<&str>, registered: &[RedirectUri]) -> Option<Self> {
        let Some(requested) = requested else {
            // RFC 6749 §3.1.2.3: it may be left out when exactly one is registered. On loopback
            // the port is for the request to say.
            return match registered {
                [only] if only.kind != RedirectKind::Loopback => Some(Self(only.clone())),
                _ => None,
            };
        };
        let requested = RedirectUri::parse(requested).ok()?;
        let allowed = registered.iter().any(|uri| uri.allows(&requested));
        allowed.then_some(Self(requested))
    }

    /// The URI of the request.
    #[must_use]
    pub const fn uri(&self) -> &RedirectUri {
        &self.0
    }

    /// The URI with `pairs` appended to its query.
    #[must_use]
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> String {
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        let separator = if self.0.text.contains('?') { '&' } else { '?' };
        format!("{}{separator}{query}", self.0.text)
    }

    /// What a page's `form-action` must list so that a browser follows the redirect.
    #[must_use]
    pub fn form_action_source(&self) -> String {
        match &self.0.kind {
            RedirectKind::Https { host } => format!("https://{host}"),
            RedirectKind::CustomScheme { scheme } => format!("{scheme}:"),
            RedirectKind::Loopback => {
                let url = Url::parse(&self.0.text);
                let origin = url.map_or(String::new(), |url| url.origin().ascii_serialization());
                // A policy cannot name an IPv6 address, so it names the scheme.
                match origin.contains('[') {
                    true => "http:".to_owned(),
                    false => origin,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(registered: &str, requested: &str) -> bool {
        let registered = [RedirectUri::parse(registered).unwrap()];
        ValidatedRedirect::matching(Some(requested), &registered).is_some()
    }

    #[test]
    fn only_safe_forms_may_be_registered() {
        // RFC 6749 §3.1.2
        for good in [
            "https://chatgpt.com/connector_platform_oauth_redirect",
            "http://127.0.0.1:33418/",
            "http://localhost/callback",
            "http://[::1]:9/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app:/callback",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("", RedirectError::Malformed),
            ("/callback", RedirectError::Malformed),
            ("https://a.example/#f", RedirectError::Malformed),
            ("https:a.example/cb", RedirectError::Malformed),
            ("https:/a.example/cb", RedirectError::Malformed),
            ("http:localhost/cb", RedirectError::Malformed),
            ("https://*.example/cb", RedirectError::Malformed),
            ("https://a.example;sandbox/cb", RedirectError::Malformed),
            ("https://a.example,b/cb", RedirectError::Malformed),
            ("https://a.example'/cb", RedirectError::Malformed),
            ("https://u:p@a.example/cb", RedirectError::Malformed),
            ("http://localhost:1@evil.example/", RedirectError::Malformed),
            ("https://a.example\\@b.example/", RedirectError::Malformed),
            ("https://a.example/\n", RedirectError::Malformed),
            ("http://a.example/cb", RedirectError::InsecureHost),
            (
                "http://localhost.evil.example/",
                RedirectError::InsecureHost,
            ),
            ("http://0.0.0.0/", RedirectError::InsecureHost),
            ("javascript:alert(1)", RedirectError::ForbiddenScheme),
            ("JavaScript:alert(1)", RedirectError::ForbiddenScheme),
            ("data:text/html,x", RedirectError::ForbiddenScheme),
        ] {
            assert_eq!(RedirectUri::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn a_loopback_port_may_vary_and_nothing_else() {
        // RFC 8252 §7.3
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb"));
        assert!(matches("http://localhost:1/cb", "http://localhost:2/cb"));
        assert!(matches("http://[::1]/cb", "http://[::1]:2/cb"));
        for (registered, requested) in [
            ("http://127.0.0.1/cb", "http://localhost/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1/cb/"),
            ("http://127.0.0.1/cb", "http://127.0.0.1/cb?x=1"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1.evil.example/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb"),
            ("https://a.example/cb", "https://a.example:8443/cb"),
            ("https://a.example/cb", "https://a.example/cb/"),
            ("https://a.example/cb", "https://A.example/cb"),
            ("https://a.example/cb", "https://a.example/cb?x"),
            ("cursor://a/cb", "cursor://b/cb"),
        ] {
            assert!(!matches(registered, requested), "{registered} {requested}");
        }
    }

    #[test]
    fn the_only_registered_uri_may_be_left_out() {
        // RFC 6749 §3.1.2.3
        let one = RedirectUri::parse("https://a.example/cb").unwrap();
        let two = [
            one.clone(),
            RedirectUri::parse("https://b.example/cb").unwrap(),
        ];
        assert!(ValidatedRedirect::matching(None, std::slice::from_ref(&one)).is_some());
        assert!(ValidatedRedirect::matching(None, &two).is_none());
        let local = [RedirectUri::parse("http://localhost:1/cb").unwrap()];
        assert!(ValidatedRedirect::matching(None, &local).is_none());
    }

    #[test]
    fn form_action_names_origin_or_scheme() {
        for (uri, source) in [
            ("https://a.example/cb?x=1", "https://a.example"),
            ("https://a.example:8443/cb", "https://a.example:8443"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("HTTP://localhost:5000", "http://localhost:5000"),
            ("http://[::1]:5000/cb", "http:"),
            ("cursor://a/cb", "cursor:"),
        ] {
            let redirect = ValidatedRedirect(RedirectUri::parse(uri).unwrap());
            assert_eq!(redirect.form_action_source(), source);
        }
    }

    #[test]
    fn a_query_is_appended_to_what_is_there() {
        let redirect = ValidatedRedirect(RedirectUri::parse("https://a.example/cb?x=1").unwrap());
        assert_eq!(
            redirect.with_query(&[("state", "a/+= b")]),
            "https://a.example/cb?x=1&state=a%2F%2B%3D+b"
        );
    }
}
