//! What can go wrong with the database, as its users need to tell it apart.

/// A failure of the database. Its text names no values.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached, is overloaded, or is shutting down: worth trying again.
    #[error("the database is unavailable")]
    Unavailable(#[source] Option<sqlx::Error>),
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
    Failed(#[source] sqlx::Error),
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
                Self::Failed(error)
            } else {
                Self::Unavailable(Some(error))
            };
        };
        if database.is_unique_violation() {
            return Self::Conflict;
        }
        let code = database.code().unwrap_or_default();
        // PostgreSQL: connection, resources, operator intervention, rollback by the server, and
        // read-only after a failover. SQLite: busy, locked, I/O, full, cannot open.
        let passing = ["08", "53", "57", "58", "40", "25006"];
        let sqlite = [
            "5", "6", "10", "13", "14", "261", "517", "266", "522", "778", "1034",
        ];
        if (code.len() == 5 && passing.iter().any(|class| code.starts_with(class)))
            || sqlite.contains(&code.as_ref())
        {
            return Self::Unavailable(Some(error));
        }
        Self::Failed(error)
    }
}
