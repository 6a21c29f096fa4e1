//! Renewing the tokens of a connection: once, whoever asks, on whichever node. A refresh token works once, so
//! two that use it at the same time would leave nobody with a token.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::vault::{self, Superseded};
use super::{ConnectionError, find_row};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::connections::Row;
use crate::db::{self, DbError};
use crate::login::upstream::{Granted, Known, UpstreamError};

/// How long one may take: the upstream's own time-out, and a database that is slow to keep the answer.
const LEASE_SECONDS: i64 = 60;
/// Tries to keep an answer: the old refresh token is used up, so it must not be lost.
const KEEP_TRIES: u32 = 8;
const KEEP_AGAIN: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Twice the lease, in looks.
const LOOKS_MAX: u32 = 600;

/// Renewals under way in this process, by connection and version.
pub(crate) type Flights = moka::future::Cache<(String, i64), Row>;

pub(crate) fn flights() -> Flights {
    // What has landed is in the database; here it only serves those who asked at the same time.
    moka::future::Cache::builder()
        .max_capacity(10_000)
        .time_to_live(Duration::from_secs(2))
        .build()
}

/// The connection with newer tokens than those of `row`.
pub(super) async fn renew(
    issuer: &Issuer,
    known: &Known,
    row: Row,
) -> Result<Row, ConnectionError> {
    let key = (row.id.clone(), row.version);
    let (context, known) = (issuer.clone(), known.clone());
    let flight = async move {
        // It goes on when who asked goes away: the old refresh token may be used up by then.
        #[expect(clippy::disallowed_methods, reason = "it ends within the lease")]
        let flight = tokio::spawn(async move { wait_or_renew(&context, &known, row).await });
        flight.await.unwrap_or(Err(ConnectionError::Away))
    };
    let landed = issuer.flights.try_get_with(key, flight).await;
    landed.map_err(|error: Arc<ConnectionError>| (*error).clone())
}

async fn wait_or_renew(issuer: &Issuer, known: &Known, row: Row) -> Result<Row, ConnectionError> {
    for _ in 0..LOOKS_MAX {
        if lease(issuer, &row).await? {
            return renew_now(issuer, known, row).await;
        }
        // Another node is at it, or has been.
        let found = find_row(issuer, &row.person_id, known).await?;
        let found = found.ok_or(ConnectionError::Needed { again: true })?;
        if found.version != row.version {
            return match found.sealed {
                Some(_) => Ok(found),
                None => Err(ConnectionError::Needed { again: true }),
            };
        }
        sleep(LOOK_AGAIN).await;
    }
    Err(ConnectionError::Away)
}

async fn lease(issuer: &Issuer, row: &Row) -> Result<bool, DbError> {
    let now = issuer.clock.now();
    let row = row.clone();
    let taken = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            db::connections::update_lease(tx, &row, now, now.plus(LEASE_SECONDS)).await
        })
    });
    taken.await
}

async fn renew_now(issuer: &Issuer, known: &Known, row: Row) -> Result<Row, ConnectionError> {
    let refresh_token = match vault::open(issuer, &row) {
        Ok(tokens) => tokens.refresh_token,
        Err(error) => {
            release(issuer, row).await?;
            return Err(error);
        }
    };
    let renewed = match &refresh_token {
        Some(token) => known.protocol.refresh(token).await,
        None => Err(UpstreamError::RefreshDead),
    };
    let outcome = match &renewed {
        Ok(_) => "renewed",
        Err(UpstreamError::RefreshDead) => "dead",
        Err(_) => "failed",
    };
    let labels = [
        ("upstream", row.upstream.clone()),
        ("outcome", outcome.to_owned()),
    ];
    metrics::counter!("vestibule_upstream_refreshes_total", &labels).increment(1);
    match renewed {
        Ok(mut granted) => {
            // RFC 6749 §6: without a new one the old one stays.
            granted.refresh_token = granted.refresh_token.or(refresh_token);
            keep(issuer, known, row, granted).await
        }
        Err(UpstreamError::RefreshDead) => {
            end(issuer, row, "its tokens are dead").await?;
            Err(ConnectionError::Needed { again: true })
        }
        Err(error) => {
            tracing::warn!(upstream = row.upstream, %error, "tokens were not renewed");
            release(issuer, row).await?;
            Err(ConnectionError::Away)
        }
    }
}

/// Lets the next one try at once.
async fn release(issuer: &Issuer, row: Row) -> Result<(), DbError> {
    let released = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { db::connections::update_released(tx, &row).await })
    });
    released.await
}

async fn keep(
    issuer: &Issuer,
    known: &Known,
    mut row: Row,
    granted: Granted,
) -> Result<Row, ConnectionError> {
    let sealed = vault::seal(issuer, &row, &granted)?;
    let now = issuer.clock.now();
    let expires_at = granted.expires_in.map(|seconds| now.plus(seconds).0);
    let mut tries = 0;
    let kept = loop {
        match keep_once(issuer, &row, (&sealed, expires_at)).await {
            Ok(kept) => break kept,
            Err(error) if tries < KEEP_TRIES => {
                tracing::warn!(%error, "renewed tokens are not kept yet");
                tries += 1;
                sleep(KEEP_AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    if !kept {
        // The person connected anew or disconnected meanwhile: what they did counts.
        Superseded::new(known, granted.access_token).revoke().await;
        let found = find_row(issuer, &row.person_id, known).await?;
        let found = found.filter(|row| row.sealed.is_some());
        return found.ok_or(ConnectionError::Needed { again: true });
    }
    (row.sealed, row.expires_at, row.version) = (Some(sealed), expires_at, row.version + 1);
    Ok(row)
}

async fn keep_once(
    issuer: &Issuer,
    row: &Row,
    (sealed, expires_at): (&str, Option<i64>),
) -> Result<bool, DbError> {
    let (context, old, sealed) = (issuer.clone(), row.clone(), sealed.to_owned());
    let kept = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            if !db::connections::update_renewed(tx, &old, &sealed, expires_at).await? {
                return Ok(false);
            }
            let event = event(Kind::ConnectionRenewed, &old);
            audit::record(&context, tx, &event).await?;
            Ok(true)
        })
    });
    kept.await
}

/// Marks a connection as one that must be made again.
pub(super) async fn end(issuer: &Issuer, row: Row, why: &'static str) -> Result<(), DbError> {
    let context = issuer.clone();
    let ended = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            if db::connections::update_dead(tx, &row).await? {
                let event = event(Kind::ConnectionEnded, &row).refused(why);
                audit::record(&context, tx, &event).await?;
            }
            Ok(())
        })
    });
    ended.await
}

fn event(kind: Kind, row: &Row) -> Event {
    let detail = format!("{} at {}", row.upstream, row.host);
    Event::new(kind, &Source::default())
        .person(&row.person_id)
        .detail(detail)
}
