//! Browser sessions.

use futures_util::future::join_all;

use crate::db::sessions::{self, NewSession, NextMark};
use crate::db::{Db, DbError};

use super::NOW;
use super::people::add;

fn session(id: &str, person: &str, lives: i64) -> NewSession {
    NewSession {
        id_hash: id.into(),
        person_id: person.into(),
        authenticated_at: NOW,
        expires_at: NOW.plus(lives),
        user_agent: "browser".into(),
        address: "127.0.0.1".into(),
        mark_hash: "first".into(),
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
            assert_eq!(live.authenticated_at, NOW.0);
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
