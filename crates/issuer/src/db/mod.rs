//! Every SQL statement of the product: one text for SQLite and PostgreSQL, one file per table group.
//!
//! Queries are free functions that take `&mut Tx` first. Changes go through [`Db::write`], reads
//! through [`Db::read`]. A state transition is one conditional statement.

pub(crate) mod app_usage;
pub(crate) mod audit_events;
pub(crate) mod backoffs;
pub(crate) mod belongings;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod connections;
pub(crate) mod consents;
pub(crate) mod email_proofs;
pub(crate) mod factors;
pub(crate) mod families;
pub(crate) mod identities;
pub(crate) mod keys;
pub(crate) mod outbox;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod personal_tokens;
pub(crate) mod postgres;
pub(crate) mod privy_tokens;
pub(crate) mod records;
pub(crate) mod recovery_codes;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod setup_links;
pub(crate) mod sqlite;
pub(crate) mod throttles;
pub(crate) mod totp_keys;
pub(crate) mod used_ids;

mod error;
mod migrate;
mod row;
mod settings;
mod tx;
mod writer;

pub use error::DbError;
pub(crate) use row::{AnyRow, FromRow, columns};
pub use settings::{DbSettings, PostgresSettings};
pub use tx::Tx;
pub(crate) use tx::sql;

use futures_util::future::BoxFuture;
use sqlx::PgPool;

use sqlite::{Place, Readers};
use writer::Writer;

/// The database, cheap to clone.
#[derive(Clone)]
pub struct Db(Driver);

/// How much the database has to do for one process.
#[derive(Clone, Copy, Debug)]
pub struct Pressure {
    /// Units that wait for the writer.
    pub waiting: u32,
    pub connections: u32,
    pub idle: u32,
}

#[derive(Clone)]
enum Driver {
    Sqlite { readers: Readers, writer: Writer },
    Postgres(PgPool),
}

impl Db {
    /// Opens the database. Tables are made by [`Db::migrate`].
    ///
    /// # Errors
    /// If it cannot be reached or created.
    pub fn open(settings: &DbSettings) -> Result<Self, DbError> {
        let place = match settings {
            DbSettings::File(path) => Place::File(path.clone()),
            DbSettings::Memory => Place::memory(),
            DbSettings::Postgres(settings) => {
                return Ok(Self(Driver::Postgres(postgres::open(settings)?)));
            }
        };
        Ok(Self(Driver::Sqlite {
            writer: Writer::start(&place)?,
            readers: Readers::new(place),
        }))
    }

    /// Brings the tables up to date; safe to call from several nodes at once. Returns the names
    /// of the migrations that were applied.
    ///
    /// # Errors
    /// If a statement fails; nothing of that migration is kept then.
    pub async fn migrate(&self, now: oauth::time::UnixTime) -> Result<Vec<&'static str>, DbError> {
        self.write(move |tx| Box::pin(migrate::run(tx, now))).await
    }

    /// Runs `work` as one durable unit: kept as a whole if it returns `Ok`, undone if it returns
    /// `Err` or panics. It answers only after the commit.
    ///
    /// On SQLite, units that wait together share one commit, and a unit is finished even if its
    /// caller goes away. On PostgreSQL each is a transaction, undone if its caller goes away
    /// before the commit was sent. A unit waits for nothing but its `Tx`: on SQLite one that does
    /// is refused.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`DbError`] if the database is away or the commit fails.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &self.0 {
            Driver::Sqlite { writer, .. } => writer.run(work).await,
            Driver::Postgres(pool) => {
                let mut tx = Tx::PostgresWriter(pool.begin().await.map_err(DbError::from)?);
                let result = work(&mut tx).await;
                // Dropping undoes.
                if let (Ok(_), Tx::PostgresWriter(transaction)) = (&result, tx) {
                    transaction.commit().await.map_err(DbError::from)?;
                }
                result
            }
        }
    }

    /// A connection to read with. On SQLite it refuses to write.
    ///
    /// # Errors
    /// If no connection is to be had in time.
    pub async fn read(&self) -> Result<Tx, DbError> {
        Ok(match &self.0 {
            Driver::Sqlite { readers, .. } => Tx::SqliteReader(readers.take()?),
            Driver::Postgres(pool) => Tx::PostgresReader(pool.acquire().await?),
        })
    }

    /// Asks for nothing, to learn whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        let mut tx = self.read().await?;
        sql!(&mut tx, one(i32,), "SELECT 1").map(|_| ())
    }

    /// How much the database has to do for this process.
    #[must_use]
    pub fn pressure(&self) -> Pressure {
        let count = |idle: usize| u32::try_from(idle).unwrap_or(u32::MAX);
        match &self.0 {
            Driver::Sqlite { readers, writer } => {
                let (in_use, idle) = readers.count();
                Pressure {
                    waiting: count(writer.waiting()),
                    connections: in_use + idle + 1,
                    idle,
                }
            }
            Driver::Postgres(pool) => Pressure {
                waiting: 0,
                connections: pool.size(),
                idle: count(pool.num_idle()),
            },
        }
    }

    /// Waits for units under way, then closes all connections.
    pub async fn close(&self) {
        match &self.0 {
            Driver::Sqlite { readers, writer } => {
                // The last connection that closes puts the log away.
                readers.close();
                writer.close().await;
            }
            Driver::Postgres(pool) => pool.close().await,
        }
    }
}

#[cfg(test)]
impl Db {
    /// Makes a schema for one test. PostgreSQL only.
    pub(crate) async fn create_schema(&self, name: &str) {
        let Driver::Postgres(pool) = &self.0 else {
            return;
        };
        let text = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        sqlx::raw_sql(text).execute(pool).await.unwrap();
    }
}
