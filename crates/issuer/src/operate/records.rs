//! Records that apps keep for a person.

use oauth::time::UnixTime;

use crate::Issuer;
use crate::db::{self, DbError};

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: String,
    pub created_at: UnixTime,
    pub body: String,
}

impl From<db::records::Row> for Record {
    fn from(row: db::records::Row) -> Self {
        Self {
            id: row.id,
            created_at: UnixTime(row.created_at),
            body: row.body,
        }
    }
}

/// A person's records in an app, oldest first.
///
/// # Errors
/// If the database is away.
pub async fn list(issuer: &Issuer, person_id: &str, app: &str) -> Result<Vec<Record>, DbError> {
    let mut tx = issuer.db.read().await?;
    let rows = db::records::list(&mut tx, person_id, app).await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Keeps a record; `None` if the person has `count_max` in this app.
///
/// # Errors
/// If the database is away.
pub async fn put(
    issuer: &Issuer,
    person_id: &str,
    app: &str,
    body: String,
    count_max: u32,
) -> Result<Option<Record>, DbError> {
    let now = issuer.clock.now();
    let id = issuer
        .random
        .id(now)
        .map_err(|_| DbError::Unavailable(None))?;
    let row = db::records::Row {
        id: id.to_string(),
        body,
        created_at: now.0,
    };
    let (kept, person_id, app) = (row.clone(), person_id.to_owned(), app.to_owned());
    let done = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(
            async move { db::records::insert(tx, &person_id, &app, row, count_max.into()).await },
        )
    });
    Ok(done.await?.then(|| kept.into()))
}

/// Deletes a record; whether there was one.
///
/// # Errors
/// If the database is away.
pub async fn delete(
    issuer: &Issuer,
    person_id: &str,
    app: &str,
    id: &str,
) -> Result<bool, DbError> {
    let [person_id, app, id] = [person_id, app, id].map(str::to_owned);
    let work = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { db::records::delete(tx, &person_id, &app, &id).await })
    });
    work.await
}
