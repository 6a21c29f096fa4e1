//! Which web pages may call an MCP endpoint, and the headers that tell a browser so.

use std::collections::HashSet;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use http::{Response, StatusCode};

use crate::refusal::Reason;

const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Accept, MCP-Protocol-Version, \
                               Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID, \
                               X-MCP-Toolsets, X-MCP-Readonly";

/// The web origins that may call: our own, loopback at any port, and those of a list.
#[derive(Clone, Debug)]
pub struct Origins(HashSet<String>);

impl Origins {
    /// `own` is the public origin; `others` are origins such as `https://app.example`.
    pub fn new(own: &str, others: impl IntoIterator<Item = String>) -> Self {
        let mut set: HashSet<_> = others.into_iter().collect();
        set.insert(own.to_owned());
        Self(set)
    }

    /// The origin of a request, if it names one.
    ///
    /// # Errors
    /// If the page may not call: [`Reason::Origin`], which is 403.
    pub fn check<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a HeaderValue>, Reason> {
        let mut values = headers.get_all(ORIGIN).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default();
        if values.next().is_none() && (self.0.contains(text) || is_loopback(text)) {
            return Ok(Some(value));
        }
        Err(Reason::Origin)
    }

    /// The answer to a preflight of an allowed origin. Of the headers that it asks for, those of
    /// parameters (`Mcp-Param-…`) are allowed by their start, as their names depend on the tool.
    #[must_use]
    pub fn preflight(&self, headers: &HeaderMap) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let answer = response.headers_mut();
        let methods = HeaderValue::from_static("POST, OPTIONS");
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
        let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let asked = asked
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let mut allowed = ALLOWED_HEADERS.to_owned();
        for name in asked.split(',').map(str::trim).take(64) {
            if name.to_ascii_lowercase().starts_with("mcp-param-") {
                allowed.push_str(", ");
                allowed.push_str(name);
            }
        }
        if let Ok(allowed) = HeaderValue::try_from(allowed) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        }
        response
    }

    /// Lets the page read the answer, whatever its status.
    pub fn allow(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let exposed = "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After";
            let exposed = HeaderValue::from_static(exposed);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

/// `http` or `https`, a loopback name, and any port or none.
fn is_loopback(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    };
    matches!(scheme, "http" | "https") && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_listed_and_loopback_origins_pass() {
        let origins = Origins::new(
            "https://h.example",
            ["https://inspector.example".to_owned()],
        );
        let check = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, origin.parse().unwrap());
            origins.check(&headers).is_ok()
        };
        for good in [
            "https://h.example",
            "https://inspector.example",
            "http://localhost",
            "http://localhost:6274",
            "https://127.0.0.1:1",
            "http://[::1]:80",
        ] {
            assert!(check(good), "{good}");
        }
        for bad in [
            "null",
            "https://evil.example",
            "http://h.example",
            "https://h.example:8443",
            "https://h.example.evil",
            "http://localhost.evil.example",
            "http://localhost:6274.evil.example",
            "http://localhost:x",
            "http://evil@localhost",
            "file://localhost",
            "http://127.0.0.1.evil",
            "",
        ] {
            assert!(!check(bad), "{bad}");
        }
        assert!(origins.check(&HeaderMap::new()).is_ok());
    }
}
