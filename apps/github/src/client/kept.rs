//! Answers kept with their ETags: asking again with one costs nothing of the limit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

/// An answer that may still hold.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) etag: String,
    pub(crate) link: String,
    pub(crate) body: Bytes,
}

/// By account and address. GitHub is asked each time whether one still holds, with the token at hand.
pub(crate) struct KeptAnswers(moka::sync::Cache<String, Arc<Kept>>);

impl KeptAnswers {
    const BYTES_MAX: u64 = 32 * 1024 * 1024;
    const ANSWER_BYTES_MAX: usize = 512 * 1024;
    const AGE_MAX: Duration = Duration::from_secs(60 * 60);

    pub(crate) fn new() -> Self {
        let weigh = |key: &String, kept: &Arc<Kept>| {
            let bytes = key.len() + kept.etag.len() + kept.link.len() + kept.body.len();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let answers = moka::sync::Cache::builder().weigher(weigh);
        Self(
            answers
                .max_capacity(Self::BYTES_MAX)
                .time_to_live(Self::AGE_MAX)
                .build(),
        )
    }

    pub(crate) fn find(&self, key: &str) -> Option<Arc<Kept>> {
        self.0.get(key)
    }

    pub(crate) fn put(&self, key: String, kept: Kept) {
        if kept.body.len() <= Self::ANSWER_BYTES_MAX {
            self.0.insert(key, Arc::new(kept));
        }
    }
}
