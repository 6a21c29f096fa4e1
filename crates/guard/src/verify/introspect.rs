//! Verification by asking the issuer about every token (RFC 7662).

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use oauth::scope::ScopeSet;
use oauth::secret::Secret;
use oauth::time::{Clock, UnixTime};

use super::{Principal, Verify};
use crate::body;
use crate::keys::http_client;
use crate::refusal::{Reason, Refusal};

/// Asks the issuer's introspection endpoint, authenticated by `client_secret_basic`.
///
/// Nothing is remembered: a revoked token is refused on the next call. An issuer that does not
/// answer, or answers something else, lets nothing through; nor does one that leaves `token_type` out,
/// for its refresh tokens would look like access tokens.
pub struct Introspection {
    endpoint: String,
    issuer: String,
    client_id: String,
    client_secret: Secret<String>,
    client: reqwest::Client,
    clock: Clock,
}

/// RFC 7662 §2.2.
#[derive(serde::Deserialize)]
struct Answer {
    active: bool,
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<OneOrMany>,
    exp: Option<UnixTime>,
    client_id: Option<String>,
    jti: Option<String>,
    #[serde(default)]
    scope: ScopeSet,
    token_type: Option<String>,
    auth_time: Option<UnixTime>,
    acr: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Introspection {
    const BYTES_MAX: usize = 64 * 1024;

    /// Asks at `endpoint` about tokens of `issuer`.
    ///
    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(
        endpoint: impl Into<String>,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Secret<String>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            endpoint: endpoint.into(),
            issuer: issuer.into(),
            client_id: client_id.into(),
            client_secret,
            client: http_client()?,
            clock: Clock::System,
        })
    }

    /// Takes the time from here.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    async fn ask(&self, token: &str) -> Result<Arc<Principal>, Reason> {
        let away = |why: &'static str| {
            tracing::warn!(endpoint = self.endpoint, why, "introspection failed");
            Reason::VerifierAway
        };
        // RFC 7662 §2.1: a form, authenticated, with the token in the body.
        let request = self
            .client
            .post(&self.endpoint)
            .basic_auth(&self.client_id, Some(self.client_secret.expose()))
            .form(&[("token", token), ("token_type_hint", "access_token")]);
        let response = request.send().await.map_err(|_| away("no answer"))?;
        if response.status() != http::StatusCode::OK {
            return Err(away("the answer is not 200"));
        }
        let text = body::read_answer(response, Self::BYTES_MAX).await;
        let text = text.map_err(away)?;
        let answer = serde_json::from_slice(&text).map_err(|_| away("the answer is unreadable"))?;
        self.judge(answer).map(Arc::new)
    }

    fn judge(&self, answer: Answer) -> Result<Principal, Reason> {
        // RFC 7662 §2.2: nothing but `active` counts of a token that is not.
        if !answer.active {
            return Err(Reason::TokenInactive);
        }
        if answer.iss.is_some_and(|iss| iss != self.issuer) {
            return Err(Reason::WrongIssuer);
        }
        let bearer = |kind: &String| {
            kind.eq_ignore_ascii_case("Bearer") || kind.eq_ignore_ascii_case("access_token")
        };
        // Refresh tokens are active too: what is not said to be an access token is none.
        if !answer.token_type.as_ref().is_some_and(bearer) {
            return Err(Reason::TokenInactive);
        }
        let audience = match answer.aud {
            Some(OneOrMany::One(one)) => one,
            Some(OneOrMany::Many(many)) => {
                <[String; 1]>::try_from(many).map_or(String::new(), |[one]| one)
            }
            None => String::new(),
        };
        let (Some(sub), Some(client_id), Some(expires_at)) =
            (answer.sub, answer.client_id, answer.exp)
        else {
            return Err(Reason::TokenInactive);
        };
        if self.clock.now() >= expires_at {
            return Err(Reason::TokenInactive);
        }
        Ok(Principal {
            sub,
            audience,
            client_id,
            scopes: answer.scope,
            jti: answer.jti.unwrap_or_default(),
            expires_at,
            auth_time: answer.auth_time,
            acr: answer.acr,
            email: answer.email,
            email_verified: answer.email_verified,
        })
    }
}

impl Verify for Introspection {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>> {
        self.ask(token)
            .map(|answer| answer.map_err(Refusal::from))
            .boxed()
    }
}
