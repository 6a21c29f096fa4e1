//! A connection in use, and the one macro that runs statements on it.

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Transaction};

use super::sqlite::Reader;

/// A unit of work under way, or a connection to read with.
pub enum Tx {
    /// The writer's own connection, inside the transaction that the batch shares.
    SqliteWriter(rusqlite::Connection),
    SqliteReader(Reader),
    /// Dropping it undoes.
    PostgresWriter(Transaction<'static, Postgres>),
    PostgresReader(PoolConnection<Postgres>),
}

/// Runs one statement, with `$1`, `$2`… bound to what follows it, on either database.
///
/// `sql!(tx, execute, "…", a)` gives the number of rows touched, `sql!(tx, one Row, "…")` one row,
/// `sql!(tx, one_or_none Row, "…")` an option, `sql!(tx, all Row, "…")` a vector. `Row` implements
/// [`super::FromRow`]; a tuple of one does. The error is [`super::DbError`].
///
/// PostgreSQL is waited for; SQLite answers on this thread, and never yields.
macro_rules! sql {
    ($tx:expr, execute, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, $text, [$($bind),*], execute => execute,
            |done| Ok::<_, $crate::db::DbError>(done.rows_affected()))
    };
    ($tx:expr, one $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, $text, [$($bind),*], one::<$row> => fetch_one,
            |row| $crate::db::postgres::read::<$row>(&row))
    };
    ($tx:expr, one_or_none $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, $text, [$($bind),*], one_or_none::<$row> => fetch_optional,
            |row| row.as_ref().map($crate::db::postgres::read::<$row>).transpose())
    };
    ($tx:expr, all $row:ty, $text:literal $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@each $tx, $text, [$($bind),*], all::<$row> => fetch_all,
            |rows| rows.iter().map($crate::db::postgres::read::<$row>).collect())
    };
    (@each $tx:expr, $text:literal, [$($bind:expr),*],
     $sqlite:ident $(::<$row:ty>)? => $postgres:ident, |$done:ident| $read:expr) => {
        match $tx {
            $crate::db::Tx::SqliteWriter(connection) => $crate::db::sqlite::$sqlite $(::<$row>)?(
                connection, $text, rusqlite::params![$($bind),*],
            ),
            $crate::db::Tx::SqliteReader(connection) => $crate::db::sqlite::$sqlite $(::<$row>)?(
                connection, $text, rusqlite::params![$($bind),*],
            ),
            $crate::db::Tx::PostgresWriter(connection) => {
                let query = sqlx::query($text)$(.bind($bind))*;
                let done = query.$postgres(&mut **connection).await;
                done.map_err($crate::db::DbError::from).and_then(|$done| $read)
            }
            $crate::db::Tx::PostgresReader(connection) => {
                let query = sqlx::query($text)$(.bind($bind))*;
                let done = query.$postgres(&mut **connection).await;
                done.map_err($crate::db::DbError::from).and_then(|$done| $read)
            }
        }
    };
}
pub(crate) use sql;
