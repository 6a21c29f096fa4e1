//! One try at a password: counted before it is made, so that racing guesses cannot pass the limits, and taken
//! back by success.
//!
//! A browser in which the person signed in before answers for its own failures only. Everybody else shares
//! limits per address and per source, so a stranger who guesses keeps other strangers out, not the person.

use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use super::session::Visitor;
use super::sign_in::SignInError;
use super::throttle::{self, Slot, ThrottleError};
use crate::Issuer;
use crate::audit::{Event, Kind};
use crate::db::backoffs::{self, Growth};
use crate::db::people::email_key;
use crate::db::{DbError, Tx};

/// Failures in a row are forgotten after an hour without a try.
const FORGET_SECONDS: i64 = 3_600;

/// What a try took.
pub(super) struct Attempt {
    slots: Vec<Slot>,
    backoff: String,
}

impl Attempt {
    /// Counts a try at the password of `email`. `known`: whether its person signed in here before.
    pub(super) async fn take(
        issuer: &Issuer,
        visitor: &Visitor,
        email: &str,
        known: bool,
    ) -> Result<Self, SignInError> {
        let taken = take(issuer, visitor, email, known).await;
        Ok(taken.inspect_err(|_| {
            let event = Event::new(Kind::SignInFailed, &visitor.source);
            issuer.record_soon(event.refused("too many failures"));
        })?)
    }

    /// Takes the count back, in the unit of what succeeded.
    pub(super) async fn give_back(&self, tx: &mut Tx) -> Result<(), DbError> {
        for slot in &self.slots {
            slot.give_back(tx).await?;
        }
        backoffs::delete(tx, &self.backoff).await
    }
}

async fn take(
    issuer: &Issuer,
    visitor: &Visitor,
    email: &str,
    known: bool,
) -> Result<Attempt, ThrottleError> {
    let limits = &issuer.settings.limits;
    let email = SecretHash::of(email_key(email).as_bytes());
    let email = email.as_str();
    let who = match visitor.device.name().filter(|_| known) {
        Some(device) => format!("device:{device}"),
        None => throttle::source_name("source", &visitor.source),
    };
    let backoff = format!("sign_in:{email}:{who}");
    wait(issuer, &backoff).await?;
    let mut slots = Vec::new();
    if !known {
        let source = throttle::source_name("sign_in_source", &visitor.source);
        let person = format!("sign_in_person:{email}");
        for (name, limit) in [
            (source, limits.sign_in_failures_per_source),
            (person, limits.sign_in_failures_per_person),
        ] {
            slots.push(throttle::count(issuer, &name, limit).await?);
        }
    }
    Ok(Attempt { slots, backoff })
}

/// Counts a failure in a row, or says how long to wait.
async fn wait(issuer: &Issuer, name: &str) -> Result<(), ThrottleError> {
    let (now, limits) = (issuer.clock.now(), &issuer.settings.limits);
    let growth = Growth {
        free: i64::from(limits.sign_in_free_failures),
        wait_max: limits.sign_in_wait_max,
        forget_after: FORGET_SECONDS.max(limits.sign_in_wait_max),
    };
    let name = name.to_owned();
    let counted = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            match backoffs::insert(tx, &name, now, growth).await? {
                true => Ok(None),
                false => backoffs::find(tx, &name, now).await,
            }
        })
    });
    match counted.await? {
        None => Ok(()),
        Some(UnixTime(until)) => Err(ThrottleError::Limited {
            retry_after_seconds: until - now.0,
        }),
    }
}
