//! Personal access tokens.

use crate::db::personal_tokens::{self, Row};
use crate::db::{Db, DbError, people};

use super::NOW;
use super::people::add;

fn row(id: &str, person: &str, lives: i64) -> Row {
    Row {
        id: id.into(),
        person_id: person.into(),
        name: "backup".into(),
        resource: "r".into(),
        scope: "a".into(),
        created_at: NOW.0,
        expires_at: NOW.0 + lives,
    }
}

pub(crate) async fn a_token_lives_for_its_person_and_time(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            add(tx, "q", "bob@example.com", false).await?;
            for (id, lives) in [("1", 100), ("2", 50)] {
                assert!(personal_tokens::insert(tx, row(id, "p", lives), id, 2).await?);
            }
            assert!(!personal_tokens::insert(tx, row("3", "p", 9), "3", 2).await?);
            assert!(personal_tokens::insert(tx, row("4", "q", 9), "4", 2).await?);
            let found = personal_tokens::find(tx, "1", NOW.plus(99)).await?;
            assert_eq!(found, Some(row("1", "p", 100)));
            assert_eq!(personal_tokens::find(tx, "1", NOW.plus(100)).await?, None);
            assert_eq!(personal_tokens::find(tx, "3", NOW).await?, None);
            let listed = personal_tokens::list(tx, "p").await?;
            assert_eq!(listed, [row("2", "p", 50), row("1", "p", 100)]);
            // Not while the person may not sign in.
            people::update_disabled(tx, "p", Some(NOW)).await?;
            assert_eq!(personal_tokens::find(tx, "1", NOW).await?, None);
            people::update_disabled(tx, "p", None).await?;
            assert_eq!(personal_tokens::delete(tx, "q", "1").await?, None);
            let deleted = personal_tokens::delete(tx, "p", "1").await?;
            assert_eq!(deleted, Some(row("1", "p", 100)));
            assert_eq!(personal_tokens::delete(tx, "p", "1").await?, None);
            assert_eq!(personal_tokens::find(tx, "1", NOW).await?, None);
            assert_eq!(
                personal_tokens::delete_expired(tx, NOW.plus(20), 9).await?,
                1
            );
            assert_eq!(personal_tokens::delete_of_person(tx, "q").await?, 0);
            assert_eq!(personal_tokens::delete_of_person(tx, "p").await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}
