//! A schema of its own for one test, where a PostgreSQL server is given.

use issuer::db::{DbSettings, PostgresSettings};
use oauth::secret::Secret;
use sqlx::{Connection as _, PgConnection};
use url::Url;

/// The URL of a new, empty schema on the server that `VESTIBULE_TEST_POSTGRES_URL` names, if any.
///
/// # Panics
/// If the server cannot be used.
#[expect(clippy::disallowed_methods, reason = "tests learn where PostgreSQL is")]
pub async fn postgres() -> Option<Url> {
    let url = std::env::var("VESTIBULE_TEST_POSTGRES_URL").ok()?;
    let mut connection = PgConnection::connect(&url).await.expect("PostgreSQL");
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .expect("a schema");
    connection.close().await.expect("an end");
    let mut url = Url::parse(&url).expect("a URL");
    let options = format!("-csearch_path={schema}");
    url.query_pairs_mut().append_pair("options", &options);
    Some(url)
}

/// The new schema of [`postgres`] as an app is told of it.
///
/// # Panics
/// As [`postgres`].
pub async fn postgres_database() -> Option<DbSettings> {
    Some(DbSettings::Postgres(PostgresSettings {
        url: Secret::new(postgres().await?.into()),
        connections_max: 8,
        connect_timeout_seconds: 30,
        idle_timeout_seconds: 30,
    }))
}
