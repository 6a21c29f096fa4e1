//! What can go wrong with the database, as its users need to tell it apart.

/// What the driver says.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the database. Its text names no values.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, is overloaded, or is shutting down: worth trying again.
    #[error("the database is unavailable")]
    Unavailable(#[source] Option<Source>),
    /// A unique column already holds the value; `column` is `table.column` where it is known.
    #[error("a unique value exists already")]
    Conflict,
    /// A row holds a combination that cannot be.
    #[error("inconsistent row in {table}.{column}: {id}")]
    Inconsistent {
        table: &'static str,
        column: &'static str,
        id: String,
    },
    /// A statement failed: our mistake.
    #[error("a database statement failed")]
    Failed(#[source] Source),
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            let ours = matches!(
                error,
                sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::ColumnNotFound(_)
                    | sqlx::Error::Decode(_)
                    | sqlx::Error::Encode(_)
                    | sqlx::Error::TypeNotFound { .. }
                    | sqlx::Error::RowNotFound
            );
            return if ours {
                Self::Failed(error.into())
            } else {
                Self::Unavailable(Some(error.into()))
            };
        };
        if database.is_unique_violation() {
            return Self::Conflict;
        }
        let code = database.code().unwrap_or_default();
        // Connection, resources, operator intervention, rollback by the server, and read-only after
        // a failover.
        let passing = ["08", "53", "57", "58", "40", "25006"];
        if passing.iter().any(|class| code.starts_with(class)) {
            return Self::Unavailable(Some(error.into()));
        }
        Self::Failed(error.into())
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let unique = [
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE,
            rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ];
        if let Some(failure) = error.sqlite_error()
            && unique.contains(&failure.extended_code)
        {
            return Self::Conflict;
        }
        let passing = [
            ErrorCode::DatabaseBusy,
            ErrorCode::DatabaseLocked,
            ErrorCode::SystemIoFailure,
            ErrorCode::DiskFull,
            ErrorCode::CannotOpen,
        ];
        if error
            .sqlite_error_code()
            .is_some_and(|code| passing.contains(&code))
        {
            return Self::Unavailable(Some(error.into()));
        }
        Self::Failed(error.into())
    }
}
