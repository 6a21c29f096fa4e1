//! The one way out to addresses that clients name. It reaches public hosts by https only, follows
//! no redirects, and is limited in bytes, time, number and rate.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use oauth::time::UnixTime;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

use super::ClientsError;
use super::address::is_public;
use crate::settings::{FetchSettings, Settings};

/// Why nothing was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.hint())]
pub(crate) enum FetchError {
    AddressRefused,
    Busy,
    Unreachable,
    Refusing,
    NotFound,
    NotJson,
    TooLarge,
}

impl FetchError {
    /// For the developer of the client.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::AddressRefused => "only https URLs of public hosts are fetched",
            Self::Busy => "too many fetches at once, or from this host",
            Self::Unreachable => "the host cannot be reached",
            Self::Refusing => "the host is in trouble, or does not answer machines",
            Self::NotFound => "the host did not answer with status 200",
            Self::NotJson => "the content type is not JSON",
            Self::TooLarge => "the document is too large",
        }
    }

    /// Whether the same fetch may work a little later.
    pub(crate) const fn is_passing(self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable | Self::Refusing)
    }
}

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) body: Vec<u8>,
    /// Seconds for which the host lets it be kept.
    pub(super) max_age: Option<i64>,
}

/// The guarded fetcher.
pub(super) struct Fetcher {
    settings: FetchSettings,
    extra_ca: Vec<reqwest::Certificate>,
    /// Made at the first fetch: reading the system's certificate authorities takes a while.
    public: OnceLock<Option<reqwest::Client>>,
    /// For a development issuer only: this machine, by plain http or under an extra authority.
    loopback: Option<reqwest::Client>,
    permits: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, HostState>>,
    pub(super) names: Names,
}

/// Addresses to use in place of the system's resolution. Empty, but in tests.
pub(super) type Names = HashMap<String, Vec<IpAddr>>;

/// What is remembered of a host.
struct HostState {
    window_start: UnixTime,
    count: u32,
    /// It did not answer: not asked again before.
    quiet_until: UnixTime,
    /// Where it did not: whoever names a closed port does not silence the others.
    quiet_port: u16,
    permits: Arc<Semaphore>,
}

const PER_HOST_CONCURRENCY_MAX: usize = 4;
const HOSTS_MAX: usize = 1_024;
const QUIET_SECONDS: i64 = 30;
const CONNECT_SECONDS_MAX: u64 = 3;

impl Fetcher {
    /// # Errors
    /// If the extra certificate authorities are no PEM certificates.
    pub(super) fn new(settings: &Settings) -> Result<Self, ClientsError> {
        let fetch = settings.fetch.clone();
        let extra_ca = match &fetch.extra_ca {
            Some(pem) => reqwest::Certificate::from_pem_bundle(pem.as_bytes())
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or(ClientsError::ExtraCa)?,
            None => Vec::new(),
        };
        let development = settings.metadata_documents.insecure_allow_loopback
            && settings.public_url.is_loopback();
        let loopback = |address: IpAddr| address.to_canonical().is_loopback();
        let loopback = development.then(|| {
            let client = builder(&fetch, loopback, Names::new());
            client.tls_certs_only(extra_ca.clone()).build()
        });
        Ok(Self {
            loopback: loopback.transpose().map_err(|_| ClientsError::ExtraCa)?,
            permits: Arc::new(Semaphore::new(
                fetch.concurrency_max.min(Semaphore::MAX_PERMITS),
            )),
            settings: fetch,
            extra_ca,
            public: OnceLock::new(),
            hosts: Mutex::default(),
            names: Names::new(),
        })
    }

    /// Whether this machine may be asked, by plain http too.
    pub(super) const fn allows_loopback(&self) -> bool {
        self.loopback.is_some()
    }

