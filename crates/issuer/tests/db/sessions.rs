//! Browser sessions.

use crate::db::sessions::{self, NewSession};
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

            sessions::update_seen(tx, "a", NOW.plus(50), NOW.minus(1)).await?;
            assert!(
                sessions::find(tx, "a", NOW.plus(60), NOW.plus(40))
                    .await?
                    .is_none()
            );
            sessions::update_seen(tx, "a", NOW.plus(50), NOW).await?;
            assert!(
                sessions::find(tx, "a", NOW.plus(60), NOW.plus(40))
                    .await?
                    .is_some()
            );

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
