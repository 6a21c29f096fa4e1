//! Any provider of OpenID Connect as an upstream (OpenID Connect Core 1.0 §3.1): discovery, PKCE, a
//! nonce, and an ID token that is verified before a word of it counts. No token of it is kept.

mod cache;
mod client_auth;
mod id_token;
mod metadata;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use oauth::jwt::{JwtError, KeySet, UnverifiedJwt};
use oauth::secret::Secret;
use oauth::time::Clock;
use reqwest::{StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::fetch::{self, read_json, word};
use super::{Account, Arrival, Ask, Came, Upstream, UpstreamError, UpstreamsError};
use crate::settings::{FetchSettings, IdentifiedBy, OidcSettings};
use client_auth::{Asked, Proof};
use id_token::{Claims, Expected};
use metadata::Metadata;

pub(super) use cache::Cache;
pub(crate) use id_token::IdTokenError;

pub(super) struct Oidc {
    client_id: String,
    settings: OidcSettings,
    proof: Proof,
    http: reqwest::Client,
    clock: Clock,
    metadata: Cache<Metadata>,
    keys: Cache<KeySet>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: Secret<String>,
    access_token: Option<Secret<String>>,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

#[derive(Deserialize)]
struct Userinfo {
    sub: String,
    name: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "id_token::truth")]
    email_verified: Option<bool>,
}

/// As Apple sends it beside the code.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppleName {
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

impl Oidc {
    pub(super) fn new(
        client_id: &str,
        settings: &OidcSettings,
        fetch: &FetchSettings,
        clock: &Clock,
    ) -> Result<Self, UpstreamsError> {
        Ok(Self {
            client_id: client_id.to_owned(),
            settings: settings.clone(),
            proof: Proof::new(&settings.auth)?,
            http: fetch::client(fetch)?,
            clock: clock.clone(),
            metadata: Cache::new(),
            keys: Cache::new(),
        })
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, UpstreamError> {
        let fetch = Metadata::fetch(&self.http, &self.settings);
        self.metadata.get(self.clock.now(), fetch).await
    }

    async fn page(&self, ask: &Ask<'_>) -> Result<String, UpstreamError> {
        let metadata = self.metadata().await?;
        let mut url = Url::parse(&metadata.authorization_endpoint)
            .map_err(|_| UpstreamError::Metadata("an endpoint is no address"))?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", ask.redirect_uri)
            .append_pair("scope", &ask.scopes.join(" "))
            .append_pair("state", ask.state)
            .append_pair("nonce", ask.nonce)
            .append_pair("code_challenge", ask.challenge)
            .append_pair("code_challenge_method", "S256");
        if self.settings.form_post {
            query.append_pair("response_mode", "form_post");
        }
        if ask.again {
            // OpenID Connect Core 1.0 §3.1.2.1: whoever is asked for an age says when it was.
            query
                .append_pair("prompt", "login")
                .append_pair("max_age", "0");
        }
        if let Some(login) = ask.login {
            query.append_pair("login_hint", login);
        }
        drop(query);
        Ok(url.into())
    }

    async fn arrive(&self, came: &Came<'_>) -> Result<Arrival, UpstreamError> {
        let metadata = self.metadata().await?;
        self.check_answerer(came.iss, &metadata)?;
        let answer = self.exchange(came, &metadata).await?;
        let claims = self.verify(&answer.id_token, came, &metadata).await?;
        let more = self.userinfo(&claims, &answer, &metadata).await?;
        let account = self.account(claims, more, came.user)?;
        Ok(Arrival {
            account,
            granted: None,
            privy_token: None,
        })
    }

    /// RFC 9207 §2.4: the code of one provider is not carried to another.
    fn check_answerer(&self, iss: Option<&str>, metadata: &Metadata) -> Result<(), UpstreamError> {
        let right = match iss {
            Some(iss) => id_token::may_answer(iss, &self.settings.issuer),
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        right.then_some(()).ok_or(UpstreamError::MixedUp)
    }

    async fn exchange(
        &self,
        came: &Came<'_>,
        metadata: &Metadata,
    ) -> Result<TokenAnswer, UpstreamError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", came.code),
            ("redirect_uri", came.redirect_uri),
            ("code_verifier", came.verifier),
        ];
        let fields = fields.map(|(name, value)| (name, value.to_owned()));
        let request = self
            .http
            .post(&metadata.token_endpoint)
            .header(header::ACCEPT, "application/json");
        let asked = Asked {
            client_id: &self.client_id,
            token_endpoint: &metadata.token_endpoint,
            code: came.code,
            now: self.clock.now(),
        };
        let request = self.proof.send_with(request, fields.into(), &asked)?;
        let response = request.send().await.map_err(|_| UpstreamError::Away)?;
        match response.status() {
            StatusCode::OK => read_json(response).await,
            StatusCode::TOO_MANY_REQUESTS => Err(UpstreamError::Away),
            status if status.is_client_error() => {
                let refusal = read_json::<TokenRefusal>(response).await;
                let why = refusal.map(|refusal| word(&refusal.error));
                let why = why.unwrap_or_else(|_| status.as_str().to_owned());
                Err(UpstreamError::Refused(why))
            }
            _ => Err(UpstreamError::Away),
        }
    }

