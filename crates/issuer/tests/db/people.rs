//! People.

use crate::db::people::{self, NewPerson};
use crate::db::{Db, DbError, Tx, audit_events, belongings, records, sessions};

use super::NOW;

pub(crate) async fn add(tx: &mut Tx, id: &str, email: &str, operator: bool) -> Result<(), DbError> {
    let new = NewPerson {
        id: id.into(),
        email: email.into(),
        name: None,
        password_hash: Some(format!("hash of {id}")),
        email_verified: false,
        operator,
    };
    people::insert(tx, new, NOW).await
}

pub(crate) async fn an_email_address_has_one_account(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async { add(tx, "1", "Ada@Example.com", false).await })
    })
    .await
    .unwrap();
    let again = db.write::<_, DbError, _>(|tx| {
        Box::pin(async { add(tx, "2", "ada@example.COM", true).await })
    });
    assert!(matches!(again.await, Err(DbError::Conflict)));
    let mut tx = db.read().await.unwrap();
    let (person, hash) = people::find_by_email(&mut tx, "ADA@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (person.id.as_str(), hash.as_deref()),
        ("1", Some("hash of 1"))
    );
    assert_eq!(person.email, "Ada@Example.com");
    assert!(!person.disabled && !person.email_verified && !person.operator);
    assert_eq!(people::find(&mut tx, "1").await.unwrap(), Some(person));
    assert_eq!(people::find(&mut tx, "2").await.unwrap(), None);
    let contact = people::find_contact(&mut tx, "1").await.unwrap().unwrap();
    assert_eq!(
        (contact.email.as_str(), contact.created_at),
        ("Ada@Example.com", NOW.0)
    );
    assert!(!contact.email_verified);
    assert!(!people::find_operator(&mut tx).await.unwrap());
}

pub(crate) async fn an_operator_is_found(db: Db) {
    db.write::<_, DbError, _>(|tx| Box::pin(async { add(tx, "1", "o@example.com", true).await }))
        .await
        .unwrap();
    assert!(
        people::find_operator(&mut db.read().await.unwrap())
            .await
            .unwrap()
    );
}

pub(crate) async fn people_are_listed_and_disabled(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            add(tx, "2", "b@example.com", true).await?;
            add(tx, "1", "a@example.com", false).await?;
            assert!(people::update_disabled(tx, "2", Some(NOW)).await?);
            assert!(!people::update_disabled(tx, "3", Some(NOW)).await?);
            assert!(!people::find_operator(tx).await?);
            Ok(())
        })
    })
    .await
    .unwrap();
    let mut tx = db.read().await.unwrap();
    let all = people::list(&mut tx, "", 9).await.unwrap();
    let states: Vec<_> = all
        .iter()
        .map(|person| (person.id.as_str(), person.disabled))
        .collect();
    assert_eq!(states, [("1", false), ("2", true)]);
    assert_eq!(people::list(&mut tx, "1", 9).await.unwrap().len(), 1);
    drop(tx);
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async { people::update_disabled(tx, "2", None).await.map(|_| ()) })
    })
    .await
    .unwrap();
    let mut tx = db.read().await.unwrap();
    assert!(people::find_operator(&mut tx).await.unwrap());
}

pub(crate) async fn a_look_is_one_persons(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move {
            add(tx, "p", "ada@example.com", false).await?;
            add(tx, "q", "bob@example.com", false).await?;
            let look = people::Look {
                language: Some("de".into()),
                theme: None,
            };
            people::update_look(tx, "p", look.clone()).await?;
            assert_eq!(people::find_look(tx, "p").await?, Some(look));
            assert_eq!(
                people::find_look(tx, "q").await?,
                Some(people::Look::default())
            );
            assert_eq!(people::find_look(tx, "nobody").await?, None);
            Ok(())
        })
    })
    .await
    .unwrap();
}

