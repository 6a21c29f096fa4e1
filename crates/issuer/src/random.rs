//! Randomness: the system's, or a seeded one so that tests repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use oauth::secret::{Secret, base64url};
use oauth::time::UnixTime;

/// Ids that this process has made.
static MADE: AtomicU16 = AtomicU16::new(0);

/// Where ids, codes, keys and nonces come from.
#[derive(Clone, Debug, Default)]
pub enum Random {
    #[default]
    System,
    /// Predictable: for tests only.
    Seeded(SeededRandom),
}

/// The system's generator failed. Nothing can be issued then.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system's random generator failed")]
pub struct RandomError;

impl Random {
    /// Random bytes.
    ///
    /// # Errors
    /// If the system has none to give.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomError> {
        let mut bytes = [0; N];
        match self {
            Self::System => aws_lc_rs::rand::fill(&mut bytes).map_err(|_| RandomError)?,
            Self::Seeded(seed) => seed.fill(&mut bytes),
        }
        Ok(bytes)
    }

    /// A secret of 256 bits in base64url.
    ///
    /// # Errors
    /// As [`Random::bytes`].
    pub fn secret(&self) -> Result<Secret<String>, RandomError> {
        Ok(Secret::new(base64url(&self.bytes::<32>()?)))
    }

    /// A new id. It sorts by the second in which it was made and, among those of one process,
    /// by the order in which they were.
    ///
    /// # Errors
    /// As [`Random::bytes`].
    pub fn id(&self, now: UnixTime) -> Result<uuid::Uuid, RandomError> {
        let millis = u64::try_from(now.0)
            .unwrap_or_default()
            .saturating_mul(1_000);
        let mut bytes: [u8; 10] = self.bytes()?;
        let made = match self {
            Self::System => MADE.fetch_add(1, Ordering::Relaxed),
            Self::Seeded(seed) => seed.made(),
        };
        let [first, second, ..] = &mut bytes;
        [*first, *second] = made.to_be_bytes();
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }
}

/// Hashes a counter.
#[derive(Clone, Debug)]
pub struct SeededRandom(Arc<AtomicU64>);

impl SeededRandom {
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self(Arc::new(AtomicU64::new(u64::from(seed) << 32)))
    }

    /// Grows with everything that was drawn.
    fn made(&self) -> u16 {
        let [.., first, second] = self.0.load(Ordering::SeqCst).to_be_bytes();
        u16::from_be_bytes([first, second])
    }

    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            let block = digest(&SHA256, &count.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(block.as_ref()) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let ids: Vec<_> = (0..100)
            .map(|_| Random::System.id(UnixTime(1)).unwrap())
            .collect();
        assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
    }
}
