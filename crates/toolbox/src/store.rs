//! What an app may keep for a person: durable, bounded records that no other app sees.

use futures_util::future::BoxFuture;
use guard::Principal;
use oauth::time::UnixTime;

use crate::allowed::Allowed;

/// One record of a person in an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Unique within the person's records of the app.
    pub id: String,
    /// When it was put there.
    pub created_at: UnixTime,
    /// What the app wrote.
    pub text: String,
}

/// Why a record was not kept or found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The person has as many records here as are allowed.
    #[error("there is room for {count_max} records and no more")]
    Full {
        /// How many are allowed.
        count_max: usize,
    },
    /// The text is longer than allowed.
    #[error("a record has room for {bytes_max} bytes")]
    TooLong {
        /// How many bytes are allowed.
        bytes_max: usize,
    },
    /// The store cannot be reached. The reason is in the host's log.
    #[error("the store is away, try again in a moment")]
    Away,
}

/// Where records are kept. The host implements it; apps see only [`Records`].
pub trait PersonStore: Send + Sync + 'static {
    /// The person's records in the app, oldest first.
    fn list<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Record>, StoreError>>;

    /// Keeps a new record.
    fn put<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
        text: String,
    ) -> BoxFuture<'a, Result<Record, StoreError>>;

    /// Deletes a record. Says whether there was one.
    fn delete<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;
}

/// The records of one person in one app.
#[derive(Clone, Copy)]
pub struct Records<'a> {
    pub(crate) store: &'a dyn PersonStore,
    pub(crate) person: &'a Allowed<Principal>,
    pub(crate) app: &'a str,
}

impl Records<'_> {
    /// All of them, oldest first.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn list(&self) -> Result<Vec<Record>, StoreError> {
        self.store.list(&self.person.sub, self.app).await
    }

    /// Keeps a new one.
    ///
    /// # Errors
    /// If it is too long, there are too many, or the store is away.
    pub async fn put(&self, text: String) -> Result<Record, StoreError> {
        self.store.put(&self.person.sub, self.app, text).await
    }

    /// Deletes one. Says whether there was one.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn delete(&self, id: &str) -> Result<bool, StoreError> {
        self.store.delete(&self.person.sub, self.app, id).await
    }
}

#[cfg(feature = "test")]
pub use memory::MemoryStore;

#[cfg(feature = "test")]
mod memory {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};

    use futures_util::future::{FutureExt as _, ready};

    use super::{BoxFuture, PersonStore, Record, StoreError, UnixTime};

    /// A store for tests: it forgets when it is dropped. At most 100 records of 4,096 bytes.
    #[derive(Default)]
    pub struct MemoryStore(Mutex<HashMap<(String, String), Vec<Record>>>);

    impl MemoryStore {
        const COUNT_MAX: usize = 100;
        const BYTES_MAX: usize = 4_096;

        fn with<T>(
            &self,
            person: &str,
            app: &str,
            change: impl FnOnce(&mut Vec<Record>) -> T,
        ) -> T {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            change(all.entry((person.to_owned(), app.to_owned())).or_default())
        }
    }

    impl PersonStore for MemoryStore {
        fn list<'a>(
            &'a self,
            person: &'a str,
            app: &'a str,
        ) -> BoxFuture<'a, Result<Vec<Record>, StoreError>> {
            ready(Ok(self.with(person, app, |records| records.clone()))).boxed()
        }

        fn put<'a>(
            &'a self,
            person: &'a str,
            app: &'a str,
            text: String,
        ) -> BoxFuture<'a, Result<Record, StoreError>> {
            let kept = self.with(person, app, |records| {
                if text.len() > Self::BYTES_MAX {
                    return Err(StoreError::TooLong {
                        bytes_max: Self::BYTES_MAX,
                    });
                }
                if records.len() >= Self::COUNT_MAX {
                    return Err(StoreError::Full {
                        count_max: Self::COUNT_MAX,
                    });
                }
                let record = Record {
                    id: format!("record-{}", records.len() + 1),
                    created_at: UnixTime(1_700_000_000),
                    text,
                };
                records.push(record.clone());
                Ok(record)
            });
            ready(kept).boxed()
        }

        fn delete<'a>(
            &'a self,
            person: &'a str,
            app: &'a str,
            id: &'a str,
        ) -> BoxFuture<'a, Result<bool, StoreError>> {
            let deleted = self.with(person, app, |records| {
                let before = records.len();
                records.retain(|record| record.id != id);
                records.len() < before
            });
            ready(Ok(deleted)).boxed()
        }
    }
}
