//! Connections: one account for each person and upstream, renewed by one caller at a time.

use crate::db::connections::{self, Row};
use crate::db::identities::{self, Account};
use crate::db::{Db, DbError, people};

use super::NOW;

const GITHUB: Account<'_> = Account {
    upstream: "github",
    host: "github.com",
    id: "7",
};

fn row(person: &str, account: &str) -> Row {
    Row {
        id: format!("connection-of-{person}"),
        person_id: person.to_owned(),
        upstream: "github".to_owned(),
        host: "github.com".to_owned(),
        account_id: account.to_owned(),
        login: format!("{person}-l"),
        scope: "read:user".to_owned(),
        sealed: Some("sealed".to_owned()),
        expires_at: Some(NOW.0 + 100),
        version: 1,
        lease_until: 0,
        created_at: NOW.0,
    }
}

async fn find(db: &Db, person: &str) -> Option<Row> {
    let mut tx = db.read().await.unwrap();
    let found = connections::find(&mut tx, person, "github", "github.com");
    found.await.unwrap()
}

async fn insert(db: &Db, row: Row) -> bool {
    let kept = db.write::<_, DbError, _>(move |tx| Box::pin(connections::insert(tx, row)));
    kept.await.unwrap()
}

pub(crate) async fn an_identity_is_one_persons(db: Db) {
    let insert = |person: &'static str| {
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { identities::insert(tx, GITHUB, (person, "p"), NOW).await })
        })
    };
    assert!(insert("ada").await.unwrap());
    assert!(!insert("bob").await.unwrap());
    let mut tx = db.read().await.unwrap();
    let found = identities::find(&mut tx, GITHUB).await.unwrap();
    assert_eq!(found.as_deref(), Some("ada"));
    let other = Account {
        host: "ghe.example",
        ..GITHUB
    };
    assert_eq!(identities::find(&mut tx, other).await.unwrap(), None);
    assert!(identities::list(&mut tx, "bob").await.unwrap().is_empty());
}

pub(crate) async fn a_person_sees_and_loses_identities(db: Db) {
    let elsewhere = Account {
        upstream: "op",
        host: "op.example",
        id: "7",
    };
    let changed = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            super::people::add(tx, "ada", "ada@example.com", false).await?;
            let mut inserted = Vec::new();
            for account in [GITHUB, elsewhere, Account { id: "8", ..GITHUB }] {
                inserted.push(identities::insert(tx, account, ("ada", "a"), NOW).await?);
            }
            identities::update_used(tx, GITHUB, "b", NOW.plus(9)).await?;
            people::update_held(tx, "ada").await?;
            people::update_held(tx, "nobody").await?;
            Ok(inserted)
        })
    });
    // One for each person and upstream.
    assert_eq!(changed.await.unwrap(), [true, true, false]);
    let mut tx = db.read().await.unwrap();
    let found = identities::list(&mut tx, "ada").await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|row| (row.upstream.as_str(), row.login.as_deref(), row.used_at))
        .collect();
    let (now, later) = (Some(NOW.0), Some(NOW.0 + 9));
    assert_eq!(
        found,
        [("github", Some("b"), later), ("op", Some("a"), now)]
    );
    assert!(people::find_has_password(&mut tx, "ada").await.unwrap());
    assert!(!people::find_has_password(&mut tx, "bob").await.unwrap());
    drop(tx);
    let deleted = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let mut deleted = Vec::new();
            for (person, host) in [
                ("bob", "op.example"),
                ("ada", "other"),
                ("ada", "op.example"),
            ] {
                deleted.push(identities::delete(tx, person, ("op", host)).await?);
            }
            Ok(deleted)
        })
    });
    assert_eq!(deleted.await.unwrap(), [false, false, true]);
    let mut tx = db.read().await.unwrap();
    assert_eq!(identities::find(&mut tx, elsewhere).await.unwrap(), None);
    assert!(identities::find(&mut tx, GITHUB).await.unwrap().is_some());
}

