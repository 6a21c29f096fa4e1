//! Everything that is kept of a person, as one document for them. Secrets are not in it: what was given out
//! as a token or a password is stored as a hash or sealed, and helps nobody.

use serde_json::{Value, json};

use crate::Issuer;
use crate::db::people::Person;
use crate::db::{self, DbError};

/// Audit events that a document holds at most, the newest.
const EVENTS_MAX: i64 = 50_000;

pub(crate) async fn document(issuer: &Issuer, person: &Person) -> Result<Value, DbError> {
    let id = person.id.as_str();
    let mut tx = issuer.db.read().await?;
    let consents = db::consents::list(&mut tx, id).await?.into_iter();
    let consents = consents.map(|consent| {
        json!({
            "client_id": consent.client_id,
            "resource": consent.resource,
            "scope": consent.scope,
            "given_at": consent.given_at,
        })
    });
    let connections = db::connections::list(&mut tx, id).await?.into_iter();
    let connections = connections.map(|row| {
        json!({
            "upstream": row.upstream,
            "host": row.host,
            "account_id": row.account_id,
            "login": row.login,
            "scope": row.scope,
        })
    });
    let records = db::records::list_of_person(&mut tx, id).await?.into_iter();
    let records = records.map(|kept| {
        let body = serde_json::from_str(&kept.body).unwrap_or(Value::String(kept.body));
        json!({ "app": kept.app, "body": body, "created_at": kept.created_at })
    });
    let events = db::audit_events::list_of_person(&mut tx, id, EVENTS_MAX).await?;
    let events = events.into_iter().map(|event| {
        json!({
            "at": event.at,
            "kind": event.kind,
            "outcome": event.outcome,
            "client_id": event.client_id,
            "resource": event.resource,
            "source": event.source,
            "detail": event.detail,
        })
    });
    Ok(json!({
        "issuer": issuer.settings.public_url.as_str(),
        "exported_at": issuer.clock.now().0,
        "person": {
            "sub": person.id,
            "email": person.email,
            "email_verified": person.email_verified,
            "name": person.name,
        },
        "consents": consents.collect::<Vec<_>>(),
        "connections": connections.collect::<Vec<_>>(),
        "records": records.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
    }))
}
