//! One request and its answer over the wire: version, redirects, kept answers, limits.

use bytes::Bytes;
use reqwest::header::{ACCEPT, ETAG, HeaderMap, IF_NONE_MATCH, LINK, LOCATION};
use reqwest::{Method, Url};
use tokio::time::Instant;
use toolbox::UpstreamToken;

use super::Hub;
use super::account::Account;
use super::answer::{header, message, refusal, signs};
use super::base::Base;
use super::error::GithubError;
use super::kept::Kept;
use super::request::Request;

const HOPS_MAX: usize = 4;
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A success.
pub(super) struct Success {
    pub(super) base: Base,
    /// Where it was found in the end.
    pub(super) url: Url,
    pub(super) link: String,
    /// Something is left out until the person signs in to organizations.
    pub(super) sign_on_needed: bool,
    pub(super) body: Bytes,
}

/// An answer as it came.
struct Raw {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// One exchange: who asks, for what, where.
struct Exchange<'a> {
    hub: &'a Hub,
    token: &'a UpstreamToken,
    request: &'a Request,
    base: Base,
    url: Url,
}

impl Hub {
    /// Asks once the account's turn has come, for a call that began at `begun`. `at` is where a page before
    /// said that this one is.
    pub(super) async fn ask(
        &self,
        token: &UpstreamToken,
        request: &Request,
        (begun, at): (Instant, Option<&Url>),
    ) -> Result<Success, GithubError> {
        let base = Base::parse(&token.api_base).ok_or(GithubError::NoBase)?;
        let url = match at {
            Some(at) => base.follow(at, at.as_str()),
            None => base.at(&request.path, &request.query),
        };
        let account = self.accounts.find(base.host(), &token.account_id);
        self.check_limit(&account, request)?;
        let mut turn = account.turn().await.ok_or(GithubError::Busy)?;
        // Those before may have met a limit.
        self.check_limit(&account, request)?;
        if request.is_write() && !turn.before_write(begun, self.timeout).await {
            return Err(GithubError::Busy);
        }
        let exchange = Exchange {
            hub: self,
            token,
            request,
            url: url.ok_or(GithubError::LedAway)?,
            base,
        };
        exchange.run(&account).await
    }

    fn check_limit(&self, account: &Account, request: &Request) -> Result<(), GithubError> {
        let now = self.clock.now();
        match account.check(request.pool, now) {
            Some(limit) => Err(GithubError::Limited(limit, now)),
            None => Ok(()),
        }
    }
}

impl Exchange<'_> {
    async fn run(mut self, account: &Account) -> Result<Success, GithubError> {
        for _ in 0..HOPS_MAX {
            let key = self.key();
            let kept = self.hub.kept.find(&key);
            let raw = self.send(kept.as_deref()).await?;
            let words = message(&raw.body);
            let signs = signs(raw.status, &raw.headers, &words);
            let now = self.hub.clock.now();
            if let Some(limit) = account.learn(self.request.pool, &signs, now) {
                return Err(GithubError::Limited(limit, now));
            }
            match (raw.status, kept) {
                (200..=299, _) => return Ok(self.succeed(key, raw)),
                (304, Some(kept)) => {
                    return Ok(self.found(&raw.headers, kept.link.clone(), kept.body.clone()));
                }
                (301 | 302 | 307 | 308, _) => self.url = self.redirect(&raw)?,
                (status, _) if self.hub.versions.refused(self.base.host(), status, &words) => {}
                (500.., _) if self.request.is_write() => return Err(self.unknown()),
                (status, _) => return Err(refusal(&self.base, status, &raw.headers, &raw.body)),
            }
        }
        Err(GithubError::LedAway)
    }

    /// What an answer is kept by: only the same account sees it, asking for the same thing in the same form.
    fn key(&self) -> String {
        let version = self.hub.versions.of(self.base.host());
        let accept = self.request.accept.as_str();
        format!(
            "{} {} {accept} {version} {}",
            self.token.account_id, self.request.method, self.url
        )
    }

    async fn send(&self, kept: Option<&Kept>) -> Result<Raw, GithubError> {
        let http = self.hub.http.as_ref().ok_or(GithubError::Unreachable)?;
        let version = self.hub.versions.of(self.base.host());
        let mut builder = http
            .request(self.request.method.clone(), self.url.clone())
            .bearer_auth(self.token.token.expose())
            .header(ACCEPT, self.request.accept.as_str())
            .header("x-github-api-version", version);
        if let Some(body) = &self.request.body {
            builder = builder.json(body);
        }
        if let Some(kept) = kept {
            builder = builder.header(IF_NONE_MATCH, &kept.etag);
        }
        let response = builder.send().await.map_err(|error| self.lost(&error))?;
        self.receive(response).await
    }

    async fn receive(&self, mut response: reqwest::Response) -> Result<Raw, GithubError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(&error))? {
            if body.len() + chunk.len() > BODY_BYTES_MAX {
                return Err(match self.request.is_write() {
                    true => self.unknown(),
                    false => GithubError::TooLong,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Raw {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: body.into(),
        })
    }

    /// What a broken exchange means. The error itself is not shown: it names addresses.
    fn lost(&self, error: &reqwest::Error) -> GithubError {
        tracing::warn!(
            connect = error.is_connect(),
            timeout = error.is_timeout(),
            "an exchange with GitHub broke off"
        );
        if error.is_connect() || error.is_builder() {
            GithubError::Unreachable
        } else if self.request.is_write() {
            self.unknown()
        } else {
            GithubError::Lost
        }
    }

    fn unknown(&self) -> GithubError {
        GithubError::OutcomeUnknown(self.request.look)
    }

    /// Where to ask next. Only 307 and 308 promise that a write was not done and may be repeated.
    fn redirect(&self, raw: &Raw) -> Result<Url, GithubError> {
        if self.request.is_write() && matches!(raw.status, 301 | 302) {
            return Err(GithubError::Moved);
        }
        let location = header(&raw.headers, LOCATION.as_str());
        let url = self.base.follow(&self.url, location);
        url.ok_or(GithubError::LedAway)
    }

    fn succeed(self, key: String, raw: Raw) -> Success {
        let text =
            |name: reqwest::header::HeaderName| header(&raw.headers, name.as_str()).to_owned();
        let (etag, link) = (text(ETAG), text(LINK));
        if self.request.method == Method::GET && !etag.is_empty() {
            let (link, body) = (link.clone(), raw.body.clone());
            self.hub.kept.put(key, Kept { etag, link, body });
        }
        self.found(&raw.headers, link, raw.body)
    }

    fn found(self, headers: &HeaderMap, link: String, body: Bytes) -> Success {
        Success {
            sign_on_needed: header(headers, "x-github-sso").starts_with("partial-results"),
            base: self.base,
            url: self.url,
            link,
            body,
        }
    }
}
