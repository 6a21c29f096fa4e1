//! People.

use crate::db::people::{self, NewPerson};
use crate::db::{Db, DbError, Tx};

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
