//! What a provider says of itself (OpenID Connect Discovery 1.0 §3, §4.3).

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::login::upstream::UpstreamError;
use crate::login::upstream::fetch::{is_secure, read_json};
use crate::settings::OidcSettings;

#[derive(Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    /// RFC 9207 §3: whether every answer through the browser names who gives it.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    pub(super) async fn fetch(
        http: &reqwest::Client,
        settings: &OidcSettings,
    ) -> Result<Self, UpstreamError> {
        let this: Self = fetch(http, &settings.discovery_url).await?;
        this.check(settings)?;
        Ok(this)
    }

    fn check(&self, settings: &OidcSettings) -> Result<(), UpstreamError> {
        // OpenID Connect Discovery 1.0 §4.3: exactly the one that was asked, to the last slash.
        if self.issuer != settings.issuer {
            return Err(UpstreamError::Metadata("it is another issuer's"));
        }
        let endpoints = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        let mut endpoints = endpoints.into_iter().chain(&self.userinfo_endpoint);
        if endpoints.all(|url| is_secure(url, &settings.discovery_url)) {
            Ok(())
        } else {
            Err(UpstreamError::Metadata("an endpoint is not https"))
        }
    }
}

/// A document that everybody may read.
pub(in crate::login::upstream) async fn fetch<T: DeserializeOwned>(
    http: &reqwest::Client,
    url: &str,
) -> Result<T, UpstreamError> {
    let request = http
        .get(url)
        .header(reqwest::header::ACCEPT, "application/json");
    let response = request.send().await.map_err(|_| UpstreamError::Away)?;
    match response.status() {
        reqwest::StatusCode::OK => read_json(response).await,
        _ => Err(UpstreamError::Away),
    }
}
