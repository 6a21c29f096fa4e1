//! Ready bytes: a JSON document that is written once, with its entity tag (RFC 9110 §13.1.2).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use oauth::secret::SecretHash;

/// A document that is the same for everybody until it is replaced.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) body: Bytes,
    tag: HeaderValue,
}

impl Document {
    pub(crate) fn new(json: Vec<u8>) -> Self {
        let hash = SecretHash::of(&json);
        let tag = format!("\"{}\"", hash.as_str().get(..32).unwrap_or_default());
        Self {
            body: Bytes::from(json),
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"0\"")),
        }
    }

    /// The document, or 304 for one who has it.
    pub(crate) fn respond(&self, request: &HeaderMap) -> Response {
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=300"),
            ),
            (header::ETAG, self.tag.clone()),
        ];
        // RFC 9110 §13.1.2: a list of tags, compared weakly; `*` has any.
        let known = request.get_all(header::IF_NONE_MATCH).iter();
        let same = |tag: &str| {
            let tag = tag.trim().trim_start_matches("W/");
            tag == "*" || tag.as_bytes() == self.tag.as_bytes()
        };
        if known
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(same))
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, self.body.clone()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_the_document_is_not_sent_it_again() {
        // RFC 9110 §13.1.2
        let document = Document::new(b"{}".to_vec());
        let tag = document.tag.to_str().unwrap().to_owned();
        for (sent, status) in [
            (None, 200),
            (Some("\"other\"".to_owned()), 200),
            (Some(tag.clone()), 304),
            (Some(format!("\"a\", W/{tag}")), 304),
            (Some("*".to_owned()), 304),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(sent) = &sent {
                headers.insert(header::IF_NONE_MATCH, sent.parse().unwrap());
            }
            let answer = document.respond(&headers);
            assert_eq!(answer.status(), status, "{sent:?}");
            assert_eq!(answer.headers()[header::ETAG], tag);
        }
    }
}
