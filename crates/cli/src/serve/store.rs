//! Apps' records, kept by the issuer of the same process.

use futures_util::future::{BoxFuture, FutureExt as _};
use issuer::Issuer;
use issuer::operate::records;
use toolbox::{PersonStore, Record, StoreError};

const COUNT_MAX: u32 = 1_000;
const BYTES_MAX: usize = 16 * 1_024;

pub(super) struct Store(Issuer);

impl Store {
    pub(super) const fn new(issuer: Issuer) -> Self {
        Self(issuer)
    }
}

fn away(error: issuer::db::DbError) -> StoreError {
    tracing::error!(%error, source = ?std::error::Error::source(&error), "records are out of reach");
    StoreError::Away
}

impl PersonStore for Store {
    fn list<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Record>, StoreError>> {
        async move {
            let records = records::list(&self.0, person, app).await.map_err(away)?;
            Ok(records.into_iter().map(record).collect())
        }
        .boxed()
    }

    fn put<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
        text: String,
    ) -> BoxFuture<'a, Result<Record, StoreError>> {
        async move {
            if text.len() > BYTES_MAX {
                let bytes_max = BYTES_MAX;
                return Err(StoreError::TooLong { bytes_max });
            }
            let put = records::put(&self.0, person, app, text, COUNT_MAX).await;
            let count_max = usize::try_from(COUNT_MAX).unwrap_or(usize::MAX);
            put.map_err(away)?
                .map(record)
                .ok_or(StoreError::Full { count_max })
        }
        .boxed()
    }

    fn delete<'a>(
        &'a self,
        person: &'a str,
        app: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        async move {
            records::delete(&self.0, person, app, id)
                .await
                .map_err(away)
        }
        .boxed()
    }
}

fn record(record: records::Record) -> Record {
    Record {
        id: record.id,
        created_at: record.created_at,
        text: record.body,
    }
}
