//! Units of work: kept whole, undone whole, and apart from each other.

use crate::db::{Db, DbError, audit_events, sql, used_ids};

use super::NOW;
use super::audit_events::row;

async fn count(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let (count,) = sql!(&mut tx, one(i64,), "SELECT COUNT(*) FROM used_ids").unwrap();
    count
}

/// Events are kept with the units that they tell of, and undone with them.
async fn events(db: &Db) -> usize {
    let mut tx = db.read().await.unwrap();
    let events = audit_events::list(&mut tx, "", NOW, 100).await;
    events.unwrap().len()
}

async fn insert(db: &Db, id: String, keep: bool) -> Result<(), DbError> {
    db.write(move |tx| {
        Box::pin(async move {
            let inserted = used_ids::insert(tx, &id, NOW).await?;
            audit_events::insert(tx, row(&id, NOW.0)).await?;
            if inserted && keep {
                Ok(())
            } else {
                Err(DbError::Conflict)
            }
        })
    })
    .await
}

pub(crate) async fn a_unit_is_kept_or_undone_as_a_whole(db: Db) {
    insert(&db, "1".into(), true).await.unwrap();
    assert!(matches!(
        insert(&db, "2".into(), false).await,
        Err(DbError::Conflict)
    ));
    assert!(matches!(
        insert(&db, "1".into(), true).await,
        Err(DbError::Conflict)
    ));
    assert_eq!(count(&db).await, 1);
    assert_eq!(events(&db).await, 1);
}

pub(crate) async fn units_that_race_do_not_see_each_other(db: Db) {
    let units = (0..60).map(|n| insert(&db, format!("{n}"), n % 3 != 0));
    let results = futures_util::future::join_all(units).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 40);
    assert_eq!(count(&db).await, 40);
    assert_eq!(events(&db).await, 40);
}

pub(crate) async fn a_panic_undoes_its_unit_only(db: Db) {
    let panicking = db.write::<(), DbError, _>(|tx| {
        Box::pin(async move {
            used_ids::insert(tx, "1", NOW).await?;
            audit_events::insert(tx, row("1", NOW.0)).await?;
            panic!("on purpose")
        })
    });
    let (panicked, kept) = tokio::join!(
        async {
            use futures_util::FutureExt as _;
            std::panic::AssertUnwindSafe(panicking)
                .catch_unwind()
                .await
                .ok()
        },
        insert(&db, "2".into(), true)
    );
    assert!(!matches!(panicked, Some(Ok(()))));
    kept.unwrap();
    assert_eq!(count(&db).await, 1);
    assert_eq!(events(&db).await, 1);
}

pub(crate) async fn migrating_twice_changes_nothing(db: Db) {
    insert(&db, "1".into(), true).await.unwrap();
    assert!(db.migrate(NOW).await.unwrap().is_empty());
    assert_eq!(count(&db).await, 1);
}
