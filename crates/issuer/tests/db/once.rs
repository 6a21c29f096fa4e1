//! What counts once, or so many times: used ids, throttles and set-up links.

use futures_util::future::join_all;

use oauth::time::UnixTime;

use crate::db::backoffs::{self, Growth};
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

pub(crate) async fn failures_in_a_row_make_wait_twice_as_long(db: Db) {
    const GROWTH: Growth = Growth {
        free: 3,
        wait_max: 9,
        forget_after: 100,
    };
    let fail = |now: UnixTime| {
        let counted = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { backoffs::insert(tx, "ada", now, GROWTH).await })
        });
        async { counted.await.unwrap() }
    };
    // Of those who race, no more than the free ones and one more.
    let racing = futures_util::future::join_all((0..12).map(|_| fail(NOW))).await;
    assert_eq!(racing.into_iter().filter(|counted| *counted).count(), 4);
    let mut now = NOW;
    for wait in [1, 2, 4, 8, 9, 9] {
        assert!(!fail(now.plus(wait - 1)).await, "{wait}");
        let until = backoffs::find(&mut db.read().await.unwrap(), "ada", now).await;
        assert_eq!(until.unwrap(), Some(now.plus(wait)));
        now = now.plus(wait);
        assert!(fail(now).await, "{wait}");
    }
    // Forgotten after a while without a try, and by success.
    now = now.plus(100);
    for _ in 0..3 {
        assert!(fail(now).await);
    }
    db.write::<_, DbError, _>(|tx| Box::pin(async { backoffs::delete(tx, "ada").await }))
        .await
        .unwrap();
    for _ in 0..4 {
        assert!(fail(now).await);
    }
    assert!(!fail(now).await);
    let gone = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            assert_eq!(backoffs::delete_expired(tx, now.plus(100), 9).await?, 0);
            backoffs::delete_expired(tx, now.plus(101), 9).await
        })
    });
    assert_eq!(gone.await.unwrap(), 1);
}
