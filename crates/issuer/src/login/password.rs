//! Passwords: argon2id, on a bounded number of threads with a bounded queue.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use oauth::secret::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::pages::PageError;
use crate::random::{Random, RandomError};
use crate::settings::Limits;

pub(crate) const CHARACTERS_MIN: usize = 8;
/// Bounds what one request can make us hash.
pub(crate) const BYTES_MAX: usize = 256;

/// No password has this hash: it is checked for people who do not exist, so that their absence
/// takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy10aGlz\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Where passwords are hashed.
pub(crate) struct PasswordPool {
    /// Hashes under way.
    permits: Arc<Semaphore>,
    /// Hashes under way or waiting.
    places: Arc<Semaphore>,
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(crate) enum PasswordError {
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the password could not be hashed")]
    Failed,
}

impl From<PasswordError> for PageError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::unavailable(2).because(error),
            PasswordError::Failed => Self::internal(error),
        }
    }
}

impl From<RandomError> for PasswordError {
    fn from(_: RandomError) -> Self {
        Self::Failed
    }
}

impl PasswordPool {
    pub(crate) fn new(limits: &Limits) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = match limits.password_hashes {
            0 => processors.saturating_sub(1).max(1),
            given => given,
        };
        Self {
            permits: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + limits.password_queue)),
        }
    }

    /// A place in the queue. Taken before an attempt is counted, so that our own overload is
    /// nobody's failure.
    pub(crate) fn reserve(&self) -> Result<Place, PasswordError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        Ok(Place {
            place: place.map_err(|_| PasswordError::Busy)?,
            permits: Arc::clone(&self.permits),
        })
    }
}

/// The right to have one password hashed.
pub(crate) struct Place {
    place: OwnedSemaphorePermit,
    permits: Arc<Semaphore>,
}

impl Place {
    /// The hash to store for a new password.
    pub(crate) async fn hash(
        self,
        random: &Random,
        password: Secret<String>,
    ) -> Result<String, PasswordError> {
        let salt = random.bytes::<16>()?;
        let hashed = self.run(move || {
            let password = password.expose().as_bytes();
            let hash: Option<PasswordHash> =
                hasher()?.hash_password_with_salt(password, &salt).ok();
            Some(hash?.to_string())
        });
        hashed.await?.ok_or(PasswordError::Failed)
    }

    /// Whether the password is the one that was hashed. Without a hash the answer is no, and
    /// takes as long.
    pub(crate) async fn verify(
        self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let matches = PasswordHash::new(&hash).is_ok_and(|hash| {
                let password = password.expose().as_bytes();
                Argon2::default().verify_password(password, &hash).is_ok()
            });
            matches && known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = self.permits.acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError::Busy)?;
        let place = self.place;
        // The work goes on when the caller goes away, so it holds its place itself.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, permit));
            done
        });
        done.await.map_err(|_| PasswordError::Failed)
    }
}

/// 19 MiB, two passes, one lane.
fn hasher() -> Option<Argon2<'static>> {
    let params = Params::new(19 * 1_024, 2, 1, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(at_once: usize, queue: usize) -> PasswordPool {
        PasswordPool::new(&Limits {
            password_hashes: at_once,
            password_queue: queue,
            ..Limits::default()
        })
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let pool = pool(1, 0);
        let place = || pool.reserve().unwrap();
        let hash = place().hash(&Random::System, secret("correct horse"));
        let hash = hash.await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(!hash.contains("horse"));
        for (password, hash, right) in [
            ("correct horse", Some(hash.clone()), true),
            ("correct horse ", Some(hash), false),
            ("correct horse", Some("damaged".to_owned()), false),
            ("correct horse", None, false),
        ] {
            assert_eq!(place().verify(secret(password), hash).await.unwrap(), right);
        }
    }

    #[test]
    fn nobody_has_a_hash_of_the_usual_cost() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!(hash.hash.unwrap().len(), 32);
    }

    #[tokio::test]
    async fn a_full_queue_refuses() {
        let pool = pool(1, 1);
        let places = (pool.reserve().unwrap(), pool.reserve().unwrap());
        assert!(matches!(pool.reserve(), Err(PasswordError::Busy)));
        places.0.run(|| ()).await.unwrap();
        assert!(pool.reserve().is_ok());
    }
}