    async fn verify(
        &self,
        id_token: &Secret<String>,
        came: &Came<'_>,
        metadata: &Metadata,
    ) -> Result<Claims, UpstreamError> {
        let jwt = UnverifiedJwt::split(id_token.expose()).map_err(IdTokenError::from)?;
        let now = self.clock.now();
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.client_id,
            nonce: came.nonce,
            again_since: came.again_since,
            now,
        };
        let url = &metadata.jwks_uri;
        let keys = self.keys.get(now, fetch_keys(&self.http, url)).await?;
        match id_token::read(&jwt, &keys, &expected) {
            // A provider that rotated its keys has published the new one by now.
            Err(IdTokenError::Jwt(JwtError::UnknownKey | JwtError::BadSignature)) => {
                let keys = fetch_keys(&self.http, url);
                let keys = self.keys.get_newer(now, keys).await?;
                Ok(id_token::read(&jwt, &keys, &expected)?)
            }
            result => Ok(result?),
        }
    }

    /// What the ID token leaves out, where there is such an endpoint.
    async fn userinfo(
        &self,
        claims: &Claims,
        answer: &TokenAnswer,
        metadata: &Metadata,
    ) -> Result<Option<Userinfo>, UpstreamError> {
        let (Some(url), Some(token), None) = (
            &metadata.userinfo_endpoint,
            &answer.access_token,
            &claims.email,
        ) else {
            return Ok(None);
        };
        let request = self.http.get(url).bearer_auth(token.expose());
        let response = request.send().await.map_err(|_| UpstreamError::Away)?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_server_error() => return Err(UpstreamError::Away),
            // Whoever is not allowed to see more sees no more.
            _ => return Ok(None),
        }
        let info: Userinfo = read_json(response).await?;
        // OpenID Connect Core 1.0 §5.3.2: it may be about somebody else, and then nothing of it counts.
        if info.sub == claims.sub {
            Ok(Some(info))
        } else {
            Err(UpstreamError::OtherSubject)
        }
    }

    fn account(
        &self,
        claims: Claims,
        more: Option<Userinfo>,
        user: Option<&str>,
    ) -> Result<Account, UpstreamError> {
        let id = match (self.settings.identified_by, &claims.tid, &claims.oid) {
            (IdentifiedBy::Subject, ..) => claims.sub.clone(),
            (IdentifiedBy::TenantAndObject, Some(tid), Some(oid)) => format!("{tid}/{oid}"),
            (IdentifiedBy::TenantAndObject, ..) => return Err(IdTokenError::NoSubject.into()),
        };
        let (mut name, mut email) = (claims.name, claims.email);
        let mut verified = claims.email_verified;
        if let Some(more) = more {
            name = name.or(more.name);
            (email, verified) = (more.email, more.email_verified);
        }
        let login = claims.preferred_username.or_else(|| email.clone());
        let verified = verified.unwrap_or(self.settings.assumes_email_verified);
        Ok(Account {
            login: login.or_else(|| name.clone()).unwrap_or(claims.sub),
            id,
            name: name.or_else(|| user.and_then(apple_name)),
            verified_email: email.filter(|email| verified && is_address(email)),
        })
    }
}

/// The keys that a provider publishes.
pub(super) async fn fetch_keys(http: &reqwest::Client, url: &str) -> Result<KeySet, UpstreamError> {
    let json: Box<RawValue> = metadata::fetch(http, url).await?;
    KeySet::parse(json.get().as_bytes())
        .map_err(|_| UpstreamError::Metadata("its keys are no public key set"))
}

fn apple_name(user: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct User {
        name: AppleName,
    }
    let User { name } = serde_json::from_str(user).ok()?;
    let name = format!("{} {}", name.first_name, name.last_name);
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What may be somebody's address: long enough to be one, and no longer than ours are.
pub(super) fn is_address(email: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    let parts = email.split_once('@');
    let whole = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    whole && email.len() <= 254 && email.chars().all(plain)
}

impl Upstream for Oidc {
    fn authorize_url<'a>(
        &'a self,
        ask: &'a Ask<'a>,
    ) -> BoxFuture<'a, Result<String, UpstreamError>> {
        self.page(ask).boxed()
    }

    fn redeem<'a>(&'a self, came: &'a Came<'a>) -> BoxFuture<'a, Result<Arrival, UpstreamError>> {
        self.arrive(came).boxed()
    }
}
