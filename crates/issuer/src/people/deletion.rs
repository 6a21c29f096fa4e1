//! Deleting an account: closed at once, deleted after some days, and until then kept if the person says so.

use oauth::secret::Secret;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::connections;
use crate::db::people::{self, Person};
use crate::db::{self, DbError};
use crate::login::email_proof::{Proved, Purpose};
use crate::login::upstream::Known;
use crate::mail::{self, Letter, Reader};
use crate::pages::{Language, say};
use crate::tokens::refresh::revoke_families_of;

/// Closes an account and ends all that it allowed. Whether this call did.
pub(crate) async fn ask(
    issuer: &Issuer,
    source: &Source,
    person: Person,
    language: Language,
) -> Result<bool, DbError> {
    let (context, source) = (issuer.clone(), source.clone());
    let closed = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let now = context.clock.now();
            let delete_at = now.plus(context.settings.lifetimes.deletion);
            if !people::update_delete_at(tx, &person.id, (now, Some(delete_at))).await? {
                return Ok(None);
            }
            db::sessions::delete_of_person(tx, &person.id).await?;
            let revoked = revoke_families_of(&context, tx, &person.id, None).await?;
            let purpose = Purpose::KeepAccount;
            let token = purpose
                .issue_link(&context, tx, Some(&person.id), &())
                .await?;
            let path = format!("/keep?token={}", token.expose());
            let url = Secret::new(context.settings.public_url.join(&path));
            let days = context.settings.lifetimes.deletion_days();
            let letter = Letter::new("mail-deletion")
                .paragraph(say("mail-deletion-text").with("days", days))
                .link("keep", url);
            let reader = Reader {
                email: person.email.clone(),
                language,
            };
            mail::queue(&context, tx, &reader, &letter).await?;
            let event = Event::new(Kind::DeletionAsked, &source).person(&person.id);
            audit::record(&context, tx, &event).await?;
            Ok(Some(revoked))
        })
    });
    let Some(revoked) = closed.await? else {
        return Ok(false);
    };
    revoked.publish(issuer);
    Ok(true)
}

/// Opens an account again that was to be deleted. Whether the link was good.
pub(crate) async fn take_back(
    issuer: &Issuer,
    source: &Source,
    token: &str,
) -> Result<bool, DbError> {
    let (context, source, token) = (issuer.clone(), source.clone(), token.to_owned());
    let kept = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let purpose = Purpose::KeepAccount;
            let proved: Option<Proved<()>> = purpose.redeem_link(&context, tx, &token).await?;
            let Some(id) = proved.and_then(|proved| proved.person_id) else {
                return Ok(false);
            };
            let now = context.clock.now();
            if !people::update_delete_at(tx, &id, (now, None)).await? {
                return Ok(false);
            }
            let event = Event::new(Kind::DeletionTakenBack, &source).person(&id);
            audit::record(&context, tx, &event).await?;
            Ok(true)
        })
    });
    kept.await
}

/// Deletes the accounts whose time has come, with everything that belongs to them but audit events, which
/// name an id that means nothing any more.
pub(crate) async fn delete_due(issuer: &Issuer) -> Result<(), DbError> {
    loop {
        let mut tx = issuer.db.read().await?;
        let due = people::find_due(&mut tx, issuer.clock.now()).await?;
        drop(tx);
        let Some(id) = due else {
            return Ok(());
        };
        for known in &issuer.upstreams {
            disconnect(issuer, known, &id).await?;
        }
        let context = issuer.clone();
        let deleted = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                if !people::delete(tx, &id, context.clock.now()).await? {
                    return Ok(());
                }
                db::belongings::delete(tx, &id).await?;
                let event = Event::new(Kind::PersonDeleted, &Source::default()).person(&id);
                audit::record(&context, tx, &event).await
            })
        });
        deleted.await?;
    }
}

/// What was allowed at an upstream is given back while there is a token to do it with.
async fn disconnect(issuer: &Issuer, known: &Known, person_id: &str) -> Result<(), DbError> {
    connections::disconnect(issuer, known, person_id, &Source::default()).await?;
    Ok(())
}
