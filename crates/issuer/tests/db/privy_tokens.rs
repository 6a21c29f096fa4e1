//! Privy's tokens.

use crate::db::privy_tokens::{self, Row};
use crate::db::{Db, DbError};

use super::NOW;

fn row(id: &str, person: &str, lives: i64) -> Row {
    Row {
        id: id.into(),
        person_id: person.into(),
        sealed: format!("sealed {id}"),
        expires_at: NOW.0 + lives,
    }
}

pub(crate) async fn a_token_is_there_until_it_expires(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            for (id, person, lives) in [("a", "p", 10), ("b", "p", 20), ("c", "q", 30)] {
                privy_tokens::insert(tx, row(id, person, lives)).await?;
            }
            let found = privy_tokens::find(tx, "a", NOW.plus(9)).await?;
            assert_eq!(found, Some(row("a", "p", 10)));
            assert_eq!(privy_tokens::find(tx, "a", NOW.plus(10)).await?, None);
            assert_eq!(privy_tokens::find(tx, "x", NOW).await?, None);
            assert_eq!(privy_tokens::delete_expired(tx, NOW.plus(21), 1).await?, 1);
            assert_eq!(privy_tokens::delete_expired(tx, NOW.plus(21), 9).await?, 1);
            privy_tokens::insert(tx, row("d", "p", 30)).await?;
            assert_eq!(privy_tokens::delete_of_person(tx, "p").await?, 1);
            assert!(privy_tokens::find(tx, "c", NOW).await?.is_some());
            // An id is taken once.
            let again = privy_tokens::insert(tx, row("c", "p", 30)).await;
            assert!(again.is_err());
            Err::<(), _>(DbError::Conflict)
        })
    })
    .await
    .unwrap_err();
    let mut tx = db.read().await.unwrap();
    assert_eq!(privy_tokens::find(&mut tx, "c", NOW).await.unwrap(), None);
}
