//! Rows of either database, read the same way.

use rusqlite::types::FromSql;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};

use super::DbError;

/// A row as its driver gives it.
pub(crate) enum AnyRow<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

/// What stands in a column of both databases.
pub(crate) trait Column: FromSql + Type<Postgres> + for<'r> Decode<'r, Postgres> {}

impl<T: FromSql + Type<Postgres> + for<'r> Decode<'r, Postgres>> Column for T {}

impl AnyRow<'_> {
    /// The column of this name.
    pub(crate) fn get<T: Column>(&self, name: &str) -> Result<T, DbError> {
        Ok(match self {
            Self::Sqlite(row) => row.get(name)?,
            Self::Postgres(row) => row.try_get(name)?,
        })
    }
}

/// What a row is read into.
pub(crate) trait FromRow: Sized {
    fn from_row(row: &AnyRow<'_>) -> Result<Self, DbError>;
}

/// A row of one column.
impl<T: Column> FromRow for (T,) {
    fn from_row(row: &AnyRow<'_>) -> Result<Self, DbError> {
        Ok((match row {
            AnyRow::Sqlite(row) => row.get(0)?,
            AnyRow::Postgres(row) => row.try_get(0)?,
        },))
    }
}

/// Reads a struct from the columns that its fields are named after. A field after `..` is a struct
/// of other columns of the same row.
macro_rules! columns {
    ($row:ident { $($column:ident),+ $(, ..$part:ident)? }) => {
        impl $crate::db::FromRow for $row {
            fn from_row(row: &$crate::db::AnyRow<'_>) -> Result<Self, $crate::db::DbError> {
                Ok(Self {
                    $($column: row.get(stringify!($column))?,)+
                    $($part: $crate::db::FromRow::from_row(row)?,)?
                })
            }
        }
    };
}
pub(crate) use columns;
