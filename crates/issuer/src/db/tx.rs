//! A connection in use, and the one macro that runs statements on it.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite, SqliteConnection, Transaction};

use super::audit_events;

/// A unit of work under way, or a connection to read with.
pub enum Tx {
    /// The writer's own connection, inside the transaction that the batch shares.
    SqliteWriter(Batch),
    SqliteReader(PoolConnection<Sqlite>),
    /// Dropping it undoes.
    PostgresWriter(Transaction<'static, Postgres>),
    PostgresReader(PoolConnection<Postgres>),
}

/// The units that share a commit.
pub struct Batch {
    pub(super) connection: Box<SqliteConnection>,
    /// Inserted together just before the commit.
    pub(super) events: Vec<audit_events::Row>,
}

impl Deref for Batch {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Batch {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

/// Runs one statement, with `$1`, `$2`… bound to what follows it, on either database.
///
/// `sql!(tx, execute, "…", a)` gives the number of rows touched, `sql!(tx, one Row, "…")` one row,
/// `sql!(tx, one_or_none Row, "…")` an option, `sql!(tx, all Row, "…")` a vector. `Row` implements
/// `sqlx::FromRow`; tuples do. The future's error is [`super::DbError`].
macro_rules! sql {
    ($tx:expr, execute, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, connection => {
            sqlx::query($text)$(.bind($bind))*
                .execute(connection).await.map(|done| done.rows_affected())
        })
    };
    ($tx:expr, one $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, connection => {
            sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_one(connection).await
        })
    };
    ($tx:expr, one_or_none $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, connection => {
            sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_optional(connection).await
        })
    };
    ($tx:expr, all $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, connection => {
            sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_all(connection).await
        })
    };
    (@each $tx:expr, $connection:ident => $run:block) => {
        match $tx {
            $crate::db::Tx::SqliteWriter(connection) => {
                let $connection = &mut **connection;
                $run
            }
            $crate::db::Tx::SqliteReader(connection) => {
                let $connection = &mut **connection;
                $run
            }
            $crate::db::Tx::PostgresWriter(connection) => {
                let $connection = &mut **connection;
                $run
            }
            $crate::db::Tx::PostgresReader(connection) => {
                let $connection = &mut **connection;
                $run
            }
        }
        .map_err($crate::db::DbError::from)
    };
}
pub(crate) use sql;
