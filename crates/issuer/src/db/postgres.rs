//! PostgreSQL: a pool of connections.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use super::row::AnyRow;
use super::{DbError, FromRow, PostgresSettings};

/// A connection that was idle for longer is tested before it is used.
const IDLE_UNTESTED_MAX: Duration = Duration::from_secs(5);

pub(super) fn open(settings: &PostgresSettings) -> Result<PgPool, DbError> {
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
    Ok(pool)
}

/// Reads a row into what it stands for.
pub(crate) fn read<T: FromRow>(row: &PgRow) -> Result<T, DbError> {
    T::from_row(&AnyRow::Postgres(row))
}
