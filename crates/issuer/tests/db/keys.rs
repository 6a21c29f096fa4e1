//! Keys.

use crate::db::keys::{self, Row};
use crate::db::{Db, DbError};

use super::NOW;

fn row(id: &str, signs_from: i64) -> Row {
    Row {
        id: id.into(),
        purpose: "RS256".into(),
        sealed: format!("k.{id}"),
        created_at: NOW.0,
        signs_from,
        retired_at: None,
        published_until: None,
    }
}

pub(crate) async fn one_first_key_is_agreed_on(db: Db) {
    let nodes = (0..8).map(|n| {
        let db = db.clone();
        async move {
            let work = db.write::<_, DbError, _>(move |tx| {
                Box::pin(async move { keys::insert(tx, row(&n.to_string(), 0)).await })
            });
            work.await.unwrap()
        }
    });
    let added = futures_util::future::join_all(nodes).await;
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
    let rows = keys::list(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(rows.len(), 1);
}

pub(crate) async fn a_key_is_retired_once_and_sealed_anew(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            assert!(keys::insert(tx, row("b", 5)).await?);
            assert!(keys::insert(tx, row("a", 0)).await?);
            let (at, until) = (NOW.plus(10), NOW.plus(20));
            assert!(keys::retire(tx, "a", at, until).await?);
            assert!(!keys::retire(tx, "a", at, until).await?);
            // A key that others may know ends sooner.
            assert!(keys::retire(tx, "a", NOW, NOW).await?);
            keys::update_sealed(tx, "b", "k.b", "new.b").await?;
            keys::update_sealed(tx, "b", "k.b", "late.b").await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    let rows = keys::list(&mut db.read().await.unwrap()).await.unwrap();
    let mut expected = [row("a", 0), row("b", 5)];
    expected[0].retired_at = Some(NOW.0);
    expected[0].published_until = Some(NOW.0);
    expected[1].sealed = "new.b".into();
    assert_eq!(rows, expected);
}

pub(crate) async fn a_waiting_key_signs_when_no_other_does(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            keys::insert(tx, row("a", 0)).await?;
            keys::insert(tx, row("b", NOW.0 + 10)).await?;
            keys::retire(tx, "a", NOW.plus(10), NOW.plus(20)).await?;
            assert_eq!(keys::update_waiting(tx, NOW).await?, 0);
            keys::retire(tx, "a", NOW, NOW).await?;
            assert_eq!(keys::update_waiting(tx, NOW).await?, 1);
            assert_eq!(keys::update_waiting(tx, NOW).await?, 0);
            Ok(())
        })
    })
    .await
    .unwrap();
    let rows = keys::list(&mut db.read().await.unwrap()).await.unwrap();
    assert_eq!(rows[1].signs_from, NOW.0);
}
