//! What follows when a person proved a new factor: it is kept, the session moves, and with the first one come
//! recovery codes.

use axum::response::Response;
use http::StatusCode;
use http::header::SET_COOKIE;

use super::recovery_codes;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::{self, DbError, Tx};
use crate::login::continuation::Continuation;
use crate::login::passkey::Used;
use crate::login::recovery;
use crate::login::session::{self, SignedIn, Visitor};
use crate::login::totp::{self, Key};
use crate::mail::alerts::Alert;
use crate::pages::PageError;
use crate::tokens::methods::Method;

/// A factor whose first use was right.
pub(super) enum NewFactor {
    Totp { key: Key, step: i64 },
    Passkey { row: db::passkeys::Row, asked: Used },
}

/// Why it was not kept.
#[derive(Debug, thiserror::Error)]
enum AddError {
    #[error("the session ended, or the page was used before")]
    Stale,
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<AddError> for PageError {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Stale => Self::bad_request("error-out-of-date").because(error),
            AddError::Database(DbError::Conflict) => {
                Self::new(StatusCode::CONFLICT, "error-passkey-taken")
            }
            AddError::Database(error) => error.into(),
        }
    }
}

impl NewFactor {
    const fn method(&self) -> Method {
        match self {
            Self::Totp { .. } => Method::Totp,
            Self::Passkey { .. } => Method::Passkey,
        }
    }

    const fn alert(&self) -> Alert<'static> {
        match self {
            Self::Totp { .. } => Alert::TotpAdded,
            Self::Passkey { .. } => Alert::PasskeyAdded,
        }
    }

    fn event(&self, source: &Source) -> Event {
        match self {
            Self::Totp { .. } => Event::new(Kind::TotpAdded, source),
            Self::Passkey { row, .. } => {
                Event::new(Kind::PasskeyAdded, source).detail(match row.synced {
                    true => "synced",
                    false => "on one device",
                })
            }
        }
    }

    async fn keep(self, issuer: &Issuer, tx: &mut Tx, person_id: &str) -> Result<(), AddError> {
        match self {
            Self::Totp { key, step } => totp::keep(issuer, tx, (person_id, &key, step)).await?,
            Self::Passkey { row, asked } => {
                if !asked.redeem(tx).await? {
                    return Err(AddError::Stale);
                }
                db::passkeys::insert(tx, row).await?;
            }
        }
        Ok(())
    }

    /// Keeps it, and sends the person on: to new recovery codes if there are none, and to where they
    /// were on the way to.
    pub(super) async fn add(
        self,
        issuer: &Issuer,
        (signed_in, visitor): (SignedIn, &Visitor),
        to: &Continuation,
    ) -> Result<Response, PageError> {
        let source = &visitor.source;
        let (method, event, alert) = (self.method(), self.event(source), self.alert());
        let person_id = signed_in.person.id.clone();
        let event = event.person(&person_id);
        let made = Event::new(Kind::RecoveryCodesMade, source).person(&person_id);
        let (context, language) = (issuer.clone(), visitor.language);
        let added = issuer.db.write::<_, AddError, _>(move |tx| {
            Box::pin(async move {
                let (issuer, person_id) = (&context, signed_in.person.id.as_str());
                self.keep(issuer, tx, person_id).await?;
                audit::record(issuer, tx, &event).await?;
                alert.tell(issuer, tx, (person_id, language)).await?;
                let moved = session::rotate(issuer, tx, &signed_in, method).await?;
                let moved = moved.ok_or(AddError::Stale)?;
                let factors = db::factors::find(tx, person_id).await?;
                if factors.recovery_codes > 0 {
                    return Ok((moved, None));
                }
                audit::record(issuer, tx, &made).await?;
                let codes = recovery::renew(issuer, tx, person_id).await?;
                Ok((moved, Some(codes)))
            })
        });
        let (moved, codes) = added.await?;
        let Some(codes) = codes else {
            let next = to.path().unwrap_or("/account/security");
            return session::enter(issuer, &moved, next);
        };
        let shown = recovery_codes::keep_shown(issuer, &person_id, &codes)?;
        let mut response = session::enter(issuer, &moved, &to.link(recovery_codes::PATH))?;
        response.headers_mut().append(SET_COOKIE, shown);
        Ok(response)
    }
}
