//! Answering the client through the browser (RFC 6749 §4.1.2, RFC 9207 §2).

use axum::response::{IntoResponse as _, Redirect, Response};
use oauth::authorize::AuthorizeResponse;
use oauth::secret::Secret;

use crate::Issuer;

use super::error::Declined;
use super::request::Addressed;

pub(super) fn code(issuer: &Issuer, addressed: &Addressed, code: &Secret<String>) -> Response {
    redirect(issuer, addressed, AuthorizeResponse::Code(code.expose()))
}

pub(super) fn declined(issuer: &Issuer, addressed: &Addressed, declined: &Declined) -> Response {
    let response = AuthorizeResponse::Error {
        code: declined.code,
        hint: declined.hint,
    };
    redirect(issuer, addressed, response)
}

/// 303: after a form, the browser goes on with GET.
fn redirect(issuer: &Issuer, addressed: &Addressed, response: AuthorizeResponse<'_>) -> Response {
    let issuer = issuer.settings.public_url.as_str();
    let location = response.location(&addressed.redirect, addressed.state.as_deref(), issuer);
    Redirect::to(&location).into_response()
}
