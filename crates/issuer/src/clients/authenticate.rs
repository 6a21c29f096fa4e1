//! Client authentication at the token endpoint and its siblings (RFC 6749 §2.3).

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth::client::{AuthMethod, ClientId};
use oauth::error::ErrorCode;
use oauth::params::Params;
use oauth::secret::Secret;

use super::Client;
use super::assertion::{self, AssertionError};
use super::resolve::{ResolveError, resolve_again};
use crate::Issuer;

/// Why a client is not who it says, or may not come like this.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthenticateError {
    #[error("no client id")]
    Missing,
    #[error("the Authorization header is not one Basic credential")]
    HeaderMalformed,
    #[error("more than one way of authentication, or of naming the client")]
    SeveralMethods,
    #[error("an assertion of another type")]
    AssertionTypeUnknown,
    #[error("the client did not register this way of authentication")]
    MethodNotRegistered,
    #[error("the secret is not this client's")]
    SecretMismatch,
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

impl AuthenticateError {
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::HeaderMalformed | Self::SeveralMethods | Self::AssertionTypeUnknown => {
                ErrorCode::InvalidRequest
            }
            // A client that is told that it is invalid forgets its registration: never say so
            // when it may be us.
            Self::Assertion(AssertionError::Database(_)) => ErrorCode::TemporarilyUnavailable,
            Self::Assertion(AssertionError::Keys(error)) if error.is_passing() => {
                ErrorCode::TemporarilyUnavailable
            }
            Self::Resolve(error) if error.is_passing() => ErrorCode::TemporarilyUnavailable,
            Self::Missing
            | Self::MethodNotRegistered
            | Self::SecretMismatch
            | Self::Assertion(_)
            | Self::Resolve(_) => ErrorCode::InvalidClient,
        }
    }

    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Missing => "client_id is missing",
            Self::HeaderMalformed => "the Authorization header must be one Basic credential",
            Self::SeveralMethods => "authenticate in one way only, with one client id",
            Self::AssertionTypeUnknown => "client_assertion_type is not the JWT bearer type",
            Self::MethodNotRegistered => "the client registered another way of authentication",
            Self::SecretMismatch => "the client secret is wrong",
            Self::Assertion(error) => match error {
                AssertionError::Jwt(_) => "the client assertion does not verify",
                AssertionError::ForeignIssuer => "iss and sub must be the client id",
                AssertionError::ForeignAudience => "aud must be our issuer or token endpoint",
                AssertionError::LivesTooLong => "exp must be within five minutes",
                AssertionError::IdMissing => "jti is missing or too long",
                AssertionError::Replayed => "the client assertion was used before",
                AssertionError::Keys(_) => "the client's keys cannot be fetched",
                AssertionError::KeysInvalid => "the client's keys are no public key set",
                AssertionError::Database(_) => "try again soon",
            },
            Self::Resolve(error) => error.hint(),
        }
    }
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request brings to prove who its client is.
enum Presented {
    /// Nothing but the id.
    Id(ClientId),
    Basic(BasicCredential),
    Post(ClientId, Secret<String>),
    Assertion(ClientId, Secret<String>),
}

