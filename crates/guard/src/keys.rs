//! Where verification keys come from: a remote key set, fetched and cached, or this process (RFC 7517 §5).

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _, ready};
use oauth::jwt::KeySet;
use oauth::time::{Clock, UnixTime};

use crate::body;

/// For so long an issuer is not asked again, whatever key ids tokens name.
const COOL_DOWN_SECONDS: i64 = 30;

/// Where the keys of an issuer come from.
///
/// The same set must be the same `Arc`: a new one makes every verified token be verified anew. Any
/// `Fn() -> Arc<KeySet>` is a source, for an issuer in the same process.
pub trait KeySource: Send + Sync + 'static {
    /// The keys at hand, if they are fresh.
    fn current(&self) -> Option<Arc<KeySet>>;
    /// Asks the issuer again, unless it was asked a moment ago.
    fn fetch(&self) -> BoxFuture<'_, Result<Arc<KeySet>, KeysAway>>;
}

/// There are no keys to verify with: nothing can be let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys cannot be had")]
pub struct KeysAway;

impl<F: Fn() -> Arc<KeySet> + Send + Sync + 'static> KeySource for F {
    fn current(&self) -> Option<Arc<KeySet>> {
        Some(self())
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Arc<KeySet>, KeysAway>> {
        ready(Ok(self())).boxed()
    }
}

/// The keys of an issuer in this process, which can look for keys that another node of it made.
///
/// It looks when a token names an unknown key, but not twice within thirty seconds.
pub struct LocalKeys<C, L> {
    current: C,
    look: L,
    clock: Clock,
    looked_at: AtomicI64,
}

impl<C, L, F> LocalKeys<C, L>
where
    C: Fn() -> Arc<KeySet> + Send + Sync + 'static,
    L: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    /// `current` gives the keys at hand; `look` makes the issuer take in what is new.
    pub const fn new(current: C, look: L, clock: Clock) -> Self {
        let looked_at = AtomicI64::new(i64::MIN);
        Self {
            current,
            look,
            clock,
            looked_at,
        }
    }
}

impl<C, L, F> KeySource for LocalKeys<C, L>
where
    C: Fn() -> Arc<KeySet> + Send + Sync + 'static,
    L: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    fn current(&self) -> Option<Arc<KeySet>> {
        Some((self.current)())
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Arc<KeySet>, KeysAway>> {
        let now = self.clock.now();
        let due = |at: i64| (now.since(UnixTime(at)) >= COOL_DOWN_SECONDS).then_some(now.0);
        let (set, fetched) = (Ordering::SeqCst, Ordering::SeqCst);
        let due = self.looked_at.fetch_update(set, fetched, due).is_ok();
        async move {
            if due {
                (self.look)().await;
            }
            Ok((self.current)())
        }
        .boxed()
    }
}

/// The key set at a URL.
///
/// It is fetched when first needed and again every ten minutes, and once more when a token names
/// an unknown key, but not twice within thirty seconds. While the issuer is away the last set
/// serves for up to an hour; then nothing does.
pub struct RemoteKeys {
    url: String,
    client: reqwest::Client,
    clock: Clock,
    state: RwLock<State>,
    /// One fetch at a time.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    tried_at: Option<UnixTime>,
}

struct Held {
    keys: Arc<KeySet>,
    text: Bytes,
    at: UnixTime,
}

impl RemoteKeys {
    const FRESH_SECONDS: i64 = 600;
    const STALE_SECONDS_MAX: i64 = 3_600;
    const BYTES_MAX: usize = 256 * 1024;

    /// # Errors
    /// If the HTTP client cannot be built.
    pub fn new(url: impl Into<String>, clock: Clock) -> Result<Self, reqwest::Error> {
        Ok(Self {
            url: url.into(),
            client: http_client()?,
            clock,
            state: RwLock::default(),
            fetching: tokio::sync::Mutex::new(()),
        })
    }

    /// The set at hand, if it is younger than `seconds_max`.
    fn held(&self, seconds_max: i64) -> Option<Arc<KeySet>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let held = state.held.as_ref()?;
        (self.clock.now().since(held.at) < seconds_max).then(|| Arc::clone(&held.keys))
    }

    async fn load(&self) -> Result<Arc<KeySet>, KeysAway> {
        let _one = self.fetching.lock().await;
        let now = self.clock.now();
        let tried = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let recent = |at: UnixTime| now.since(at) < COOL_DOWN_SECONDS;
            let recent = state.tried_at.is_some_and(recent);
            if !recent {
                state.tried_at = Some(now);
            }
            recent
        };
        if !tried {
            match self.get().await {
                Ok((keys, text)) => self.keep(keys, text, now),
                Err(why) => tracing::warn!(url = self.url, why, "the key set cannot be fetched"),
            }
        }
        self.held(Self::STALE_SECONDS_MAX).ok_or(KeysAway)
    }

    fn keep(&self, keys: KeySet, text: Bytes, at: UnixTime) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        match &mut state.held {
            Some(held) if held.text == text => held.at = at,
            held => {
                let keys = Arc::new(keys);
                *held = Some(Held { keys, text, at });
            }
        }
    }

    async fn get(&self) -> Result<(KeySet, Bytes), &'static str> {
        let response = self.client.get(&self.url).send().await;
        let response = response.map_err(|_| "no answer")?;
        if response.status() != http::StatusCode::OK {
            return Err("the answer is not 200");
        }
        let text = body::read_answer(response, Self::BYTES_MAX).await?;
        let keys = KeySet::parse(&text).map_err(|_| "the answer is no key set")?;
        Ok((keys, text))
    }
}

impl KeySource for RemoteKeys {
    fn current(&self) -> Option<Arc<KeySet>> {
        self.held(Self::FRESH_SECONDS)
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Arc<KeySet>, KeysAway>> {
        self.load().boxed()
    }
}

/// The client for what the guard asks of an issuer: no redirects, no proxy, five seconds.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
}
