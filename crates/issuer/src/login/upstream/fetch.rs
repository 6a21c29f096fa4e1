//! Asking an upstream: an HTTP client that follows nothing, and answers that are bounded.

use std::time::Duration;

use reqwest::Response;
use serde::de::DeserializeOwned;
use url::Url;

use super::UpstreamError;
use crate::settings::FetchSettings;

/// GitHub itself gives up after ten seconds.
const SECONDS_MAX: u64 = 12;
const BYTES_MAX: usize = 256 * 1_024;

pub(super) fn client(fetch: &FetchSettings) -> Result<reqwest::Client, reqwest::Error> {
    let mut http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(SECONDS_MAX))
        .user_agent(concat!("vestibule/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = &fetch.extra_ca {
        let more = reqwest::Certificate::from_pem_bundle(pem.as_bytes())?;
        http = http.tls_certs_merge(more);
    }
    http.build()
}

/// Reads a bounded answer in JSON.
pub(super) async fn read_json<T: DeserializeOwned>(
    mut response: Response,
) -> Result<T, UpstreamError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| UpstreamError::Away)? {
        if body.len() + chunk.len() > BYTES_MAX {
            return Err(UpstreamError::Malformed);
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| UpstreamError::Malformed)
}

/// An error code as it may stand in a log.
pub(super) fn word(code: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    code.chars().filter(plain).take(64).collect()
}

/// Whether an address may be asked: https, or this machine for one that is on it itself.
pub(super) fn is_secure(address: &str, asker: &str) -> bool {
    let local = |url: &Url| {
        let host = url.host_str();
        url.scheme() == "http" && matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
    };
    let parse = |text: &str| Url::parse(text).ok();
    parse(address).is_some_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        let both_local = || local(&url) && parse(asker).is_some_and(|asker| local(&asker));
        plain && (url.scheme() == "https" || both_local())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_local_itself_may_name_this_machine() {
        let (far, near) = ("https://op.example", "http://127.0.0.1:9");
        for (address, asker, secure) in [
            ("https://op.example/token", far, true),
            ("https://other.example/token", far, true),
            ("http://127.0.0.1:9/token", near, true),
            ("http://localhost:9/token", near, true),
            ("https://op.example/token", near, true),
            ("http://op.example/token", far, false),
            ("http://op.example/token", near, false),
            ("http://127.0.0.1:9/token", far, false),
            ("http://127.0.0.1.evil.example/token", near, false),
            ("https://user:secret@op.example/token", far, false),
            ("file:///etc/passwd", far, false),
            ("/token", far, false),
        ] {
            assert_eq!(is_secure(address, asker), secure, "{address} of {asker}");
        }
    }
}
