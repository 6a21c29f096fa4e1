//! Reading the parameters of a request's body: a form, or a flat JSON object as an alias of one.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use oauth::error::ErrorCode;
use oauth::params::{Params, ParamsError};

use super::error::OauthError;

/// The parameters in a body.
pub(crate) struct Form(pub(crate) Params);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = OauthError;

    async fn from_request(request: Request, _: &S) -> Result<Self, OauthError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let parse = if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Params::parse_form
        } else if kind.eq_ignore_ascii_case("application/json") {
            Params::parse_json
        } else {
            return Err(invalid(
                "The body must be application/x-www-form-urlencoded.",
            ));
        };
        let body = read(request.into_body()).await?;
        parse(&body).map(Self).map_err(|error| match error {
            ParamsError::TooLarge => too_large(),
            ParamsError::TooMany => invalid("There are too many parameters."),
            ParamsError::Repeated => invalid("A parameter is given more than once."),
            ParamsError::NotText => invalid("A parameter is not valid UTF-8, or holds a NUL."),
            ParamsError::Malformed => invalid("The body is not a flat object of strings."),
        })
    }
}

async fn read(body: Body) -> Result<bytes::Bytes, OauthError> {
    let read = Limited::new(body, Params::BYTES_MAX).collect().await;
    read.map(http_body_util::Collected::to_bytes)
        .map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                too_large()
            } else {
                invalid("The body could not be read.")
            }
        })
}

const fn invalid(hint: &'static str) -> OauthError {
    OauthError::new(ErrorCode::InvalidRequest, hint)
}

const fn too_large() -> OauthError {
    invalid("The body is larger than 16 KiB.").status(StatusCode::PAYLOAD_TOO_LARGE)
}
