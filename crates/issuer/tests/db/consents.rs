//! Consents.

use crate::db::consents::{self, Consent};
use crate::db::{Db, DbError};

use super::NOW;

pub(crate) async fn a_consent_replaces_the_one_before(db: Db) {
    let consent = |resource: &str, scope: &str, at: i64| Consent {
        person_id: "p".into(),
        client_id: "c".into(),
        resource: resource.into(),
        scope: scope.into(),
        identity: "i".into(),
        given_at: NOW.0 + at,
    };
    db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            consents::insert(tx, consent("r", "a", 0)).await?;
            consents::insert(tx, consent("r2", "a", 1)).await?;
            consents::insert(tx, consent("r", "a b", 2)).await?;
            let all = consents::list(tx, "p").await?;
            assert_eq!(all, [consent("r", "a b", 2), consent("r2", "a", 1)]);
            assert_eq!(
                consents::find(tx, "p", "c", "r").await?,
                Some(consent("r", "a b", 2))
            );
            assert!(consents::update_confirmed(tx, ("p", "c", "r"), "a b").await?);
            for (resource, scope) in [("r", "a"), ("r3", "a b")] {
                assert!(!consents::update_confirmed(tx, ("p", "c", resource), scope).await?);
            }
            // Narrowed by who has seen what it was, and by nobody else.
            let was = consent("r", "a b", 2);
            assert!(!consents::update_scope(tx, &consent("r", "a", 2), "x").await?);
            assert!(!consents::update_scope(tx, &consent("r3", "a b", 2), "x").await?);
            assert!(consents::update_scope(tx, &was, "b").await?);
            assert!(!consents::update_scope(tx, &was, "a").await?);
            let all = consents::list(tx, "p").await?;
            assert_eq!(all, [consent("r", "b", 2), consent("r2", "a", 1)]);
            assert!(!consents::delete(tx, "p", "other").await?);
            assert!(consents::delete(tx, "p", "c").await?);
            assert_eq!(consents::find(tx, "p", "c", "r2").await?, None);
            consents::insert(tx, consent("r", "a", 0)).await?;
            assert_eq!(consents::delete_of_person(tx, "q").await?, 0);
            assert_eq!(consents::delete_of_person(tx, "p").await?, 1);
            Ok(())
        })
    })
    .await
    .unwrap();
}
