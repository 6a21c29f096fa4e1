//! What came in with tokens, added up.

use oauth::time::UnixTime;

use crate::db::app_usage::{self, Row, Total};
use crate::db::{Db, DbError};
use crate::usage::{self, Use};

use super::NOW;
use super::nodes::Node;

const DAY: i64 = 86_400;

fn row(client: &str, calls: i64, at: UnixTime, tool: &str) -> Row {
    Row {
        person_id: "p".into(),
        client_id: client.into(),
        resource: "r".into(),
        calls,
        first_at: at.0,
        last_at: at.0,
        last_tool: tool.into(),
    }
}

fn total(client: &str, calls: i64, (first, last): (UnixTime, UnixTime), tool: &str) -> Total {
    Total {
        client_id: client.into(),
        resource: "r".into(),
        calls,
        first_at: first.0,
        last_at: last.0,
        last_tool: tool.into(),
    }
}

pub(crate) async fn uses_add_up_by_day(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            let old = NOW.minus(40 * DAY);
            for row in [
                row("c", 5, old, "first_tool"),
                row("c", 2, NOW, "second_tool"),
                // Another node was later with what it had counted before, and one call was of no tool.
                row("c", 1, NOW.minus(9), "third_tool"),
                row("c", 0, NOW.plus(9), ""),
                row("d", 0, NOW, ""),
            ] {
                app_usage::insert(tx, &row).await?;
            }
            let mut other = row("c", 7, NOW, "x");
            other.person_id = "q".into();
            app_usage::insert(tx, &other).await?;
            let expected = [
                total("c", 3, (old, NOW.plus(9)), "second_tool"),
                total("d", 0, (NOW, NOW), ""),
            ];
            let listed = app_usage::list(tx, "p", NOW.minus(30 * DAY)).await?;
            assert_eq!(listed, expected);
            assert!(app_usage::list(tx, "nobody", NOW).await?.is_empty());
            assert_eq!(app_usage::delete_expired(tx, NOW, 9).await?, 1);
            let listed = app_usage::list(tx, "p", NOW.minus(90 * DAY)).await?;
            assert_eq!(
                listed[0],
                total("c", 3, (NOW.minus(9), NOW.plus(9)), "second_tool")
            );
            assert_eq!(app_usage::delete_expired(tx, NOW.plus(DAY), 2).await?, 2);
            assert_eq!(app_usage::delete_expired(tx, NOW.plus(DAY), 2).await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn nodes_count_together(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let used = |tool| Use {
        person_id: "p",
        client_id: "c",
        resource: "r",
        tool,
    };
    a.issuer.note_use(&used(Some("one")));
    a.clock.advance(2);
    a.issuer.note_use(&used(Some("two")));
    b.clock.advance(5);
    b.issuer.note_use(&used(None));
    let listed = async || {
        let mut tx = db.read().await.unwrap();
        app_usage::list(&mut tx, "p", NOW.minus(DAY)).await.unwrap()
    };
    // A call writes nothing.
    assert!(listed().await.is_empty());
    let (first, second) = futures_util::join!(usage::write(&a.issuer), usage::write(&b.issuer));
    first.and(second).unwrap();
    usage::write(&a.issuer).await.unwrap();
    let expected = total("c", 2, (NOW, NOW.plus(5)), "two");
    assert_eq!(listed().await, [expected]);
}
