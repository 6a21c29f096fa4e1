//! A form that one of our own pages posted, and the query that a page is visited with.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use oauth::params::{Params, ParamsError};

use crate::Issuer;
use crate::pages::{PageError, csrf_matches, say};

/// The fields of a form that came from one of our own pages. Names are unique except `scope`.
pub(crate) struct PageForm(Params);

/// The consent page carries the request that it answers.
const BYTES_MAX: usize = 64 * 1_024;

impl PageForm {
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.0.get(name)
    }

    pub(crate) fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.get_all(name)
    }

    /// The field's text, empty if it is absent.
    pub(crate) fn text<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).unwrap_or_default()
    }
}

impl FromRequest<Issuer> for PageForm {
    type Rejection = PageError;

    async fn from_request(request: Request, issuer: &Issuer) -> Result<Self, PageError> {
        let (parts, body) = request.into_parts();
        if !is_same_site(issuer, &parts.headers) {
            return Err(PageError::new(StatusCode::FORBIDDEN, "error-other-site"));
        }
        let form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| {
                kind.trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
        if !form {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(PageError::new(status, "error-not-a-form"));
        }
        let bytes = to_bytes(body, BYTES_MAX).await.map_err(|_| too_large())?;
        let params = Params::parse_form_within(&bytes, BYTES_MAX, &["scope"])?;
        if !csrf_matches(issuer, &parts.headers, params.get("csrf")) {
            return Err(PageError::new(StatusCode::FORBIDDEN, "error-out-of-date"));
        }
        Ok(Self(params))
    }
}

/// The query that a page is visited with.
pub(crate) struct PageQuery(Params);

impl PageQuery {
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.0.get(name)
    }
}

impl FromRequestParts<Issuer> for PageQuery {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Issuer) -> Result<Self, PageError> {
        let query = parts.uri.query().unwrap_or_default();
        // `continue` holds a whole request, encoded once more.
        Ok(Self(Params::parse_form_within(
            query.as_bytes(),
            BYTES_MAX,
            &[],
        )?))
    }
}

fn too_large() -> PageError {
    PageError::new(StatusCode::PAYLOAD_TOO_LARGE, "error-too-large")
}

impl From<ParamsError> for PageError {
    fn from(error: ParamsError) -> Self {
        match error {
            ParamsError::TooLarge => too_large(),
            ParamsError::TooMany
            | ParamsError::Repeated
            | ParamsError::NotText
            | ParamsError::Malformed => {
                Self::bad_request(say("error-unreadable").with("reason", error.to_string()))
            }
        }
    }
}

/// Whether the browser says that the form was on a page of ours. Programs without either header
/// still need the token.
fn is_same_site(issuer: &Issuer, headers: &HeaderMap) -> bool {
    let own = |name, expected: &str| {
        headers
            .get(name)
            .map(|value| value.as_bytes() == expected.as_bytes())
    };
    own("sec-fetch-site", "same-origin")
        .or_else(|| own("origin", issuer.settings.public_url.as_str()))
        .unwrap_or(true)
}
