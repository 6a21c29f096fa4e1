//! Proving to a provider who we are (RFC 6749 §2.3.1, RFC 7523 §2.2; Apple's signed client secret).

use oauth::jwt::{KeyError, SigningKey};
use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;
use reqwest::RequestBuilder;
use serde_json::json;

use crate::settings::OidcAuth;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const APPLE: &str = "https://appleid.apple.com";
/// How long an assertion is good: for one request.
const SECONDS: i64 = 60;

/// What we prove with.
pub(super) enum Proof {
    None,
    Basic(Secret<String>),
    Post(Secret<String>),
    Assertion(SigningKey),
    Apple { key: SigningKey, team_id: String },
}

/// What a proof is for.
pub(super) struct Asked<'a> {
    pub(super) client_id: &'a str,
    pub(super) token_endpoint: &'a str,
    pub(super) code: &'a str,
    pub(super) now: UnixTime,
}

type Fields<'a> = Vec<(&'a str, String)>;

impl Proof {
    pub(super) fn new(auth: &OidcAuth) -> Result<Self, KeyError> {
        Ok(match auth {
            OidcAuth::None => Self::None,
            OidcAuth::Basic(secret) => Self::Basic(secret.clone()),
            OidcAuth::Post(secret) => Self::Post(secret.clone()),
            OidcAuth::PrivateKeyJwt { key, key_id } => {
                let key = SigningKey::from_pem(key.expose())?;
                Self::Assertion(match key_id {
                    Some(id) => key.named(id),
                    None => key,
                })
            }
            OidcAuth::Apple {
                key,
                key_id,
                team_id,
            } => Self::Apple {
                key: SigningKey::from_pem(key.expose())?.named(key_id),
                team_id: team_id.clone(),
            },
        })
    }

    /// The request, with the form's fields and the proof.
    pub(super) fn send_with(
        &self,
        request: RequestBuilder,
        mut fields: Fields<'_>,
        asked: &Asked<'_>,
    ) -> Result<RequestBuilder, KeyError> {
        let id = asked.client_id;
        if let Self::Basic(secret) = self {
            // RFC 6749 §2.3.1: both are encoded as in a form, before they are joined.
            let (id, secret) = (encoded(id), encoded(secret.expose()));
            return Ok(request.basic_auth(id, Some(secret)).form(&fields));
        }
        fields.push(("client_id", id.to_owned()));
        match self {
            Self::None | Self::Basic(_) => {}
            Self::Post(secret) => fields.push(("client_secret", secret.expose().clone())),
            Self::Assertion(key) => {
                fields.push(("client_assertion_type", ASSERTION.to_owned()));
                fields.push(("client_assertion", assertion(key, asked)?));
            }
            Self::Apple { key, team_id } => {
                let claims = json!({
                    "iss": team_id, "sub": id, "aud": APPLE,
                    "iat": asked.now.0, "exp": asked.now.plus(SECONDS).0,
                });
                fields.push(("client_secret", key.sign_jwt(&claims)?));
            }
        }
        Ok(request.form(&fields))
    }
}

fn assertion(key: &SigningKey, asked: &Asked<'_>) -> Result<String, KeyError> {
    key.sign_jwt(&json!({
        "iss": asked.client_id,
        "sub": asked.client_id,
        // Unlike draft-ietf-oauth-rfc7523bis-02 §4, not the issuer: Entra and Okta take nothing else.
        "aud": asked.token_endpoint,
        // A code is redeemed once, and so is what goes with it.
        "jti": SecretHash::of(asked.code.as_bytes()).as_str(),
        "iat": asked.now.0,
        "exp": asked.now.plus(SECONDS).0,
    }))
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
