//! What was fetched of a provider, per process: asked for by one at a time, not too often, and kept for a
//! while when the provider is away.

use std::sync::Arc;

use oauth::time::UnixTime;
use tokio::sync::Mutex;

use crate::login::upstream::UpstreamError;

/// How long it is used before it is fetched again.
const FRESH_SECONDS: i64 = 3_600;
/// How long it is used when it cannot be fetched again.
const KEPT_SECONDS: i64 = 86_400;
/// How soon it may be fetched early again: whoever names keys that do not exist must not make us ask
/// each time.
const EARLY_SECONDS: i64 = 60;
/// How soon after a failure it may be tried again.
const FAILED_SECONDS: i64 = 5;

pub(in crate::login::upstream) struct Cache<T>(Mutex<Kept<T>>);

struct Kept<T> {
    value: Option<(Arc<T>, UnixTime)>,
    early_at: Option<UnixTime>,
    failed_at: Option<UnixTime>,
}

impl<T> Cache<T> {
    pub(in crate::login::upstream) fn new() -> Self {
        Self(Mutex::new(Kept {
            value: None,
            early_at: None,
            failed_at: None,
        }))
    }

    /// What is kept, or what `fetch` gives.
    pub(in crate::login::upstream) async fn get(
        &self,
        now: UnixTime,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        let mut kept = self.0.lock().await;
        match kept.younger_than(now, FRESH_SECONDS) {
            Some(value) => Ok(value),
            None => kept.renew(now, fetch).await,
        }
    }

    /// What `fetch` gives, because what is kept lacks something; at once, but not again and again.
    pub(in crate::login::upstream) async fn get_newer(
        &self,
        now: UnixTime,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        let mut kept = self.0.lock().await;
        let early = |at: UnixTime| now.since(at) < EARLY_SECONDS;
        if kept.early_at.is_some_and(early)
            && let Some(value) = kept.younger_than(now, FRESH_SECONDS)
        {
            return Ok(value);
        }
        kept.early_at = Some(now);
        kept.renew(now, fetch).await
    }
}

impl<T> Kept<T> {
    fn younger_than(&self, now: UnixTime, seconds: i64) -> Option<Arc<T>> {
        let (value, at) = self.value.as_ref()?;
        (now.since(*at) < seconds).then(|| Arc::clone(value))
    }

    async fn renew(
        &mut self,
        now: UnixTime,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        let failed = |at: UnixTime| now.since(at) < FAILED_SECONDS;
        let fetched = match self.failed_at.is_some_and(failed) {
            true => Err(UpstreamError::Away),
            false => fetch.await,
        };
        match fetched {
            Ok(value) => {
                let value = Arc::new(value);
                self.value = Some((Arc::clone(&value), now));
                self.failed_at = None;
                Ok(value)
            }
            Err(error) => {
                if !self.failed_at.is_some_and(failed) {
                    self.failed_at = Some(now);
                }
                self.younger_than(now, KEPT_SECONDS).ok_or(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);

    async fn get(cache: &Cache<u8>, seconds: i64, gives: Option<u8>) -> Option<u8> {
        let fetch = ready(gives.ok_or(UpstreamError::Away));
        let got = cache.get(NOW.plus(seconds), fetch).await;
        got.ok().map(|value| *value)
    }

    async fn newer(cache: &Cache<u8>, seconds: i64, gives: Option<u8>) -> Option<u8> {
        let fetch = ready(gives.ok_or(UpstreamError::Away));
        let got = cache.get_newer(NOW.plus(seconds), fetch).await;
        got.ok().map(|value| *value)
    }

    #[tokio::test]
    async fn it_is_kept_for_an_hour_and_for_a_day_if_need_be() {
        let cache = Cache::new();
        assert_eq!(get(&cache, 0, None).await, None);
        // A failure is not repeated at once.
        assert_eq!(get(&cache, 4, Some(1)).await, None);
        assert_eq!(get(&cache, 5, Some(1)).await, Some(1));
        assert_eq!(get(&cache, 3_604, Some(2)).await, Some(1));
        assert_eq!(get(&cache, 3_605, None).await, Some(1));
        assert_eq!(get(&cache, 3_609, Some(2)).await, Some(1));
        assert_eq!(get(&cache, 3_610, Some(2)).await, Some(2));
        assert_eq!(get(&cache, 3_610 + 86_400, None).await, None);
    }

    #[tokio::test]
    async fn what_is_lacking_is_asked_for_at_once_and_then_not_for_a_minute() {
        let cache = Cache::new();
        assert_eq!(get(&cache, 0, Some(1)).await, Some(1));
        assert_eq!(newer(&cache, 0, Some(2)).await, Some(2));
        assert_eq!(newer(&cache, 59, Some(3)).await, Some(2));
        assert_eq!(newer(&cache, 60, Some(3)).await, Some(3));
        assert_eq!(newer(&cache, 120, None).await, Some(3));
    }
}
