//! What GitHub tells us by itself: that a person took back what they had allowed
//! (`github_app_authorization`). Signed, and taken once.

use aws_lc_rs::hmac;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use oauth::secret::from_hex;
use serde::Deserialize;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::identities::Account;
use crate::db::{self, DbError};
use crate::login::upstream::Known;

/// How long a delivery is remembered: GitHub delivers again for three days.
const DELIVERY_SECONDS: i64 = 4 * 86_400;

#[derive(Deserialize)]
struct Payload {
    action: String,
    sender: Sender,
}

#[derive(Deserialize)]
struct Sender {
    id: u64,
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    source: Source,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(known) = Known::connecting(&issuer, &name) else {
        return StatusCode::NOT_FOUND;
    };
    // Nothing of the body is looked at before its signature.
    if !is_signed(known, &headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(delivery), Some(event)) = (header("x-github-delivery"), header("x-github-event"))
    else {
        return StatusCode::BAD_REQUEST;
    };
    if event != "github_app_authorization" {
        return StatusCode::NO_CONTENT;
    }
    let Ok(payload) = serde_json::from_slice::<Payload>(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if payload.action != "revoked" {
        return StatusCode::NO_CONTENT;
    }
    match forget(&issuer, known, (delivery, payload.sender.id), source).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(error) => {
            tracing::error!(%error, "a webhook was not taken in");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn is_signed(known: &Known, headers: &HeaderMap, body: &[u8]) -> bool {
    let given = headers.get("x-hub-signature-256");
    let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("sha256="));
    let github = known.settings.github();
    let secret = github.and_then(|github| github.webhook_secret.as_ref());
    let (Some(secret), Some(tag)) = (secret, given.and_then(from_hex)) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    // In constant time.
    hmac::verify(&key, body, &tag).is_ok()
}

/// The tokens are dead already; apps answer "connect" from now on. What we gave out stays.
async fn forget(
    issuer: &Issuer,
    known: &Known,
    (delivery, account_id): (&str, u64),
    source: Source,
) -> Result<(), DbError> {
    let now = issuer.clock.now();
    let settings = known.settings.clone();
    let used = oauth::secret::SecretHash::of(delivery.as_bytes());
    let used = format!("webhook:{}", used.as_str());
    let context = issuer.clone();
    let forgotten = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            if !db::used_ids::insert(tx, &used, now.plus(DELIVERY_SECONDS)).await? {
                return Ok(());
            }
            let id = account_id.to_string();
            let account = Account {
                upstream: &settings.name,
                host: settings.host(),
                id: &id,
            };
            for row in db::connections::delete_of_account(tx, account).await? {
                let event = Event::new(Kind::ConnectionEnded, &source)
                    .person(&row.person_id)
                    .detail(format!("taken back at {}", row.host));
                audit::record(&context, tx, &event).await?;
            }
            Ok(())
        })
    });
    forgotten.await
}
