//! Privy as an upstream: a page of ours speaks with it in the browser and brings the access token that it
//! gave out, which is verified here. No secret is shared with it.

mod page;
mod token;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use oauth::jwt::{JwtError, KeySet, UnverifiedJwt};
use oauth::secret::Secret;
use oauth::time::Clock;

use super::oidc::{Cache, fetch_keys, is_address};
use super::{Account, Arrival, Ask, Came, Upstream, UpstreamError, UpstreamsError, fetch};
use crate::settings::{FetchSettings, PrivyKeys, PrivySettings};
use crate::tokens::privy::PrivyToken;
use token::{Expected, Named};

pub(crate) use page::{get, post};
pub(crate) use token::PrivyTokenError;

/// Where the page is.
pub(crate) const PAGE: &str = "/auth/privy/page";
/// Of an account's id, where the account has no address.
const SHOWN_CHARACTERS: usize = 8;

pub(super) struct Privy {
    app_id: String,
    keys: Keys,
    clock: Clock,
}

enum Keys {
    Fixed(Arc<KeySet>),
    Fetched {
        url: String,
        http: reqwest::Client,
        cache: Cache<KeySet>,
    },
}

impl Privy {
    pub(super) fn new(
        app_id: &str,
        settings: &PrivySettings,
        fetch: &FetchSettings,
        clock: &Clock,
    ) -> Result<Self, UpstreamsError> {
        Ok(Self {
            app_id: app_id.to_owned(),
            keys: match &settings.keys {
                PrivyKeys::Pem(pem) => Keys::Fixed(Arc::new(KeySet::of_pem(pem)?)),
                PrivyKeys::Url(url) => Keys::Fetched {
                    url: url.clone(),
                    http: fetch::client(fetch)?,
                    cache: Cache::new(),
                },
            },
            clock: clock.clone(),
        })
    }

    async fn keys(&self, newer: bool) -> Result<Arc<KeySet>, UpstreamError> {
        let now = self.clock.now();
        match &self.keys {
            Keys::Fixed(keys) => Ok(Arc::clone(keys)),
            Keys::Fetched { url, http, cache } if newer => {
                cache.get_newer(now, fetch_keys(http, url)).await
            }
            Keys::Fetched { url, http, cache } => cache.get(now, fetch_keys(http, url)).await,
        }
    }

    async fn arrive(&self, came: &Came<'_>) -> Result<Arrival, UpstreamError> {
        let expected = Expected {
            app_id: &self.app_id,
            since: came.since,
            now: self.clock.now(),
        };
        let jwt = UnverifiedJwt::split(came.code).map_err(PrivyTokenError::from)?;
        let mut keys = self.keys(false).await?;
        let mut read = token::read(&jwt, &keys, &expected);
        // Keys that were rotated have been published by now.
        if let Err(PrivyTokenError::Jwt(JwtError::UnknownKey | JwtError::BadSignature)) = read {
            keys = self.keys(true).await?;
            read = token::read(&jwt, &keys, &expected);
        }
        let named = read?;
        let email = match came.user {
            Some(identity_token) => {
                let jwt = UnverifiedJwt::split(identity_token).map_err(PrivyTokenError::from)?;
                token::read_email(&jwt, &keys, (&expected, &named))?
            }
            None => None,
        };
        Ok(arrival(named, email, came.code))
    }
}

fn arrival(named: Named, email: Option<String>, access_token: &str) -> Arrival {
    let verified_email = email.filter(|email| is_address(email));
    let rest = named.did.rsplit(':').next().unwrap_or_default();
    let short: String = rest.chars().take(SHOWN_CHARACTERS).collect();
    Arrival {
        account: Account {
            login: verified_email.clone().unwrap_or(format!("Privy {short}…")),
            id: named.did,
            name: None,
            verified_email,
        },
        granted: None,
        privy_token: Some(PrivyToken {
            access_token: Secret::new(access_token.to_owned()),
            expires_at: named.expires_at,
        }),
    }
}

impl Upstream for Privy {
    fn authorize_url<'a>(
        &'a self,
        ask: &'a Ask<'a>,
    ) -> BoxFuture<'a, Result<String, UpstreamError>> {
        let state: String = url::form_urlencoded::byte_serialize(ask.state.as_bytes()).collect();
        std::future::ready(Ok(format!("{PAGE}?state={state}"))).boxed()
    }

    fn redeem<'a>(&'a self, came: &'a Came<'a>) -> BoxFuture<'a, Result<Arrival, UpstreamError>> {
        self.arrive(came).boxed()
    }
}
