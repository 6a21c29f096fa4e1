//! Applies the numbered migrations that a database does not have yet.

use oauth::time::UnixTime;

use super::{DbError, Tx, sql};

/// Name and text, in order. One text serves both databases.
pub(super) const MIGRATIONS: [(&str, &str); 9] = [
    ("0001_start", include_str!("migrations/0001_start.sql")),
    (
        "0002_upstreams",
        include_str!("migrations/0002_upstreams.sql"),
    ),
    (
        "0003_identities",
        include_str!("migrations/0003_identities.sql"),
    ),
    ("0004_factors", include_str!("migrations/0004_factors.sql")),
    ("0005_portal", include_str!("migrations/0005_portal.sql")),
    ("0006_mail", include_str!("migrations/0006_mail.sql")),
    (
        "0007_backoffs",
        include_str!("migrations/0007_backoffs.sql"),
    ),
    ("0008_privy", include_str!("migrations/0008_privy.sql")),
    (
        "0009_email_second",
        include_str!("migrations/0009_email_second.sql"),
    ),
];

/// Any number that only we use: nodes that start together migrate one after the other.
const POSTGRES_LOCK: i64 = 0x7665_7374_6962;

pub(super) async fn run(tx: &mut Tx, now: UnixTime) -> Result<Vec<&'static str>, DbError> {
    if let Tx::PostgresWriter(_) = tx {
        sql!(
            tx,
            execute,
            "SELECT pg_advisory_xact_lock($1)",
            POSTGRES_LOCK
        )?;
    }
    sql!(
        tx,
        execute,
        "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)"
    )?;
    let mut applied = Vec::new();
    for (name, text) in MIGRATIONS {
        let fresh = sql!(
            tx,
            execute,
            "INSERT INTO migrations (name, applied_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            name,
            now.0
        )?;
        if fresh == 1 {
            raw(tx, text).await?;
            applied.push(name);
        }
    }
    Ok(applied)
}

async fn raw(tx: &mut Tx, text: &'static str) -> Result<(), DbError> {
    match tx {
        Tx::SqliteWriter(connection) => connection.execute_batch(text)?,
        Tx::PostgresWriter(connection) => {
            sqlx::raw_sql(text).execute(&mut **connection).await?;
        }
        Tx::SqliteReader(_) | Tx::PostgresReader(_) => {}
    }
    Ok(())
}
