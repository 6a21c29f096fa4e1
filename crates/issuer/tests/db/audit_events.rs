//! The audit log.

use crate::db::audit_events::{self, Row};
use crate::db::{Db, DbError};

use super::NOW;

pub(crate) fn row(id: &str, at: i64) -> Row {
    Row {
        id: id.into(),
        at,
        kind: "sign_in_failed".into(),
        outcome: "refused".into(),
        person_id: None,
        client_id: Some("c".into()),
        resource: None,
        source: Some("127.0.0.1".into()),
        trace_id: None,
        detail: "wrong password".into(),
    }
}

pub(crate) async fn events_come_back_in_order_and_expire(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            for (id, at) in [("2", NOW.0), ("1", NOW.0 - 9), ("3", NOW.0 + 1)] {
                audit_events::insert(tx, row(id, at)).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    let expired = db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { audit_events::delete_expired(tx, NOW, 100).await })
    });
    assert_eq!(expired.await.unwrap(), 1);
    let mut tx = db.read().await.unwrap();
    let all = audit_events::list(&mut tx, "", NOW.minus(100), 10)
        .await
        .unwrap();
    assert_eq!(all, [row("2", NOW.0), row("3", NOW.0 + 1)]);
    let after = audit_events::list(&mut tx, "2", NOW, 10).await.unwrap();
    assert_eq!(after, [row("3", NOW.0 + 1)]);
    let newest = audit_events::list_newest(&mut tx, 1).await.unwrap();
    assert_eq!(newest, [row("3", NOW.0 + 1)]);
}

pub(crate) async fn a_persons_events_are_listed_by_kind_and_page(db: Db) {
    let of = |id: &str, person: &str, kind: &str| Row {
        person_id: Some(person.into()),
        kind: kind.into(),
        ..row(id, NOW.0)
    };
    db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            for row in [
                of("1", "p", "signed_in"),
                of("2", "q", "signed_in"),
                row("3", NOW.0),
                of("4", "p", "signed_out"),
                of("5", "p", "signed_in"),
                of("6", "p", "in"),
            ] {
                audit_events::insert(tx, row).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    let mut tx = db.read().await.unwrap();
    let mut ids = async |kinds, before, limit| {
        let asked = (kinds, before);
        let rows = audit_events::list_of(&mut tx, "p", asked, limit).await;
        let rows = rows.unwrap().into_iter().map(|row| row.id);
        rows.collect::<Vec<_>>()
    };
    let all = ",signed_in,signed_out,";
    assert_eq!(ids(all, "", 9).await, ["5", "4", "1"]);
    assert_eq!(ids(all, "", 2).await, ["5", "4"]);
    assert_eq!(ids(all, "4", 9).await, ["1"]);
    assert_eq!(ids(",signed_in,", "", 9).await, ["5", "1"]);
    assert!(ids(",", "", 9).await.is_empty());
}
