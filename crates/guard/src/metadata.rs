//! Serves a resource's own document: ready bytes with an `ETag` (RFC 9728 §3).

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW,
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use http::{Method, Request, Response, StatusCode};
use oauth::discovery::ResourceMetadata;
use oauth::resource::Resource;
use oauth::secret::base64url;
use tower::Service;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Where the document of a resource is: the well-known name goes between host and path.
#[must_use]
pub fn url_of(resource: &Resource) -> String {
    // RFC 9728 §3.1: inserted before the path.
    let origin = resource.as_str().strip_suffix(resource.path());
    let origin = origin.unwrap_or(resource.as_str());
    format!("{origin}{}", path_of(resource))
}

/// The path of [`url_of`].
#[must_use]
pub fn path_of(resource: &Resource) -> String {
    format!("{WELL_KNOWN}{}", resource.path())
}

/// The same name without a path, for clients that look only there.
#[must_use]
pub const fn root_path() -> &'static str {
    WELL_KNOWN
}

/// A service that answers with one document. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metadata {
    body: Bytes,
    etag: HeaderValue,
}

impl Metadata {
    /// Makes the bytes once.
    ///
    /// # Errors
    /// If the document cannot be written as JSON.
    pub fn new(document: &ResourceMetadata) -> Result<Self, serde_json::Error> {
        let body = Bytes::from(serde_json::to_vec(document)?);
        let hash = base64url(digest(&SHA256, &body).as_ref());
        let etag = HeaderValue::try_from(format!("\"{hash}\""));
        Ok(Self {
            body,
            etag: etag.unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
        })
    }

    /// Answers a request. Anyone may read the document, from any web page.
    #[must_use]
    pub fn respond<B>(&self, request: &Request<B>) -> Response<Bytes> {
        let unchanged = request
            .headers()
            .get_all(IF_NONE_MATCH)
            .iter()
            .any(|value| value.as_bytes() == b"*" || find(value.as_bytes(), self.etag.as_bytes()));
        let (status, body) = match *request.method() {
            Method::GET if unchanged => (StatusCode::NOT_MODIFIED, Bytes::new()),
            Method::GET => (StatusCode::OK, self.body.clone()),
            Method::HEAD => (StatusCode::OK, Bytes::new()),
            Method::OPTIONS => (StatusCode::NO_CONTENT, Bytes::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        if status == StatusCode::METHOD_NOT_ALLOWED {
            set(ALLOW, "GET, HEAD, OPTIONS");
        } else if status == StatusCode::NO_CONTENT {
            set(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS");
            set(ACCESS_CONTROL_ALLOW_HEADERS, "*");
        } else {
            set(CONTENT_TYPE, "application/json");
            set(CACHE_CONTROL, "public, max-age=300");
            headers.insert(ETAG, self.etag.clone());
        }
        response
    }
}

fn find(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

impl<B> Service<Request<B>> for Metadata {
    type Response = Response<http_body_util::Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.respond(&request).map(http_body_util::Full::new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> ResourceMetadata {
        ResourceMetadata {
            resource: "https://h.example/mcp/notes".into(),
            authorization_servers: vec!["https://h.example".into()],
            scopes_supported: vec!["notes:read".into()],
            bearer_methods_supported: ["header"],
            resource_name: "Notes".into(),
            resource_documentation: None,
        }
    }

    #[test]
    fn the_well_known_name_stands_before_the_path() {
        // RFC 9728 §3.1
        for (resource, url) in [
            (
                "https://h.example/mcp/notes",
                "https://h.example/.well-known/oauth-protected-resource/mcp/notes",
            ),
            (
                "http://localhost:3000",
                "http://localhost:3000/.well-known/oauth-protected-resource",
            ),
        ] {
            assert_eq!(url_of(&Resource::parse(resource).unwrap()), url);
        }
    }

    #[test]
    fn a_known_document_is_not_sent_again() {
        let metadata = Metadata::new(&document()).unwrap();
        let first = metadata.respond(&Request::new(()));
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(first.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        let read: serde_json::Value = serde_json::from_slice(first.body()).unwrap();
        assert_eq!(read["resource"], "https://h.example/mcp/notes");
        let again = Request::builder().header(IF_NONE_MATCH, &first.headers()[ETAG]);
        let again = metadata.respond(&again.body(()).unwrap());
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.body().is_empty());
    }

    #[test]
    fn other_methods_are_refused_and_preflight_is_answered() {
        let metadata = Metadata::new(&document()).unwrap();
        for (method, status) in [
            ("POST", 405),
            ("DELETE", 405),
            ("OPTIONS", 204),
            ("HEAD", 200),
        ] {
            let request = Request::builder().method(method).body(()).unwrap();
            let response = metadata.respond(&request);
            assert_eq!(response.status(), status, "{method}");
            assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        }
    }
}
