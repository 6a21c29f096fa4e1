//! Clients: one per fingerprint, changed by their token only, reaped only when never used.

use crate::db::clients::{self, Row};
use crate::db::{Db, DbError, Tx};

use super::NOW;

fn row(id: &str) -> Row {
    Row {
        id: id.into(),
        source: "registered".into(),
        name: "n".into(),
        metadata: "{}".into(),
        secret_hash: Some("s".into()),
        registration_token_hash: Some("t".into()),
        fingerprint: None,
        fetched_at: None,
        fresh_until: None,
        created_at: NOW.0,
        used_at: None,
        disabled_at: None,
    }
}

/// Runs `$body` with `$tx` in one unit.
macro_rules! unit {
    ($db:expr, $tx:ident => $body:block) => {
        $db.write::<_, DbError, _>(move |$tx: &mut Tx| Box::pin(async move { Ok($body) }))
            .await
            .unwrap()
    };
}

pub(crate) async fn a_client_is_kept_and_changed(db: Db) {
    unit!(db, tx => {
        assert!(clients::insert(tx, row("a")).await?);
        assert!(!clients::insert(tx, row("a")).await?);
        assert_eq!(clients::find(tx, "a").await?, Some(row("a")));
        assert_eq!(clients::find(tx, "b").await?, None);

        assert!(clients::update_secret(tx, "a", "s2").await?);
        assert!(clients::update_disabled(tx, "a", Some(NOW)).await?);
        assert!(!clients::update_disabled(tx, "b", None).await?);
        assert!(!clients::update_registration(tx, row("a")).await?);
        assert!(!clients::delete(tx, "a", "t").await?);
        assert!(clients::update_disabled(tx, "a", None).await?);

        let change = |token: &str| Row {
            name: "new".into(),
            registration_token_hash: Some(token.into()),
            ..row("a")
        };
        assert!(!clients::update_registration(tx, change("other")).await?);
        assert!(clients::update_registration(tx, change("t")).await?);
        assert_eq!(clients::list(tx, "", 9).await?, [change("t")]);
        assert!(clients::list(tx, "a", 9).await?.is_empty());
        assert!(!clients::delete(tx, "a", "other").await?);
        assert!(clients::delete(tx, "a", "t").await?);
    });
}

pub(crate) async fn a_document_is_kept_anew_and_an_operators_client_is_not_overwritten(db: Db) {
    let document = |id: &str, at: i64| Row {
        source: "metadata_document".into(),
        secret_hash: None,
        registration_token_hash: None,
        fetched_at: Some(at),
        fresh_until: Some(at + 300),
        created_at: at,
        ..row(id)
    };
    unit!(db, tx => {
        assert!(clients::update_document(tx, document("d", NOW.0)).await?);
        clients::update_used(tx, "d", NOW).await?;
        assert!(clients::update_document(tx, document("d", NOW.0 + 5)).await?);
        let found = clients::find(tx, "d").await?.unwrap();
        let times = (found.fetched_at, found.used_at, found.created_at);
        assert_eq!(times, (Some(NOW.0 + 5), Some(NOW.0), NOW.0));
        let operators = Row { source: "operator".into(), ..row("o") };
        clients::insert(tx, operators.clone()).await?;
        assert!(!clients::update_document(tx, document("o", NOW.0)).await?);
        assert_eq!(clients::find(tx, "o").await?, Some(operators));
    });
}

pub(crate) async fn equal_registrations_that_race_are_one_client(db: Db) {
    let register = |n: usize| {
        let db = db.clone();
        async move {
            unit!(db, tx => {
                let new = Row { fingerprint: Some("f".into()), ..row(&format!("{n}")) };
                if clients::insert(tx, new).await? {
                    format!("{n}")
                } else {
                    clients::update_shared(tx, "f", NOW.plus(1)).await?.unwrap().id
                }
            })
        }
    };
    let ids = futures_util::future::join_all((0..20).map(register)).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let mut tx = db.read().await.unwrap();
    let [only] = &clients::list(&mut tx, "", 9).await.unwrap()[..] else {
        panic!("one row");
    };
    // Nobody may change what several share.
    assert_eq!(only.registration_token_hash, None);
    assert_eq!(only.created_at, NOW.0 + 1);
}

pub(crate) async fn only_clients_that_were_never_used_are_reaped(db: Db) {
    unit!(db, tx => {
        for source in ["registered", "metadata_document", "operator"] {
            for kind in ["old", "used", "disabled", "new"] {
                let mut row = row(&format!("{source} {kind}"));
                row.created_at = if kind == "new" { NOW.0 } else { NOW.0 - 9 };
                row.fresh_until = Some(row.created_at);
                row.source = source.into();
                row.disabled_at = (kind == "disabled").then_some(NOW.0);
                row.used_at = (kind == "used").then_some(NOW.0);
                clients::insert(tx, row).await?;
            }
        }
        assert_eq!(clients::delete_expired(tx, NOW, 0).await?, 0);
        assert_eq!(clients::delete_expired(tx, NOW, 9).await?, 1);
        assert_eq!(clients::find(tx, "registered old").await?, None);
        assert_eq!(clients::delete_stale(tx, NOW, 0).await?, 0);
        assert_eq!(clients::delete_stale(tx, NOW, 9).await?, 1);
        assert_eq!(clients::find(tx, "metadata_document old").await?, None);
        assert_eq!(clients::list(tx, "", 99).await?.len(), 10);
    });
}