pub(crate) async fn a_connection_keeps_its_account(db: Db) {
    assert!(insert(&db, row("ada", "7")).await);
    assert_eq!(find(&db, "ada").await, Some(row("ada", "7")));
    let mut more = row("ada", "7");
    more.scope = "read:user repo".to_owned();
    assert!(insert(&db, more).await);
    let found = find(&db, "ada").await.unwrap();
    assert_eq!((found.version, found.scope.as_str()), (2, "read:user repo"));
    assert!(!insert(&db, row("ada", "8")).await);
    assert_eq!(find(&db, "ada").await, Some(found));
    assert!(insert(&db, row("bob", "7")).await);
    let mut tx = db.read().await.unwrap();
    assert_eq!(connections::list(&mut tx, "ada").await.unwrap().len(), 1);
    drop(tx);
    let ended = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { connections::delete(tx, "ada", "github", "github.com").await })
    });
    assert_eq!(ended.await.unwrap().unwrap().person_id, "ada");
    let ended = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { connections::delete_of_account(tx, GITHUB).await })
    });
    assert_eq!(ended.await.unwrap().len(), 1);
    assert_eq!(
        (find(&db, "ada").await, find(&db, "bob").await),
        (None, None)
    );
}

pub(crate) async fn of_those_who_race_one_renews(db: Db) {
    insert(&db, row("ada", "7")).await;
    let lease = |at: i64| {
        let until = NOW.plus(at + 20);
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                connections::update_lease(tx, &row("ada", "7"), NOW.plus(at), until).await
            })
        })
    };
    let taken = futures_util::future::join_all((0..20).map(|_| lease(0))).await;
    assert_eq!(
        taken
            .into_iter()
            .filter(|taken| *taken.as_ref().unwrap())
            .count(),
        1
    );
    // Whoever holds it and dies blocks nobody for good; whoever lets go blocks nobody.
    assert!(!lease(19).await.unwrap());
    assert!(lease(20).await.unwrap());
    let release = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { connections::update_released(tx, &row("ada", "7")).await })
    });
    release.await.unwrap();
    assert!(lease(21).await.unwrap());
    let replace = |sealed: Option<&'static str>| {
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                match sealed {
                    Some(sealed) => {
                        connections::update_renewed(tx, &row("ada", "7"), sealed, None).await
                    }
                    None => connections::update_dead(tx, &row("ada", "7")).await,
                }
            })
        })
    };
    assert!(replace(Some("renewed")).await.unwrap());
    // The version has moved on.
    assert!(!replace(None).await.unwrap());
    assert!(!lease(100).await.unwrap());
    let found = find(&db, "ada").await.unwrap();
    assert_eq!(
        (found.sealed.as_deref(), found.version),
        (Some("renewed"), 2)
    );
}

pub(crate) async fn a_verdict_that_came_too_late_loses_to_a_renewal(db: Db) {
    insert(&db, row("ada", "7")).await;
    let dead = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { connections::update_dead(tx, &row("ada", "7")).await })
    });
    assert!(dead.await.unwrap());
    let renewed = db.write::<_, DbError, _>(|tx| {
        Box::pin(
            async move { connections::update_renewed(tx, &row("ada", "7"), "renewed", None).await },
        )
    });
    assert!(renewed.await.unwrap());
    let found = find(&db, "ada").await.unwrap();
    assert_eq!(
        (found.sealed.as_deref(), found.version),
        (Some("renewed"), 3)
    );
    let mut tx = db.read().await.unwrap();
    let sealed = connections::list_sealed(&mut tx, "", 10).await.unwrap();
    assert_eq!(sealed, std::slice::from_ref(&found));
    drop(tx);
    // Sealed anew unless it has changed.
    for (old, expected) in [(row("ada", "7"), "renewed"), (found, "anew")] {
        let write = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { connections::update_sealed(tx, &old, "anew").await })
        });
        write.await.unwrap();
        assert_eq!(
            find(&db, "ada").await.unwrap().sealed.as_deref(),
            Some(expected)
        );
    }
}
