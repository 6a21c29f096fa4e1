//! Where the data is, as the operator says it.

use std::path::PathBuf;

use oauth::secret::Secret;

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
