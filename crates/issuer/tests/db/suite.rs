//! One suite for every statement, run on SQLite always and on PostgreSQL when
//! `VESTIBULE_TEST_POSTGRES_URL` names a server.

use oauth::secret::Secret;
use oauth::time::UnixTime;

use crate::db::{Db, DbSettings, PostgresSettings};

mod audit_events;
mod units;

/// The time at which every test begins.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// Runs one test function on each database: `on_both!(name, module::function)`.
macro_rules! on_both {
    ($($name:ident => $test:path;)*) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let folder = super::Folder::new();
                let db = super::sqlite(&folder).await;
                $test(db.clone()).await;
                db.close().await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(db) = super::postgres().await else { return };
                $test(db.clone()).await;
                db.close().await;
            }
        }
    )*};
}

on_both! {
    a_unit_is_kept_or_undone_as_a_whole => super::units::a_unit_is_kept_or_undone_as_a_whole;
    units_that_race_do_not_see_each_other => super::units::units_that_race_do_not_see_each_other;
    a_panic_undoes_its_unit_only => super::units::a_panic_undoes_its_unit_only;
    migrating_twice_changes_nothing => super::units::migrating_twice_changes_nothing;
    // audit_events::insert, audit_events::list, audit_events::delete_expired
    audit_events_are_kept => super::audit_events::events_come_back_in_order_and_expire;
}

/// A folder that goes away with its test.
pub(crate) struct Folder(std::path::PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("vestibule-test-{}", uuid::Uuid::now_v7());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn sqlite(folder: &Folder) -> Db {
    let db = Db::open(&DbSettings::File(folder.0.join("test.db")))
        .await
        .unwrap();
    db.migrate(NOW).await.unwrap();
    db
}

/// A schema of its own for each test, so that tests do not meet.
#[expect(clippy::disallowed_methods, reason = "tests learn where PostgreSQL is")]
async fn postgres() -> Option<Db> {
    let url = std::env::var("VESTIBULE_TEST_POSTGRES_URL").ok()?;
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    let settings = |url: String| {
        DbSettings::Postgres(PostgresSettings {
            url: Secret::new(url),
            connections_max: 8,
            connect_timeout_seconds: 30,
            idle_timeout_seconds: 30,
        })
    };
    let admin = Db::open(&settings(url.clone())).await.unwrap();
    admin.create_schema(&schema).await;
    admin.close().await;
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-csearch_path%3D{schema}");
    let db = Db::open(&settings(url)).await.unwrap();
    db.migrate(NOW).await.unwrap();
    Some(db)
}
