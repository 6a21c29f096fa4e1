//! Passwords: argon2id, on a bounded number of threads with a bounded queue.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use oauth::secret::Secret;
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::pages::PageError;
use crate::random::{Random, RandomError};
use crate::settings::Limits;

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
    memory: Arc<Memories>,
}

/// What a hash fills. Freed and asked for anew each time, it would leave holes of 19 MiB in the
/// process, so what one hash is done with is the next one's.
type Memory = Vec<Block>;
type Memories = Mutex<Vec<Memory>>;

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
            memory: Arc::default(),
        }
    }

    /// A place in the queue. Taken before an attempt is counted, so that our own overload is
    /// nobody's failure.
    pub(crate) fn reserve(&self) -> Result<Place, PasswordError> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        Ok(Place {
            place: place.map_err(|_| PasswordError::Busy)?,
            permits: Arc::clone(&self.permits),
            memory: Arc::clone(&self.memory),
        })
    }
}

/// The right to have one password hashed.
pub(crate) struct Place {
    place: OwnedSemaphorePermit,
    permits: Arc<Semaphore>,
    memory: Arc<Memories>,
}

impl Place {
    /// The hash to store for a new password.
    pub(crate) async fn hash(
        self,
        random: &Random,
        password: Secret<String>,
    ) -> Result<String, PasswordError> {
        let salt = random.bytes::<16>()?;
        let hashed = self.run(move |memory| {
            let params = Params::new(19 * 1_024, 2, 1, None).ok()?;
            let cost = (Algorithm::Argon2id, Version::V0x13, params);
            let mut hash = [0; 32];
            derive(cost, (password.expose(), &salt), &mut hash, memory)?;
            let [salt, hash] = [&salt[..], &hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
            Some(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"))
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
        self.run(move |memory| {
            let known = hash.is_some();
            let hash = hash.as_deref().unwrap_or(NOBODY);
            matches(password.expose(), hash, memory).unwrap_or(false) && known
        })
        .await
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = self.permits.acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError::Busy)?;
        let (place, memories) = (self.place, self.memory);
        let (answer, answered) = oneshot::channel();
        // A thread of its own, because its priority stays low. The work goes on when the caller
        // goes away, so it holds its place itself.
        let thread = std::thread::Builder::new().name("password".into());
        let started = thread.spawn(move || {
            give_way();
            let lock = || memories.lock().unwrap_or_else(PoisonError::into_inner);
            let mut memory = lock().pop().unwrap_or_default();
            let done = work(&mut memory);
            lock().push(memory);
            drop((place, permit));
            // The caller may have gone away.
            drop(answer.send(done));
        });
        started.map_err(|_| PasswordError::Failed)?;
        answered.await.map_err(|_| PasswordError::Failed)
    }
}

/// Calls and tokens are not to wait for a password: it takes a thousand times as long as they do.
fn give_way() {
    // On Linux this is a property of the thread, elsewhere of the process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(%error, "passwords are hashed at the usual priority");
    }
}

/// Whether a password has this hash, which names its own algorithm and cost.
fn matches(password: &str, hash: &str, memory: &mut Memory) -> Option<bool> {
    let stored = PasswordHash::new(hash).ok()?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    let cost = (algorithm, version, Params::try_from(&stored).ok()?);
    let (salt, expected) = (stored.salt?, stored.hash?);
    let mut hash = vec![0; expected.len()];
    derive(cost, (password, &salt), &mut hash, memory)?;
    Some(hash.ct_eq(expected.as_bytes()).into())
}

fn derive(
    (algorithm, version, params): (Algorithm, Version, Params),
    (password, salt): (&str, &[u8]),
    hash: &mut [u8],
    memory: &mut Memory,
) -> Option<()> {
    let blocks = params.block_count();
    memory.resize(memory.len().max(blocks), Block::new());
    let memory = memory.get_mut(..blocks)?;
    let argon = Argon2::new(algorithm, version, params);
    argon
        .hash_password_into_with_memory(password.as_bytes(), salt, hash, memory)
        .ok()
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
        places.0.run(|_| ()).await.unwrap();
        assert!(pool.reserve().is_ok());
    }
}
