//! Authorization codes.

use oauth::secret::SecretHash;

use crate::db::codes::{self, Redemption, Row};
use crate::db::{Db, DbError};

use super::NOW;

fn row(code: &[u8]) -> Row {
    Row {
        hash: SecretHash::of(code).as_str().into(),
        client_id: "c".into(),
        person_id: "p".into(),
        resource: "https://r".into(),
        scope: "a b".into(),
        redirect_uri: None,
        challenge: "x".into(),
        nonce: Some("n".into()),
        auth_time: NOW.0 - 5,
        methods: "password totp".into(),
        expires_at: NOW.0 + 60,
        failures: 0,
        redeemed_at: None,
        family_id: None,
        privy_token_id: Some("t".into()),
    }
}

fn redemption(code: &[u8]) -> Redemption {
    Redemption {
        hash: SecretHash::of(code),
        client_id: "c".into(),
        challenge: "x".into(),
        family_id: "f".into(),
        failures_max: 2,
    }
}

async fn insert(db: &Db, row: Row) {
    db.write::<_, DbError, _>(|tx| Box::pin(async move { codes::insert(tx, row).await }))
        .await
        .unwrap();
}

async fn redeem(db: &Db, by: Redemption, now: i64) -> bool {
    let work = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { codes::redeem(tx, &by, oauth::time::UnixTime(now)).await })
    });
    work.await.unwrap().is_some()
}

pub(crate) async fn one_of_many_redeems_a_code(db: Db) {
    insert(&db, row(b"1")).await;
    let racing = (0..16).map(|_| redeem(&db, redemption(b"1"), NOW.0));
    let won = futures_util::future::join_all(racing).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let mut tx = db.read().await.unwrap();
    let found = codes::find(&mut tx, &SecretHash::of(b"1")).await.unwrap();
    let found = found.unwrap();
    assert_eq!(
        (found.redeemed_at, found.family_id),
        (Some(NOW.0), Some("f".into()))
    );
}

pub(crate) async fn a_code_is_redeemed_by_its_own_request_only(db: Db) {
    insert(&db, row(b"1")).await;
    let (hash, right) = (SecretHash::of(b"1"), redemption(b"1"));
    let others = [
        Redemption {
            hash: SecretHash::of(b"2"),
            ..right.clone()
        },
        Redemption {
            client_id: "d".into(),
            ..right.clone()
        },
        Redemption {
            challenge: "y".into(),
            ..right.clone()
        },
    ];
    for other in others {
        assert!(!redeem(&db, other, NOW.0).await);
    }
    assert!(!redeem(&db, right.clone(), NOW.0 + 60).await);
    for _ in 0..2 {
        let hash = hash.clone();
        db.write::<_, DbError, _>(|tx| {
            Box::pin(async move { codes::update_failures(tx, &hash).await })
        })
        .await
        .unwrap();
    }
    assert!(!redeem(&db, right, NOW.0).await);
    let left = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { codes::delete_expired(tx, NOW.plus(61), 9).await })
    });
    assert_eq!(left.await.unwrap(), 1);
}

pub(crate) async fn a_disconnect_voids_waiting_codes(db: Db) {
    insert(&db, row(b"1")).await;
    let other = Row {
        client_id: "d".into(),
        ..row(b"2")
    };
    insert(&db, other).await;
    let mut deleted = Vec::new();
    for (person, client) in [("q", None), ("p", Some("c")), ("p", None)] {
        let work = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { codes::delete_of(tx, person, client).await })
        });
        deleted.push(work.await.unwrap());
    }
    assert_eq!(deleted, [0, 1, 1]);
    assert!(!redeem(&db, redemption(b"1"), NOW.0).await);
}

pub(crate) async fn a_clients_end_voids_waiting_codes(db: Db) {
    insert(&db, row(b"1")).await;
    let other = Row {
        client_id: "d".into(),
        ..row(b"2")
    };
    insert(&db, other).await;
    let work = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { codes::delete_of_client(tx, "c").await })
    });
    assert_eq!(work.await.unwrap(), 1);
    assert!(!redeem(&db, redemption(b"1"), NOW.0).await);
    let mut tx = db.read().await.unwrap();
    let found = codes::find(&mut tx, &SecretHash::of(b"2")).await.unwrap();
    assert!(found.is_some());
}
