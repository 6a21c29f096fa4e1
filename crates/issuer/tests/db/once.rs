//! What counts once, or so many times: used ids, throttles and set-up links.

use futures_util::future::join_all;

use crate::db::{Db, DbError, setup_links, throttles, used_ids};

use super::NOW;

pub(crate) async fn an_id_is_used_by_one_of_many(db: Db) {
    let uses = (0..20).map(|_| {
        db.write::<bool, DbError, _>(|tx| {
            Box::pin(async { used_ids::insert(tx, "id", NOW.plus(1)).await })
        })
    });
    let used = join_all(uses).await;
    assert_eq!(
        used.iter().filter(|used| matches!(used, Ok(true))).count(),
        1
    );
    assert!(used.iter().all(Result::is_ok));
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            assert_eq!(used_ids::delete_expired(tx, NOW.plus(1), 9).await?, 0);
            assert_eq!(used_ids::delete_expired(tx, NOW.plus(2), 9).await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn a_throttle_counts_up_to_its_limit(db: Db) {
    let counts = (0..20).map(|_| {
        db.write::<bool, DbError, _>(|tx| {
            Box::pin(async { throttles::insert(tx, "n", NOW, NOW.plus(60), 7).await })
        })
    });
    let counted = join_all(counts).await;
    assert_eq!(
        counted
            .iter()
            .filter(|counted| matches!(counted, Ok(true)))
            .count(),
        7
    );
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            throttles::update_less(tx, "n", NOW).await?;
            for counts in [true, false] {
                assert_eq!(
                    throttles::insert(tx, "n", NOW, NOW.plus(60), 7).await?,
                    counts
                );
            }
            // Another window, another name.
            assert!(throttles::insert(tx, "n", NOW.plus(60), NOW.plus(120), 7).await?);
            assert!(throttles::insert(tx, "m", NOW, NOW.plus(90), 1).await?);
            assert_eq!(throttles::delete_expired(tx, NOW.plus(61), 9).await?, 1);
            assert!(!throttles::insert(tx, "m", NOW, NOW.plus(90), 1).await?);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn a_setup_link_opens_once(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            setup_links::insert(tx, "a", NOW.plus(10)).await?;
            setup_links::insert(tx, "old", NOW.plus(1)).await?;
            assert!(setup_links::find(tx, "a", NOW).await?);
            assert!(!setup_links::find(tx, "old", NOW.plus(1)).await?);
            assert!(!setup_links::redeem(tx, "old", NOW.plus(1)).await?);
            assert!(!setup_links::redeem(tx, "x", NOW).await?);
            Ok(())
        })
    })
    .await
    .unwrap();
    let uses = (0..10).map(|_| {
        db.write::<bool, DbError, _>(|tx| {
            Box::pin(async { setup_links::redeem(tx, "a", NOW).await })
        })
    });
    let used = join_all(uses).await;
    assert_eq!(
        used.iter().filter(|used| matches!(used, Ok(true))).count(),
        1
    );
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            assert!(!setup_links::find(tx, "a", NOW).await?);
            assert_eq!(setup_links::delete_expired(tx, NOW.plus(2), 9).await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}
