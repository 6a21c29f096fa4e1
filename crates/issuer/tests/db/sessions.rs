//! Browser sessions.

use futures_util::future::join_all;

use crate::db::sessions::{self, NewSession, NextMark, Rotation};
use crate::db::{Db, DbError};

use super::NOW;
use super::people::add;

pub(super) fn session(id: &str, person: &str, lives: i64) -> NewSession {
    NewSession {
        id_hash: id.into(),
        person_id: person.into(),
        authenticated_at: NOW,
        created_at: NOW,
        methods: "password".into(),
        expires_at: NOW.plus(lives),
        user_agent: "browser".into(),
        address: "127.0.0.1".into(),
        mark_hash: "first".into(),
        privy_token_id: Some("t".into()),
    }
}

fn next_mark(known: &str, presented: &str, next: &str) -> NextMark {
    NextMark {
        id_hash: "a".into(),
        known: known.into(),
        presented: presented.into(),
        next: next.into(),
    }
}

pub(crate) async fn a_session_lives_while_it_is_used(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            for (id, lives) in [("a", 100), ("b", 100), ("short", 1)] {
                sessions::insert(tx, session(id, "p", lives)).await?;
            }
            let live = sessions::find(tx, "a", NOW.plus(5), NOW.minus(1))
                .await?
                .unwrap();
            assert_eq!((live.person.id.as_str(), live.seen_at), ("p", NOW.0));
            assert_eq!(
                (live.authenticated_at, live.methods.as_str()),
                (NOW.0, "password")
            );
            assert_eq!(live.privy_token_id.as_deref(), Some("t"));
            // Idle, expired, unknown.
            assert!(sessions::find(tx, "a", NOW.plus(5), NOW).await?.is_none());
            assert!(
                sessions::find(tx, "a", NOW.plus(100), NOW.minus(1))
                    .await?
                    .is_none()
            );
            assert!(sessions::find(tx, "x", NOW, NOW.minus(1)).await?.is_none());

            let late = next_mark("other", "other", "second");
            assert!(!sessions::update_mark(tx, &late, NOW.plus(50)).await?);
            assert!(
                sessions::find(tx, "a", NOW.plus(60), NOW.plus(40))
                    .await?
                    .is_none()
            );
            let next = next_mark("first", "first", "second");
            assert!(sessions::update_mark(tx, &next, NOW.plus(50)).await?);
            let live = sessions::find(tx, "a", NOW.plus(60), NOW.plus(40)).await?;
            let live = live.unwrap();
            assert_eq!((&*live.mark_hash, &*live.mark_before), ("second", "first"));

            assert_eq!(sessions::delete_expired(tx, NOW.plus(2), 10).await?, 1);
            assert!(sessions::delete(tx, "a").await?);
            assert!(!sessions::delete(tx, "a").await?);
            assert_eq!(sessions::delete_of_person(tx, "p").await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn of_those_who_race_one_replaces_the_mark(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            sessions::insert(tx, session("a", "p", 100)).await
        })
    })
    .await
    .unwrap();
    let racing = (0..8).map(|n| {
        let next = next_mark("first", "first", &format!("next {n}"));
        let db = db.clone();
        async move {
            db.write::<_, DbError, _>(move |tx| {
                Box::pin(async move { sessions::update_mark(tx, &next, NOW.plus(9)).await })
            })
            .await
            .unwrap()
        }
    });
    let won = join_all(racing).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let mut tx = db.read().await.unwrap();
    let live = sessions::find(&mut tx, "a", NOW.plus(9), NOW)
        .await
        .unwrap();
    assert_eq!(live.unwrap().mark_before, "first");
}

pub(crate) async fn of_those_who_rotate_a_session_one_does(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            sessions::insert(tx, session("old", "p", 100)).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    let rotate = |new: &str, at: i64| {
        let rotation = Rotation {
            id_hash: "old".into(),
            new_id_hash: new.into(),
            mark_hash: format!("mark of {new}"),
            methods: "password totp".into(),
        };
        let rotated = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { sessions::rotate(tx, &rotation, NOW.plus(at)).await })
        });
        async { rotated.await.unwrap() }
    };
    // After its end nobody does.
    assert!(!rotate("late", 100).await);
    let (a, b) = futures_util::join!(rotate("a", 10), rotate("b", 10));
    assert!(a != b, "{a} {b}");
    let new = if a { "a" } else { "b" };
    let mut tx = db.read().await.unwrap();
    for (id, there) in [(new, true), ("old", false), ("late", false)] {
        let found = sessions::find(&mut tx, id, NOW.plus(20), NOW)
            .await
            .unwrap();
        assert_eq!(found.is_some(), there, "{id}");
        if let Some(live) = found {
            assert_eq!(live.authenticated_at, NOW.0 + 10);
            assert_eq!(live.privy_token_id.as_deref(), Some("t"));
            assert_eq!(
                (live.methods.as_str(), live.seen_at),
                ("password totp", NOW.0 + 10)
            );
            assert_eq!(
                (live.mark_hash, live.mark_before),
                (format!("mark of {new}"), String::new())
            );
        }
    }
}

pub(crate) async fn a_person_ends_their_own_sessions_only(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            add(tx, "q", "bob@example.com", false).await?;
            for (id, person) in [("a", "p"), ("b", "p"), ("c", "p"), ("d", "q")] {
                sessions::insert(tx, session(id, person, 100)).await?;
            }
            assert!(!sessions::delete_own(tx, "p", "d").await?);
            assert!(sessions::delete_own(tx, "p", "b").await?);
            assert!(!sessions::delete_own(tx, "p", "b").await?);
            let ids = |list: Vec<sessions::Listed>| {
                let ids = list.into_iter().map(|session| session.id_hash);
                ids.collect::<Vec<_>>()
            };
            let listed = sessions::list(tx, "p", NOW, NOW.minus(1)).await?;
            assert_eq!(listed[0].created_at, NOW.0);
            assert_eq!(ids(listed), ["a", "c"]);
            // Idle and expired ones are not shown.
            assert!(sessions::list(tx, "p", NOW, NOW).await?.is_empty());
            let after = sessions::list(tx, "p", NOW.plus(100), NOW.minus(1)).await?;
            assert!(after.is_empty());
            assert_eq!(sessions::delete_others(tx, "p", "a").await?, 1);
            let listed = sessions::list(tx, "p", NOW, NOW.minus(1)).await?;
            assert_eq!(ids(listed), ["a"]);
            let others = sessions::list(tx, "q", NOW, NOW.minus(1)).await?;
            assert_eq!(ids(others), ["d"]);
            Ok(())
        })
    })
    .await
    .unwrap();
}
