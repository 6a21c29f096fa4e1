//! Recovery codes: each counts once, for its own person.

use futures_util::future::join_all;

use crate::db::{Db, DbError, factors, recovery_codes};

use super::NOW;

async fn redeem(db: &Db, person: &'static str, hash: &'static str) -> bool {
    let redeemed = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { recovery_codes::redeem(tx, person, hash, NOW).await })
    });
    redeemed.await.unwrap()
}

async fn left(db: &Db, person: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let factors = factors::find(&mut tx, person).await.unwrap();
    factors.recovery_codes
}

pub(crate) async fn one_of_many_redeems_a_recovery_code(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            for (person, hash) in [("ada", "1"), ("ada", "2"), ("bob", "1")] {
                recovery_codes::insert(tx, person, hash, NOW).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    assert!(!redeem(&db, "ada", "3").await && !redeem(&db, "bob", "2").await);
    assert_eq!((left(&db, "ada").await, left(&db, "bob").await), (2, 1));
    let raced = join_all((0..8).map(|_| redeem(&db, "ada", "1"))).await;
    assert_eq!(raced.into_iter().filter(|redeemed| *redeemed).count(), 1);
    assert_eq!((left(&db, "ada").await, left(&db, "bob").await), (1, 1));
    let deleted = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { recovery_codes::delete_of_person(tx, "ada").await })
    });
    assert_eq!(deleted.await.unwrap(), 2);
    assert_eq!((left(&db, "ada").await, left(&db, "bob").await), (0, 1));
    assert!(!redeem(&db, "ada", "2").await);
}