pub(crate) async fn a_person_changes_and_an_address_stays_one_persons(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async {
            add(tx, "1", "a@example.com", false).await?;
            add(tx, "2", "b@example.com", false).await?;
            people::update_name(tx, "1", Some("Ada".into())).await?;
            people::update_password(tx, "1", "new hash").await?;
            people::update_password_mailed(tx, "1", true).await?;
            people::update_verified(tx, "2").await?;
            people::update_email(tx, "1", "Ada@Example.com").await
        })
    })
    .await
    .unwrap();
    let taken = db.write::<_, DbError, _>(|tx| {
        Box::pin(async { people::update_email(tx, "1", "B@example.com").await })
    });
    assert!(matches!(taken.await, Err(DbError::Conflict)));
    let mut tx = db.read().await.unwrap();
    let (ada, hash) = people::find_by_email(&mut tx, "ada@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hash.as_deref(), Some("new hash"));
    assert_eq!(
        (ada.name.as_deref(), ada.email_verified),
        (Some("Ada"), true)
    );
    for (id, mailed) in [("1", true), ("2", false)] {
        let contact = people::find_contact(&mut tx, id).await.unwrap().unwrap();
        assert_eq!(contact.password_mailed, mailed);
    }
    let two = people::find(&mut tx, "2").await.unwrap().unwrap();
    assert!(two.email_verified && two.name.is_none());
}

pub(crate) async fn a_sign_in_does_not_outlive_its_password(db: Db) {
    db.write::<_, DbError, _>(|tx| {
        Box::pin(async move { add(tx, "1", "a@example.com", false).await })
    })
    .await
    .unwrap();
    let mut refused = 0;
    for round in 0..20 {
        let old = format!("hash {round}");
        let new = format!("hash {}", round + 1);
        let known = old.clone();
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { people::update_password(tx, "1", &old).await })
        })
        .await
        .unwrap();
        let sign_in = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let held = people::update_held_with(tx, "1", &known).await?;
                if held {
                    let session = super::sessions::session(&known, "1", 100);
                    sessions::insert(tx, session).await?;
                }
                Ok(held)
            })
        });
        let change = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                people::update_password(tx, "1", &new).await?;
                sessions::delete_of_person(tx, "1").await
            })
        });
        // Each comes first now and then.
        let (held, changed) = match round % 2 {
            0 => tokio::join!(sign_in, change),
            _ => {
                let (changed, held) = tokio::join!(change, sign_in);
                (held, changed)
            }
        };
        changed.unwrap();
        refused += u32::from(!held.unwrap());
        let mut tx = db.read().await.unwrap();
        let left = sessions::list(&mut tx, "1", NOW, NOW.minus(100))
            .await
            .unwrap();
        assert!(left.is_empty(), "round {round}: {left:?}");
    }
    assert!(refused > 0, "the change never came first");
}

pub(crate) async fn a_person_is_deleted_when_the_time_has_come(db: Db) {
    let later = NOW.plus(100);
    db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            add(tx, "1", "a@example.com", false).await?;
            add(tx, "2", "b@example.com", false).await?;
            for (person, id) in [("1", "r1"), ("2", "r2")] {
                let row = records::Row {
                    id: id.into(),
                    body: "{}".into(),
                    created_at: NOW.0,
                };
                records::insert(tx, person, "notes", row, 9).await?;
            }
            // Taken back, and asked for again; twice changes nothing.
            assert!(!people::update_delete_at(tx, "1", (NOW, None)).await?);
            assert!(people::update_delete_at(tx, "1", (NOW, Some(later))).await?);
            assert!(!people::update_delete_at(tx, "1", (NOW, Some(NOW))).await?);
            assert!(people::find(tx, "1").await?.unwrap().disabled);
            assert!(people::update_delete_at(tx, "1", (NOW, None)).await?);
            assert!(!people::find(tx, "1").await?.unwrap().disabled);
            assert!(people::update_delete_at(tx, "1", (NOW, Some(later))).await?);

            assert_eq!(people::find_due(tx, NOW).await?, None);
            assert!(!people::delete(tx, "1", NOW).await?);
            assert_eq!(people::find_due(tx, later).await?.as_deref(), Some("1"));
            assert!(people::delete(tx, "1", later).await?);
            assert!(!people::delete(tx, "1", later).await?);
            belongings::delete_ways_in(tx, "1").await?;
            assert_eq!(records::list_of_person(tx, "1").await?.len(), 1);
            belongings::delete(tx, "1").await?;
            assert!(records::list_of_person(tx, "1").await?.is_empty());
            let kept = records::list_of_person(tx, "2").await?;
            assert_eq!((kept.len(), kept[0].app.as_str()), (1, "notes"));
            assert!(audit_events::list_of_person(tx, "1", 9).await?.is_empty());
            assert!(people::find(tx, "2").await?.is_some());
            Ok(())
        })
    })
    .await
    .unwrap();
}
