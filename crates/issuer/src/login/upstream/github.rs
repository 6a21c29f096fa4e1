//! GitHub as an upstream: github.com, ghe.com and GitHub Enterprise Server; OAuth apps and GitHub Apps.
//!
//! A token's rights are what GitHub says it granted, not what was asked for. An account is known by its
//! id, and its e-mail address only if GitHub calls it primary and verified.

use futures_util::future::{BoxFuture, FutureExt as _};
use oauth::secret::Secret;
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fetch::{self, read_json, word};
use super::{Account, Arrival, Ask, Came, Granted, Revoke, Upstream, UpstreamError};
use crate::settings::{FetchSettings, GithubKind, GithubSettings};

pub(super) struct Github {
    client_id: String,
    settings: GithubSettings,
    http: reqwest::Client,
}

/// GitHub answers 200 to refusals too.
#[derive(Deserialize)]
struct TokenAnswer {
    error: Option<String>,
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    #[serde(default)]
    scope: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Email {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

impl Github {
    pub(super) fn new(
        client_id: &str,
        settings: &GithubSettings,
        fetch: &FetchSettings,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client_id: client_id.to_owned(),
            settings: settings.clone(),
            http: fetch::client(fetch)?,
        })
    }

    /// A version that this host knows: the servers that companies run are years behind.
    fn version(&self) -> &str {
        let newest = |host: &str| host == "github.com" || host.ends_with(".ghe.com");
        let own = self.settings.api_version.as_deref();
        let host = self.settings.oauth_base.split_once("://");
        own.unwrap_or(if host.is_some_and(|(_, host)| newest(host)) {
            "2026-03-10"
        } else {
            "2022-11-28"
        })
    }

    fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.settings.api_base);
        self.http
            .request(method, url)
            .header(header::ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", self.version())
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Result<Granted, UpstreamError> {
        let url = format!("{}/login/oauth/access_token", self.settings.oauth_base);
        let own = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.settings.client_secret.expose()),
        ];
        let request = self
            .http
            .post(url)
            .header(header::ACCEPT, "application/json")
            .form(&[&own, fields].concat());
        let answer = send(request).await;
        let (_, answer): (_, TokenAnswer) = match answer {
            // RFC 6749 §5.2: here it is us who are not believed, and no token is dead.
            Err(UpstreamError::TokenDead) => Err(UpstreamError::Refused("401".to_owned())),
            answer => answer,
        }?;
        match (answer.error.as_deref(), answer.access_token) {
            (Some("bad_refresh_token"), _) => Err(UpstreamError::RefreshDead),
            (Some(error), _) => Err(UpstreamError::Refused(word(error))),
            (None, None) => Err(UpstreamError::Malformed),
            (None, Some(token)) => {
                // With commas or with spaces, by where it comes from.
                let scopes = answer
                    .scope
                    .split([',', ' '])
                    .filter(|word| !word.is_empty());
                Ok(Granted {
                    access_token: Secret::new(token),
                    refresh_token: answer.refresh_token.map(Secret::new),
                    expires_in: answer.expires_in,
                    scope: scopes.collect::<Vec<_>>().join(" "),
                })
            }
        }
    }

    /// Where a person allows us.
    fn page(&self, ask: &Ask<'_>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", ask.redirect_uri)
            .append_pair("state", ask.state)
            .append_pair("code_challenge", ask.challenge)
            .append_pair("code_challenge_method", "S256");
        // Without it an OAuth app would be given all that the person ever allowed it.
        if self.settings.kind == GithubKind::OauthApp {
            query.append_pair("scope", &ask.scopes.join(" "));
        }
        if let Some(login) = ask.login {
            query.append_pair("login", login);
        }
        let base = &self.settings.oauth_base;
        format!("{base}/login/oauth/authorize?{}", query.finish())
    }

    async fn exchange(&self, came: &Came<'_>) -> Result<Arrival, UpstreamError> {
        let fields = [
            ("code", came.code),
            ("code_verifier", came.verifier),
            ("redirect_uri", came.redirect_uri),
        ];
        let granted = self.token(&fields).await?;
        match self.whose(&granted.access_token).await {
            Ok(account) => Ok(Arrival {
                account,
                granted: Some(granted),
                privy_token: None,
            }),
            Err(error) => {
                let given_back = self.give_back(&granted.access_token, Revoke::Token).await;
                if let Err(error) = given_back {
                    tracing::warn!(%error, "a token for nothing was not revoked");
                }
                Err(error)
            }
        }
    }

    async fn whose(&self, token: &Secret<String>) -> Result<Account, UpstreamError> {
        let ask = |path| self.api(Method::GET, path).bearer_auth(token.expose());
        let (_, user): (_, User) = send(ask("/user")).await?;
        // Whoever did not allow us to see addresses has none here.
        let emails = match send::<Vec<Email>>(ask("/user/emails?per_page=100")).await {
            Ok((_, emails)) => emails,
            Err(UpstreamError::Away) => return Err(UpstreamError::Away),
            Err(_) => Vec::new(),
        };
        let primary = emails
            .into_iter()
            .find(|email| email.primary && email.verified);
        Ok(Account {
            id: user.id.to_string(),
            login: user.login,
            name: user.name,
            verified_email: primary.map(|email| email.email),
        })
    }

    async fn give_back(&self, token: &Secret<String>, what: Revoke) -> Result<(), UpstreamError> {
        let part = match what {
            Revoke::Token => "token",
            Revoke::Grant => "grant",
        };
        let path = format!("/applications/{}/{part}", self.client_id);
        let secret = self.settings.client_secret.expose();
        let request = self
            .api(Method::DELETE, &path)
            .basic_auth(&self.client_id, Some(secret))
            .json(&serde_json::json!({ "access_token": token.expose() }));
        let response = request.send().await.map_err(|_| UpstreamError::Away)?;
        match response.status() {
            StatusCode::NO_CONTENT => Ok(()),
            // A token that is gone already is as good as revoked. What was allowed is not.
            StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY if what == Revoke::Token => {
                Ok(())
            }
            status if status.is_server_error() => Err(UpstreamError::Away),
            status => Err(UpstreamError::Refused(status.as_str().to_owned())),
        }
    }
}

/// Sends, and reads a bounded answer of the usual kind.
async fn send<T: DeserializeOwned>(
    request: RequestBuilder,
) -> Result<(StatusCode, T), UpstreamError> {
    let response = request.send().await.map_err(|_| UpstreamError::Away)?;
    let status = response.status();
    match status {
        StatusCode::UNAUTHORIZED => return Err(UpstreamError::TokenDead),
        StatusCode::TOO_MANY_REQUESTS => return Err(UpstreamError::Away),
        status if status.is_server_error() => return Err(UpstreamError::Away),
        status if !status.is_success() => {
            return Err(UpstreamError::Refused(status.as_str().to_owned()));
        }
        _ => {}
    }
    Ok((status, read_json(response).await?))
}

impl Upstream for Github {
    fn authorize_url<'a>(
        &'a self,
        ask: &'a Ask<'a>,
    ) -> BoxFuture<'a, Result<String, UpstreamError>> {
        std::future::ready(Ok(self.page(ask))).boxed()
    }

    fn redeem<'a>(&'a self, came: &'a Came<'a>) -> BoxFuture<'a, Result<Arrival, UpstreamError>> {
        self.exchange(came).boxed()
    }

    fn refresh<'a>(
        &'a self,
        refresh_token: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<Granted, UpstreamError>> {
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token.expose()),
            ];
            self.token(&fields).await
        }
        .boxed()
    }

    fn revoke<'a>(
        &'a self,
        access_token: &'a Secret<String>,
        what: Revoke,
    ) -> BoxFuture<'a, Result<(), UpstreamError>> {
        self.give_back(access_token, what).boxed()
    }
}
