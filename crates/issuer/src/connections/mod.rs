//! Connections: people's accounts at upstreams, with tokens that apps borrow for a call. Nothing else ever
//! sees one: they are sealed in the database, and stand in no answer, log or audit row.

pub(crate) mod link;
pub(crate) mod refresh;
pub(crate) mod vault;
pub(crate) mod webhook;

use oauth::secret::Secret;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::connections::Row;
use crate::db::{self, DbError};
use crate::login::upstream::{Known, Revoke};

/// Why there is no token.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ConnectionError {
    /// The person must connect, for the first time or again.
    #[error("the person must connect")]
    Needed { again: bool },
    #[error("the database or the upstream is away")]
    Away,
}

impl From<DbError> for ConnectionError {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, source = ?std::error::Error::source(&error), "a connection is out of reach");
        Self::Away
    }
}

/// A connection with a token that can be used now.
pub(crate) struct Live {
    pub(crate) row: Row,
    pub(crate) access_token: Secret<String>,
}

pub(crate) async fn find_row(
    issuer: &Issuer,
    person_id: &str,
    known: &Known,
) -> Result<Option<Row>, DbError> {
    let settings = &known.settings;
    let mut tx = issuer.db.read().await?;
    db::connections::find(&mut tx, person_id, &settings.name, settings.host()).await
}

/// The person's token, renewed if its end is near.
pub(crate) async fn token(
    issuer: &Issuer,
    known: &Known,
    person_id: &str,
) -> Result<Live, ConnectionError> {
    let row = find_row(issuer, person_id, known).await?;
    let row = row.ok_or(ConnectionError::Needed { again: false })?;
    if row.sealed.is_none() {
        return Err(ConnectionError::Needed { again: true });
    }
    let row = match vault::is_fresh(issuer, &row) {
        true => row,
        false => refresh::renew(issuer, known, row).await?,
    };
    live(issuer, row)
}

/// Another token in place of one that the upstream refused.
pub(crate) async fn replace(
    issuer: &Issuer,
    known: &Known,
    person_id: &str,
    refused: &Secret<String>,
) -> Result<Live, ConnectionError> {
    let now = token(issuer, known, person_id).await?;
    if now.access_token.expose() != refused.expose() {
        return Ok(now);
    }
    live(issuer, refresh::renew(issuer, known, now.row).await?)
}

fn live(issuer: &Issuer, row: Row) -> Result<Live, ConnectionError> {
    Ok(Live {
        access_token: vault::open(issuer, &row)?.access_token,
        row,
    })
}

/// Connections that are sealed anew at a time.
const SEALED_ANEW_MAX: i64 = 200;

/// Seals under the current key what stands under an older one, so that the older can go.
pub(crate) async fn seal_anew(issuer: &Issuer) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let mut tx = issuer.db.read().await?;
        let page = db::connections::list_sealed(&mut tx, &after, SEALED_ANEW_MAX).await?;
        drop(tx);
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.id);
        let stale = page.into_iter().filter(|row| {
            let sealed = row.sealed.as_deref();
            sealed.is_some_and(|sealed| issuer.sealer.is_stale(sealed))
        });
        for row in stale {
            if let Some(fresh) = vault::seal_anew(issuer, &row) {
                let write = issuer.db.write::<_, DbError, _>(move |tx| {
                    Box::pin(async move { db::connections::update_sealed(tx, &row, &fresh).await })
                });
                write.await?;
            }
        }
    }
}

/// Forgets a connection, and gives back at the upstream all that was allowed there. Whether there was one.
pub(crate) async fn disconnect(
    issuer: &Issuer,
    known: &Known,
    person_id: &str,
    source: &Source,
) -> Result<bool, DbError> {
    let (name, host) = (
        known.settings.name.clone(),
        known.settings.host().to_owned(),
    );
    let event = Event::new(Kind::ConnectionEnded, source)
        .person(person_id)
        .detail(format!("{name} at {host}"));
    // Only a token that lives ends what was allowed there: one near its end is renewed first.
    let live = token(issuer, known, person_id).await.ok();
    let (context, person_id) = (issuer.clone(), person_id.to_owned());
    let row = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let row = db::connections::delete(tx, &person_id, &name, &host).await?;
            if row.is_some() {
                audit::record(&context, tx, &event).await?;
            }
            Ok(row)
        })
    });
    let Some(row) = row.await? else {
        return Ok(false);
    };
    if let Some(live) = live {
        let revoked = known.protocol.revoke(&live.access_token, Revoke::Grant);
        if let Err(error) = revoked.await {
            tracing::warn!(upstream = row.upstream, %error, "nothing was revoked at the upstream");
        }
    }
    Ok(true)
}
