//! Apps' records: apart for each person and app, and bounded.

use crate::db::records::{self, Row};
use crate::db::{Db, DbError};

use super::NOW;

fn row(id: &str) -> Row {
    Row {
        id: id.into(),
        body: format!("body of {id}"),
        created_at: NOW.0,
    }
}

pub(crate) async fn records_stay_with_their_owner_and_are_bounded(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            assert!(records::insert(tx, "ada", "notes", row("1"), 2).await?);
            assert!(records::insert(tx, "ada", "notes", row("2"), 2).await?);
            assert!(!records::insert(tx, "ada", "notes", row("3"), 2).await?);
            assert!(records::insert(tx, "ada", "ping", row("4"), 2).await?);
            assert!(records::insert(tx, "ben", "notes", row("5"), 2).await?);
            assert!(!records::delete(tx, "ben", "notes", "1").await?);
            assert!(!records::delete(tx, "ada", "ping", "1").await?);
            assert!(records::delete(tx, "ada", "notes", "1").await?);
            assert!(!records::delete(tx, "ada", "notes", "1").await?);
            Ok(())
        })
    })
    .await
    .unwrap();
    let mut tx = db.read().await.unwrap();
    let left = records::list(&mut tx, "ada", "notes").await.unwrap();
    assert_eq!(left, [row("2")]);
}