/// Finds the client of a request and checks what it brings.
pub(crate) async fn authenticate(
    issuer: &Issuer,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Arc<Client>, AuthenticateError> {
    match read(headers, params)? {
        Presented::Id(id) => {
            let client = resolve_again(issuer, &id).await?;
            if !client.auth_methods.contains(&AuthMethod::None) {
                return Err(AuthenticateError::MethodNotRegistered);
            }
            Ok(client)
        }
        Presented::Post(id, secret) => check_secret(issuer, &id, &secret).await,
        Presented::Basic(credential) => {
            // RFC 6749 §2.3.1 wants both halves form-encoded; many clients do not do it. Ours
            // need no encoding, so as sent comes first.
            let (id, secret) = credential.as_sent()?;
            let first = check_secret(issuer, &id, &secret).await;
            match (first, credential.decoded()) {
                (Err(error), Some((id, secret))) if error.code() == ErrorCode::InvalidClient => {
                    check_secret(issuer, &id, &secret).await
                }
                (result, _) => result,
            }
        }
        Presented::Assertion(id, assertion) => {
            let client = resolve_again(issuer, &id).await?;
            if !client.auth_methods.contains(&AuthMethod::PrivateKeyJwt) {
                return Err(AuthenticateError::MethodNotRegistered);
            }
            assertion::verify(issuer, &client, assertion.expose()).await?;
            Ok(client)
        }
    }
}

/// A client that has a secret may send it by header or form, whichever of both it registered.
async fn check_secret(
    issuer: &Issuer,
    id: &ClientId,
    secret: &Secret<String>,
) -> Result<Arc<Client>, AuthenticateError> {
    let client = resolve_again(issuer, id).await?;
    if !client.auth_methods.iter().any(|method| method.has_secret()) {
        return Err(AuthenticateError::MethodNotRegistered);
    }
    let hash = client.secret_hash.as_ref();
    if hash.is_some_and(|hash| hash.matches(secret.expose().as_bytes())) {
        Ok(client)
    } else {
        Err(AuthenticateError::SecretMismatch)
    }
}

fn read(headers: &HeaderMap, params: &Params) -> Result<Presented, AuthenticateError> {
    let secret = |name| params.get(name).map(|text| Secret::new(text.to_owned()));
    let basic = BasicCredential::read(headers)?;
    let (post, assertion) = (secret("client_secret"), secret("client_assertion"));
    let claimed = params.get("client_id").map(ClientId::parse);
    let claimed = claimed.transpose().map_err(|_| ResolveError::Unknown)?;
    let presented = match (basic, post, assertion) {
        (None, None, None) => Presented::Id(claimed.clone().ok_or(AuthenticateError::Missing)?),
        (Some(basic), None, None) => basic.presented()?,
        (None, Some(secret), None) => {
            Presented::Post(claimed.clone().ok_or(AuthenticateError::Missing)?, secret)
        }
        (None, None, Some(assertion)) => {
            if params.get("client_assertion_type") != Some(JWT_BEARER) {
                return Err(AuthenticateError::AssertionTypeUnknown);
            }
            let id = assertion::claimed_client_id(assertion.expose());
            Presented::Assertion(id.ok_or(AssertionError::ForeignIssuer)?, assertion)
        }
        // RFC 6749 §2.3: not more than one method in a request.
        _ => return Err(AuthenticateError::SeveralMethods),
    };
    let same = match (&claimed, &presented) {
        (None, _) => true,
        (Some(claimed), Presented::Basic(basic)) => basic.may_be(claimed),
        (
            Some(claimed),
            Presented::Id(id) | Presented::Post(id, _) | Presented::Assertion(id, _),
        ) => claimed == id,
    };
    same.then_some(presented)
        .ok_or(AuthenticateError::SeveralMethods)
}

/// Id and secret of an `Authorization: Basic` header, as sent.
struct BasicCredential {
    id: String,
    secret: Secret<String>,
}

impl BasicCredential {
    fn read(headers: &HeaderMap) -> Result<Option<Self>, AuthenticateError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = match (values.next(), values.next()) {
            (None, _) => return Ok(None),
            (Some(value), None) => value.to_str().ok(),
            (Some(_), Some(_)) => None,
        };
        let parse = |value: &str| {
            let (scheme, text) = value.split_once(' ')?;
            let bytes = STANDARD.decode(text.trim()).ok()?;
            let text = Secret::new(String::from_utf8(bytes).ok()?);
            let (id, secret) = text.expose().split_once(':')?;
            scheme.eq_ignore_ascii_case("Basic").then(|| Self {
                id: id.to_owned(),
                secret: Secret::new(secret.to_owned()),
            })
        };
        let credential = value.and_then(parse);
        credential
            .map(Some)
            .ok_or(AuthenticateError::HeaderMalformed)
    }

    /// A client without a secret may name itself by the header.
    fn presented(self) -> Result<Presented, AuthenticateError> {
        if self.secret.expose().is_empty() {
            return Ok(Presented::Id(self.as_sent()?.0));
        }
        Ok(Presented::Basic(self))
    }

    fn as_sent(&self) -> Result<(ClientId, Secret<String>), AuthenticateError> {
        let id = ClientId::parse(&self.id).map_err(|_| ResolveError::Unknown)?;
        Ok((id, self.secret.clone()))
    }

    /// Both halves form-decoded, if that makes a difference.
    fn decoded(&self) -> Option<(ClientId, Secret<String>)> {
        let decode = |text: &str| {
            let pair = Params::parse_form(format!("x={text}").as_bytes()).ok()?;
            Some(pair.get("x")?.to_owned())
        };
        if text_is_plain(&self.id) && text_is_plain(self.secret.expose()) {
            return None;
        }
        let id = ClientId::parse(&decode(&self.id)?).ok()?;
        Some((id, Secret::new(decode(self.secret.expose())?)))
    }

    fn may_be(&self, claimed: &ClientId) -> bool {
        let decoded = self.decoded();
        self.id == claimed.as_str() || decoded.is_some_and(|(id, _)| id == *claimed)
    }
}

fn text_is_plain(text: &str) -> bool {
    !text.contains(['%', '+'])
}

/// Whether a request carries anything that proves who the client is. A header that only names the
/// client does not.
pub(crate) fn brings_credentials(headers: &HeaderMap, params: &Params) -> bool {
    matches!(
        read(headers, params),
        Ok(Presented::Basic(_) | Presented::Post(..) | Presented::Assertion(..))
    )
}
