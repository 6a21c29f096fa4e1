//! Opening each kind of database.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use oauth::secret::Secret;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::writer::Writer;
use super::{DbError, Driver};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum DbSettings {
    /// One SQLite file, made if it is not there.
    File(PathBuf),
    /// SQLite in memory: everything is forgotten when the process ends.
    Memory,
    Postgres(PostgresSettings),
}

/// How to reach PostgreSQL. `sslmode` and `sslrootcert` are read from the URL.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    pub url: Secret<String>,
    pub connections_max: u32,
    pub connect_timeout_seconds: u64,
    pub idle_timeout_seconds: u64,
}

const READERS_MAX: u32 = 4;
/// A PostgreSQL connection that was idle for longer is tested before it is used.
const IDLE_UNTESTED_MAX: Duration = Duration::from_secs(5);

pub(super) async fn sqlite_file(path: &Path) -> Result<Driver, DbError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Durable at the answer: the commit waits for the disk.
        .synchronous(SqliteSynchronous::Full)
        // Beyond this the writer moves the log itself.
        .pragma("wal_autocheckpoint", "8192");
    sqlite(options.clone(), Some(options)).await
}

pub(super) async fn sqlite_memory() -> Result<Driver, DbError> {
    let name = uuid::Uuid::now_v7().simple();
    let url = format!("sqlite:file:{name}?mode=memory&cache=shared");
    // Readers of a shared cache would otherwise lock tables against the writer.
    let options = SqliteConnectOptions::from_str(&url)?.pragma("read_uncommitted", "1");
    sqlite(options, None).await
}

async fn sqlite(
    options: SqliteConnectOptions,
    log_of: Option<SqliteConnectOptions>,
) -> Result<Driver, DbError> {
    let options = options
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging()
        .statement_cache_capacity(256);
    let writer = SqliteConnection::connect_with(&options).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options.pragma("query_only", "1"));
    Ok(Driver::Sqlite {
        readers,
        writer: Writer::start(writer, log_of),
    })
}

pub(super) fn postgres(settings: &PostgresSettings) -> Result<Driver, DbError> {
    let options = PgConnectOptions::from_str(settings.url.expose())?
        .application_name("vestibule")
        .disable_statement_logging();
    // A remote database is reached by TLS unless the URL says otherwise.
    let remote = !matches!(
        options.get_host(),
        "localhost" | "127.0.0.1" | "::1" | "[::1]"
    ) && !options.get_host().starts_with('/')
        && options.get_socket().is_none();
    let options = if remote && matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
        options.ssl_mode(PgSslMode::Require)
    } else {
        options
    };
    let pool = PgPoolOptions::new()
        .max_connections(settings.connections_max)
        .acquire_timeout(Duration::from_secs(settings.connect_timeout_seconds))
        .idle_timeout(Duration::from_secs(settings.idle_timeout_seconds))
        .test_before_acquire(false)
        // A round trip only where the server may have gone away in between.
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > IDLE_UNTESTED_MAX {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options);
    Ok(Driver::Postgres(pool))
}