    /// Fetches a JSON document of at most `bytes_max`.
    pub(super) async fn fetch(
        &self,
        url: &str,
        bytes_max: usize,
        now: UnixTime,
    ) -> Result<Fetched, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::AddressRefused)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let client = self.client(&url)?;
        let _permits = self.admit((&host, port), now)?;
        let result = get(client, url, bytes_max).await;
        if result
            .as_ref()
            .is_err_and(|error| *error == FetchError::Unreachable)
            && let Some(state) = self.lock().get_mut(&host)
        {
            (state.quiet_until, state.quiet_port) = (now.plus(QUIET_SECONDS), port);
        }
        result
    }

    /// The client for a URL, if its host may be asked at all. Literal addresses are judged here,
    /// names when they are resolved.
    fn client(&self, url: &Url) -> Result<&reqwest::Client, FetchError> {
        let refused = FetchError::AddressRefused;
        let public = match url.host().ok_or(refused)? {
            Host::Domain(_) => true,
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
        };
        match (url.scheme(), &self.loopback) {
            ("http" | "https", Some(client)) if is_loopback_host(url) => Ok(client),
            ("https", _) if public => self.public_client().ok_or(FetchError::Unreachable),
            _ => Err(refused),
        }
    }

    pub(super) fn public_client(&self) -> Option<&reqwest::Client> {
        let build = || {
            let new = || builder(&self.settings, is_public, self.names.clone()).https_only(true);
            let built = new().tls_certs_merge(self.extra_ca.clone()).build();
            // A machine without certificate authorities of its own still has the extra ones.
            let built = built.or_else(|_| new().tls_certs_only(self.extra_ca.clone()).build());
            built
                .inspect_err(|error| tracing::error!(%error, "nothing can be fetched"))
                .ok()
        };
        self.public.get_or_init(build).as_ref()
    }

    /// Counts a fetch and holds its place.
    fn admit(
        &self,
        (host, port): (&str, u16),
        now: UnixTime,
    ) -> Result<[OwnedSemaphorePermit; 2], FetchError> {
        let limit = self.settings.per_host;
        let window = i64::from(limit.window_seconds);
        let mut hosts = self.lock();
        if hosts.len() >= HOSTS_MAX && !hosts.contains_key(host) {
            hosts.retain(|_, state| {
                now < state.window_start.plus(window) || now < state.quiet_until
            });
            if hosts.len() >= HOSTS_MAX {
                return Err(FetchError::Busy);
            }
        }
        let state = hosts.entry(host.to_owned()).or_insert_with(|| HostState {
            window_start: now,
            count: 0,
            quiet_until: UnixTime(0),
            quiet_port: 0,
            permits: Arc::new(Semaphore::new(PER_HOST_CONCURRENCY_MAX)),
        });
        if now < state.quiet_until && port == state.quiet_port {
            return Err(FetchError::Unreachable);
        }
        if now >= state.window_start.plus(window) {
            (state.window_start, state.count) = (now, 0);
        }
        if limit.count > 0 && state.count >= limit.count {
            return Err(FetchError::Busy);
        }
        let take = |permits: &Arc<Semaphore>| Arc::clone(permits).try_acquire_owned();
        let busy = |_| FetchError::Busy;
        let permits = [
            take(&state.permits).map_err(busy)?,
            take(&self.permits).map_err(busy)?,
        ];
        state.count += 1;
        Ok(permits)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, HostState>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a URL names this machine in the form that redirect URIs use.
pub(super) fn is_loopback_host(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn builder(
    settings: &FetchSettings,
    allows: fn(IpAddr) -> bool,
    names: Names,
) -> reqwest::ClientBuilder {
    let total = settings.timeout_seconds;
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(total.min(CONNECT_SECONDS_MAX)))
        .timeout(Duration::from_secs(total))
        // Every fetch resolves and checks anew.
        .pool_max_idle_per_host(0)
        .dns_resolver(Arc::new(Resolver { allows, names }))
        .user_agent(concat!("vestibule/", env!("CARGO_PKG_VERSION")))
}

/// Resolves names for the connection itself, so that what was checked is what is connected to.
struct Resolver {
    allows: fn(IpAddr) -> bool,
    names: Names,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allows = self.allows;
        let fixed = self.names.get(name.as_str()).cloned();
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = match fixed {
                Some(fixed) => fixed.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect(),
                None => tokio::net::lookup_host((name.as_str(), 0)).await?.collect(),
            };
            // One address that is not allowed spoils the name: it may be picked next time.
            if addresses.is_empty() || !addresses.iter().all(|address| allows(address.ip())) {
                return Err("the name has no address that may be connected to".into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

async fn get(client: &reqwest::Client, url: Url, bytes_max: usize) -> Result<Fetched, FetchError> {
    let request = client.get(url).header(header::ACCEPT, "application/json");
    let response = request.send().await.map_err(|_| FetchError::Unreachable)?;
    match response.status().as_u16() {
        200 => {}
        // A content network's answers to machines, and a host in trouble.
        403 | 408 | 425 | 429 | 500.. => return Err(FetchError::Refusing),
        _ => return Err(FetchError::NotFound),
    }
    let text = |name| {
        let value = response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if !is_json(text(header::CONTENT_TYPE)) {
        return Err(FetchError::NotJson);
    }
    let max_age = max_age(text(header::CACHE_CONTROL));
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| FetchError::Unreachable)?;
        if body.len() + chunk.len() > bytes_max {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { body, max_age })
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// RFC 9111 §5.2.2: how long a shared cache may keep the answer.
pub(super) fn max_age(cache_control: &str) -> Option<i64> {
    let mut seconds = None;
    for directive in cache_control.split(',') {
        let directive = directive.trim().to_ascii_lowercase();
        match directive.split_once('=') {
            Some(("max-age" | "s-maxage", value)) => {
                seconds = seconds.max(value.trim_matches('"').parse().ok());
            }
            _ if matches!(directive.as_str(), "no-store" | "no-cache" | "private") => {
                return Some(0);
            }
            _ => {}
        }
    }
    seconds
}
