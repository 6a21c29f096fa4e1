//! A response, read whole.

use axum::body::Body;
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::BodyExt as _;

/// A response, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// # Panics
    /// If the body cannot be read or is not UTF-8.
    pub async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// A header's value, empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// # Panics
    /// If the body is no JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let kind = self.header(header::CONTENT_TYPE.as_str());
        assert!(
            kind.starts_with("application/json"),
            "{kind}: {}",
            self.body
        );
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The code in `error`, of a JSON answer.
    #[must_use]
    pub fn error(&self) -> String {
        self.member("error")
    }

    /// A textual member of a JSON answer, empty if it is not there.
    #[must_use]
    pub fn member(&self, name: &str) -> String {
        let json = self.json();
        json.get(name)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }

    /// Where it redirects to.
    ///
    /// # Panics
    /// If it does not redirect.
    #[must_use]
    pub fn location(&self) -> &str {
        assert!(
            self.status.is_redirection(),
            "{} {}",
            self.status,
            self.body
        );
        self.header(header::LOCATION.as_str())
    }

    /// A parameter of the address it redirects to.
    ///
    /// # Panics
    /// If it does not redirect.
    #[must_use]
    pub fn redirect_param(&self, name: &str) -> Option<String> {
        let base = url::Url::parse(crate::ORIGIN).expect("a URL");
        let url = base.join(self.location()).expect("a URL");
        url.query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}
