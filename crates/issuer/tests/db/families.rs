//! Families and revocations.

use oauth::time::UnixTime;

use crate::db::families::{self, Rotation, Row};
use crate::db::{Db, DbError, revocations};

use super::NOW;

fn row(id: &str) -> Row {
    Row {
        id: id.into(),
        client_id: "c".into(),
        person_id: "p".into(),
        resource: "https://r".into(),
        scope: "a b".into(),
        auth_time: NOW.0 - 5,
        methods: "password totp".into(),
        refreshable: true,
        generation: 0,
        rotated_at: NOW.0,
        created_at: NOW.0,
        expires_at: NOW.0 + 100,
        edition: 0,
        privy_token_id: Some("t".into()),
    }
}

async fn insert(db: &Db, row: Row) {
    db.write::<_, DbError, _>(|tx| Box::pin(async move { families::insert(tx, row).await }))
        .await
        .unwrap();
}

fn rotation(generation: i64) -> Rotation {
    Rotation {
        id: "f".into(),
        client_id: "c".into(),
        generation,
        idle_since: NOW.minus(10),
    }
}

async fn rotate(db: &Db, rotation: Rotation, now: UnixTime) -> Option<Row> {
    let work = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { families::rotate(tx, &rotation, now).await })
    });
    work.await.unwrap()
}

pub(crate) async fn one_of_many_rotates_a_generation(db: Db) {
    insert(&db, row("f")).await;
    let racing = (0..16).map(|_| rotate(&db, rotation(0), NOW));
    let won = futures_util::future::join_all(racing).await;
    assert_eq!(won.iter().flatten().count(), 1);
    let found = families::find(&mut db.read().await.unwrap(), "f")
        .await
        .unwrap();
    assert_eq!(found.unwrap().generation, 1);
}

pub(crate) async fn a_family_is_rotated_by_its_client_while_it_lives(db: Db) {
    insert(&db, row("f")).await;
    insert(
        &db,
        Row {
            refreshable: false,
            ..row("g")
        },
    )
    .await;
    let right = rotation(0);
    for wrong in [
        Rotation {
            id: "x".into(),
            ..right.clone()
        },
        Rotation {
            id: "g".into(),
            ..right.clone()
        },
        Rotation {
            client_id: "d".into(),
            ..right.clone()
        },
        Rotation {
            generation: 1,
            ..right.clone()
        },
        Rotation {
            idle_since: NOW,
            ..right.clone()
        },
    ] {
        assert_eq!(rotate(&db, wrong, NOW).await, None);
    }
    assert_eq!(rotate(&db, right.clone(), NOW.plus(100)).await, None);
    let expected = Row {
        generation: 1,
        rotated_at: NOW.0 + 9,
        ..row("f")
    };
    assert_eq!(rotate(&db, right, NOW.plus(9)).await, Some(expected));
}

pub(crate) async fn families_end_by_id_person_and_client(db: Db) {
    for (id, person, client) in [
        ("1", "p", "c"),
        ("2", "p", "d"),
        ("3", "q", "c"),
        ("4", "q", "d"),
        ("5", "r", "d"),
        ("6", "s", "e"),
    ] {
        let (person_id, client_id) = (person.into(), client.into());
        insert(
            &db,
            Row {
                person_id,
                client_id,
                ..row(id)
            },
        )
        .await;
    }
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            assert_eq!(families::delete_of(tx, "p", Some("c")).await?, ["1"]);
            let mut all = families::delete_of(tx, "q", None).await?;
            all.sort();
            assert_eq!(all, ["3", "4"]);
            let mut all = families::delete_of_client(tx, "d").await?;
            all.sort();
            assert_eq!(all, ["2", "5"]);
            assert_eq!(families::delete_expired(tx, NOW.plus(100), 9).await?, 0);
            families::delete(tx, "6").await?;
            assert_eq!(families::find(tx, "6").await?, None);
            families::insert(tx, row("7")).await?;
            assert_eq!(families::delete_expired(tx, NOW.plus(101), 9).await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn of_those_who_narrow_a_family_one_does(db: Db) {
    for (id, person, client, resource) in [
        ("1", "p", "c", "r"),
        ("2", "p", "c", "other"),
        ("3", "p", "d", "r"),
        ("4", "q", "c", "r"),
    ] {
        let row = Row {
            person_id: person.into(),
            client_id: client.into(),
            resource: resource.into(),
            ..row(id)
        };
        insert(&db, row).await;
    }
    let mut tx = db.read().await.unwrap();
    let known = families::list_of(&mut tx, "p", "c", "r").await.unwrap();
    drop(tx);
    let [known] = &known[..] else {
        panic!("{known:?}")
    };
    assert_eq!((known.id.as_str(), known.edition), ("1", 0));
    let racing = ["less", "least"].map(|scope| {
        let (db, known) = (db.clone(), known.clone());
        async move {
            db.write::<_, DbError, _>(move |tx| {
                Box::pin(async move { families::update_scope(tx, &known, scope).await })
            })
            .await
            .unwrap()
        }
    });
    let won = futures_util::future::join_all(racing).await;
    assert_ne!(won[0], won[1]);
    let mut tx = db.read().await.unwrap();
    let now = families::find(&mut tx, "1").await.unwrap().unwrap();
    assert_eq!(now.edition, 1);
    assert_eq!(now.scope, if won[0] { "less" } else { "least" });
    for id in ["2", "3", "4"] {
        assert_eq!(
            families::find(&mut tx, id).await.unwrap().unwrap().edition,
            0
        );
    }
}

pub(crate) async fn revocations_are_kept_until_they_expire(db: Db) {
    let row = |id: &str, revoked_at, expires_at| revocations::Row {
        id: id.into(),
        revoked_at,
        expires_at,
    };
    let (old, new) = (
        row("old", NOW.0 - 9, NOW.0 + 9),
        row("new", NOW.0, NOW.0 + 20),
    );
    let again = row("old", NOW.0 + 1, NOW.0 + 30);
    let rows = [old.clone(), new.clone(), again];
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            for row in &rows {
                revocations::insert(tx, row).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    let mut tx = db.read().await.unwrap();
    let since = async |tx: &mut _, since, now| revocations::list(tx, since, now).await.unwrap();
    assert_eq!(since(&mut tx, NOW, NOW).await, std::slice::from_ref(&new));
    assert_eq!(since(&mut tx, UnixTime(0), NOW).await.len(), 2);
    assert_eq!(since(&mut tx, UnixTime(0), NOW.plus(9)).await, [new]);
    drop(tx);
    let deleted = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { revocations::delete_expired(tx, NOW.plus(10), 9).await })
    });
    assert_eq!(deleted.await.unwrap(), 1);
}
