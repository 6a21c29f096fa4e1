//! Mail on its way, and what it proves.

use crate::db::email_proofs::{self, NewProof};
use crate::db::{Db, DbError, outbox};

use super::NOW;

pub(crate) async fn a_letter_is_taken_by_one_of_many_and_comes_back(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async { outbox::insert(tx, "1", "sealed", NOW).await })
    })
    .await
    .unwrap();
    let take = |now, until| {
        let taken = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { outbox::update_taken(tx, now, until).await })
        });
        async { taken.await.unwrap() }
    };
    let racing = (0..8).map(|_| take(NOW, NOW.plus(60)));
    let taken = futures_util::future::join_all(racing).await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].sealed.as_str(), taken[0].tries), ("sealed", 1));
    // Whoever took it is gone: it is tried again.
    assert_eq!(take(NOW.plus(60), NOW.plus(120)).await.unwrap().tries, 2);
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            outbox::update_due(tx, "1", NOW.plus(500)).await?;
            assert!(
                outbox::update_taken(tx, NOW.plus(499), NOW.plus(999))
                    .await?
                    .is_none()
            );
            outbox::delete(tx, "1").await?;
            assert!(
                outbox::update_taken(tx, NOW.plus(500), NOW.plus(999))
                    .await?
                    .is_none()
            );
            Ok(())
        })
    })
    .await
    .unwrap();
}

fn proof(id: &str, purpose: &'static str, person: Option<&str>) -> NewProof {
    NewProof {
        id: id.into(),
        purpose,
        secret_hash: format!("hash of {id}"),
        person_id: person.map(Into::into),
        sealed: "sealed".into(),
        expires_at: NOW.plus(100),
    }
}

pub(crate) async fn a_proof_counts_once_and_for_its_purpose(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            for (id, purpose) in [
                ("a", "reset"),
                ("b", "reset"),
                ("c", "keep"),
                ("d", "reset"),
            ] {
                email_proofs::insert(tx, proof(id, purpose, Some("p"))).await?;
            }
            // Another purpose, another secret, too late.
            for (purpose, hash, now) in [
                ("keep", "hash of a", NOW),
                ("reset", "hash of x", NOW),
                ("reset", "hash of a", NOW.plus(100)),
            ] {
                assert!(email_proofs::find(tx, purpose, hash, now).await?.is_none());
                assert!(
                    email_proofs::redeem(tx, purpose, hash, now)
                        .await?
                        .is_none()
                );
            }
            let found = email_proofs::find(tx, "reset", "hash of a", NOW)
                .await?
                .unwrap();
            assert_eq!(
                (found.id.as_str(), found.person_id.as_deref()),
                ("a", Some("p"))
            );
            assert!(
                email_proofs::find_by_id(tx, "keep", "a", NOW)
                    .await?
                    .is_none()
            );
            Ok(())
        })
    })
    .await
    .unwrap();
    let redeem = || {
        let redeemed = db.write::<_, DbError, _>(|tx| {
            Box::pin(async { email_proofs::redeem(tx, "reset", "hash of a", NOW).await })
        });
        async { redeemed.await.unwrap().is_some() }
    };
    let won = futures_util::future::join_all((0..8).map(|_| redeem())).await;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            assert!(
                email_proofs::find_by_id(tx, "reset", "a", NOW)
                    .await?
                    .is_none()
            );
            assert!(
                email_proofs::find_by_id(tx, "reset", "b", NOW)
                    .await?
                    .is_some()
            );
            email_proofs::revoke(tx, "reset", "p", NOW).await?;
            assert!(
                email_proofs::find(tx, "reset", "hash of b", NOW)
                    .await?
                    .is_none()
            );
            assert!(
                email_proofs::find(tx, "keep", "hash of c", NOW)
                    .await?
                    .is_some()
            );
            assert_eq!(email_proofs::delete_expired(tx, NOW.plus(100), 9).await?, 0);
            assert_eq!(email_proofs::delete_expired(tx, NOW.plus(101), 3).await?, 3);
            assert_eq!(email_proofs::delete_expired(tx, NOW.plus(101), 3).await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn tries_that_race_do_not_pass_the_limit(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async { email_proofs::insert(tx, proof("a", "sign_up", None)).await })
    })
    .await
    .unwrap();
    let count = || {
        let counted = db.write::<_, DbError, _>(|tx| {
            Box::pin(async { email_proofs::update_failures(tx, "sign_up", "a", 5).await })
        });
        async { counted.await.unwrap() }
    };
    let counted = futures_util::future::join_all((0..12).map(|_| count())).await;
    assert_eq!(counted.into_iter().filter(|counted| *counted).count(), 5);
}
