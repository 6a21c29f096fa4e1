//! Passkeys and keys of one-time codes: whose they are, and that each use counts once.

use futures_util::future::join_all;

use crate::db::passkeys::Use;
use crate::db::totp_keys::Row as Key;
use crate::db::{Db, DbError, factors, passkeys, people, totp_keys};

use super::NOW;
use super::people::add;

fn passkey(id: &str, person: &str) -> passkeys::Row {
    passkeys::Row {
        id: id.into(),
        person_id: person.into(),
        name: "Phone".into(),
        credential: "{}".into(),
        sign_count: 0,
        synced: true,
        created_at: NOW.0,
        used_at: None,
    }
}

async fn insert(db: &Db, row: passkeys::Row) -> Result<(), DbError> {
    db.write::<_, DbError, _>(|tx| Box::pin(async move { passkeys::insert(tx, row).await }))
        .await
}

async fn find(db: &Db, id: &str) -> Option<passkeys::Row> {
    let mut tx = db.read().await.unwrap();
    passkeys::find(&mut tx, id).await.unwrap()
}

pub(crate) async fn a_passkey_is_one_persons(db: Db) {
    insert(&db, passkey("a", "ada")).await.unwrap();
    insert(&db, passkey("b", "ada")).await.unwrap();
    let taken = insert(&db, passkey("a", "bob")).await;
    assert!(matches!(taken, Err(DbError::Conflict)));
    assert_eq!(find(&db, "a").await, Some(passkey("a", "ada")));
    assert_eq!(find(&db, "c").await, None);
    let mut tx = db.read().await.unwrap();
    let of_ada = passkeys::list(&mut tx, "ada").await.unwrap();
    assert_eq!(of_ada, [passkey("a", "ada"), passkey("b", "ada")]);
    let factors = factors::find(&mut tx, "ada").await.unwrap();
    assert_eq!((factors.passkeys, factors.totp_keys), (2, 0));
    assert!(factors.are_strong());
    assert!(!factors::find(&mut tx, "bob").await.unwrap().are_strong());
    drop(tx);
    for (person, renamed) in [("bob", false), ("ada", true)] {
        let done = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { passkeys::update_name(tx, (person, "a"), "Key").await })
        });
        assert_eq!(done.await.unwrap(), renamed);
    }
    assert_eq!(find(&db, "a").await.unwrap().name, "Key");
    assert_eq!(find(&db, "b").await.unwrap().name, "Phone");
}

pub(crate) async fn a_count_that_does_not_go_on_is_refused(db: Db) {
    insert(&db, passkey("a", "ada")).await.unwrap();
    let used = async |sign_count, at: i64| {
        let used = Use {
            id: "a".into(),
            sign_count,
            synced: false,
        };
        let noted = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { passkeys::update_used(tx, &used, NOW.plus(at)).await })
        });
        noted.await.unwrap()
    };
    // Where nothing is counted, nothing is compared.
    assert!(used(0, 1).await && used(0, 2).await);
    assert!(used(5, 3).await);
    for back in [5, 4, 0] {
        assert!(!used(back, 9).await, "{back}");
    }
    let row = find(&db, "a").await.unwrap();
    assert_eq!((row.sign_count, row.used_at), (5, Some(NOW.0 + 3)));
    assert!(!row.synced);
    let raced = join_all((0..8).map(|_| used(6, 4))).await;
    assert_eq!(raced.into_iter().filter(|noted| *noted).count(), 1);
}

pub(crate) async fn nobody_loses_the_last_way_to_sign_in(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "ada", "ada@example.com", false).await?;
            let bob = people::NewPerson {
                id: "bob".into(),
                email: "bob@example.com".into(),
                name: None,
                password_hash: None,
                email_verified: false,
                operator: false,
            };
            people::insert(tx, bob, NOW).await
        })
    })
    .await
    .unwrap();
    for (id, person) in [("a", "ada"), ("b1", "bob"), ("b2", "bob"), ("b3", "bob")] {
        insert(&db, passkey(id, person)).await.unwrap();
    }
    let delete = async |person: &'static str, id: &'static str| {
        let deleted = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                people::update_held(tx, person).await?;
                passkeys::delete(tx, (person, id)).await
            })
        });
        deleted.await.unwrap()
    };
    assert!(!delete("ada", "b1").await);
    let raced = join_all(["b1", "b2", "b3"].map(|id| delete("bob", id))).await;
    assert_eq!(raced.into_iter().filter(|deleted| *deleted).count(), 2);
    let mut tx = db.read().await.unwrap();
    assert_eq!(passkeys::list(&mut tx, "bob").await.unwrap().len(), 1);
    drop(tx);
    // Who has a password needs none, and what is not theirs stays.
    assert!(delete("ada", "a").await);
    assert!(find(&db, "a").await.is_none());
}

fn key(person: &str) -> Key {
    Key {
        person_id: person.into(),
        sealed: format!("sealed for {person}"),
        step: 10,
        created_at: NOW.0,
    }
}

async fn insert_keys(db: &Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            totp_keys::insert(tx, key("ada")).await?;
            totp_keys::insert(tx, key("bob")).await
        })
    })
    .await
    .unwrap();
}

async fn find_key(db: &Db, person: &str) -> Option<Key> {
    let mut tx = db.read().await.unwrap();
    totp_keys::find(&mut tx, person).await.unwrap()
}

pub(crate) async fn a_code_of_a_step_counts_once(db: Db) {
    insert_keys(&db).await;
    let redeem = async |step| {
        let redeemed = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { totp_keys::redeem(tx, &key("ada"), step).await })
        });
        redeemed.await.unwrap()
    };
    assert!(!redeem(9).await && !redeem(10).await);
    let raced = join_all((0..8).map(|_| redeem(11))).await;
    assert_eq!(raced.into_iter().filter(|redeemed| *redeemed).count(), 1);
    assert_eq!(find_key(&db, "ada").await.unwrap().step, 11);
    assert_eq!(find_key(&db, "bob").await, Some(key("bob")));
    let replaced = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let new = Key {
                sealed: "another".into(),
                ..key("ada")
            };
            totp_keys::insert(tx, new).await?;
            // Codes of the key that was replaced no longer count.
            let old = totp_keys::redeem(tx, &key("ada"), 99).await?;
            Ok((old, totp_keys::delete(tx, "ada").await?))
        })
    });
    assert_eq!(replaced.await.unwrap(), (false, true));
    assert_eq!(find_key(&db, "ada").await, None);
    assert!(find_key(&db, "bob").await.is_some());
}

pub(crate) async fn a_totp_key_is_sealed_anew(db: Db) {
    insert_keys(&db).await;
    let mut tx = db.read().await.unwrap();
    assert_eq!(totp_keys::list(&mut tx, "", 1).await.unwrap(), [key("ada")]);
    assert_eq!(
        totp_keys::list(&mut tx, "ada", 9).await.unwrap(),
        [key("bob")]
    );
    drop(tx);
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let other = Key {
                sealed: "read before it was replaced".into(),
                ..key("bob")
            };
            totp_keys::update_sealed(tx, &other, "lost").await?;
            totp_keys::update_sealed(tx, &key("ada"), "fresh").await
        })
    })
    .await
    .unwrap();
    assert_eq!(find_key(&db, "ada").await.unwrap().sealed, "fresh");
    assert_eq!(find_key(&db, "bob").await, Some(key("bob")));
}
