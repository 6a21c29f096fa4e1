//! Codes that a person types to prove who they are, and how often somebody may guess.

use oauth::secret::Secret;

use super::email_code;
use super::recovery;
use super::session::Visitor;
use super::throttle::{self, Slot, ThrottleError};
use super::totp;
use crate::Issuer;
use crate::audit::{Event, Kind};
use crate::db::{DbError, Tx};
use crate::tokens::methods::Method;

/// What somebody typed.
pub(super) enum Proof {
    /// A code that the person has: of an app, or a recovery code.
    Held(Secret<String>),
    Mailed(email_code::Typed),
}

impl Proof {
    pub(super) fn held(typed: &str) -> Self {
        Self::Held(Secret::new(typed.to_owned()))
    }
}

/// Uses up what somebody typed, if it is one of the person's codes. The unit must be kept if it is not,
/// because that is counted.
pub(super) async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    proof: &Proof,
) -> Result<Option<Method>, DbError> {
    let typed = match proof {
        Proof::Held(typed) => typed.expose(),
        Proof::Mailed(typed) => return email_code::redeem(issuer, tx, typed).await,
    };
    if totp::redeem(issuer, tx, person_id, typed).await? {
        return Ok(Some(Method::Totp));
    }
    let recovery = recovery::redeem(issuer, tx, person_id, typed).await?;
    Ok(recovery.then_some(Method::RecoveryCode))
}

/// Counts an attempt before it is made, so that racing guesses cannot pass the limits. Nobody gets here
/// without a session or the first factor, so that a stranger cannot use up what a person may fail.
pub(super) async fn take_slots(
    issuer: &Issuer,
    visitor: &Visitor,
    (person_id, sign_in): (&str, &str),
) -> Result<[Slot; 3], ThrottleError> {
    let limits = &issuer.settings.limits;
    let names = [
        (
            throttle::source_name("code_source", &visitor.source),
            limits.second_factor_failures_per_source,
        ),
        (
            format!("code_sign_in:{sign_in}"),
            limits.second_factor_failures_per_sign_in,
        ),
        (
            format!("code_person:{person_id}"),
            limits.second_factor_failures_per_person,
        ),
    ];
    let [source, sign_in, person] = names;
    let count = async |(name, limit): (String, _)| throttle::count(issuer, &name, limit).await;
    let slots = async {
        Ok([
            count(source).await?,
            count(sign_in).await?,
            count(person).await?,
        ])
    };
    let slots: Result<_, ThrottleError> = slots.await;
    slots.inspect_err(|_| {
        let event = Event::new(Kind::SignInFailed, &visitor.source).person(person_id);
        issuer.record_soon(event.refused("too many wrong codes"));
    })
}

pub(super) fn record_wrong(issuer: &Issuer, visitor: &Visitor, person_id: &str) {
    let event = Event::new(Kind::SignInFailed, &visitor.source).person(person_id);
    issuer.record_soon(event.refused("wrong code"));
}
