//! Signing in with a passkey: from the sign-in page, in place of a second factor, and to confirm who one is.

use axum::extract::State;
use axum::response::Response;
use oauth::secret::{Secret, base64url};
use webauthn_rs::prelude::{Passkey, PublicKeyCredential, WebauthnError};

use super::state::Used;
use super::{AskedForAny, PasskeyError};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::passkeys::Use;
use crate::db::{self, DbError, Tx};
use crate::login::continuation::Continuation;
use crate::login::session::{self, Visitor};
use crate::login::throttle::{self, Slot};
use crate::pages::{PageError, PageForm};
use crate::tokens::methods::Method;

#[derive(Debug, thiserror::Error)]
enum SignInError {
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<SignInError> for PageError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Passkey(error) => error.into(),
            SignInError::Database(error) => error.into(),
        }
    }
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let name = throttle::source_name("sign_in_source", &visitor.source);
    let limit = issuer.settings.limits.sign_in_failures_per_source;
    let slot = throttle::count(&issuer, &name, limit).await?;
    let answer = (form.text("state"), form.text("credential"));
    let signed_in = sign_in(&issuer, &visitor, answer, slot).await;
    let session = signed_in.inspect_err(|error| {
        let event = Event::new(Kind::SignInFailed, &visitor.source);
        let event = event.refused(format!("passkey: {error}"));
        issuer.record_soon(match error {
            SignInError::Passkey(PasskeyError::Copied { person_id }) => event.person(person_id),
            SignInError::Passkey(_) | SignInError::Database(_) => event,
        });
    })?;
    session::enter(&issuer, &session, to.target())
}

async fn sign_in(
    issuer: &Issuer,
    visitor: &Visitor,
    (sealed, answer): (&str, &str),
    slot: Slot,
) -> Result<Secret<String>, SignInError> {
    let party = issuer.passkeys.as_ref().ok_or(PasskeyError::NotOffered)?;
    let asked = AskedForAny::open(issuer, sealed)?;
    let answer: PublicKeyCredential =
        serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
    let named = party.identify_discoverable_authentication(&answer);
    let (person_id, id) = named.map_err(PasskeyError::Refused)?;
    let mut tx = issuer.db.read().await?;
    let row = db::passkeys::find(&mut tx, &base64url(id)).await?;
    drop(tx);
    let row = row.filter(|row| row.person_id == person_id.to_string());
    let row = row.ok_or(PasskeyError::Unknown)?;
    if asked
        .person_id
        .as_ref()
        .is_some_and(|asked| *asked != row.person_id)
    {
        return Err(PasskeyError::OtherPerson.into());
    }
    let used = asked.used();
    let passkey: Passkey =
        serde_json::from_str(&row.credential).map_err(|_| PasskeyError::Unreadable)?;
    let said = party.finish_discoverable_authentication_v2(&answer, asked.state, &passkey);
    let said = said.map_err(|error| {
        if matches!(error, WebauthnError::CredentialPossibleCompromise) {
            let person_id = row.person_id.clone();
            return PasskeyError::Copied { person_id };
        }
        PasskeyError::Refused(error)
    })?;
    let entering = Entering {
        issuer: issuer.clone(),
        visitor: visitor.clone(),
        person_id: row.person_id,
        used,
        slot,
    };
    let noted = Use {
        id: row.id,
        sign_count: i64::from(said.counter()),
        synced: said.backup_state(),
    };
    let entered = issuer
        .db
        .write(move |tx| Box::pin(async move { entering.enter(tx, noted).await }));
    entered.await
}

/// A person whose passkey signed what it was asked to.
struct Entering {
    issuer: Issuer,
    visitor: Visitor,
    person_id: String,
    used: Used,
    slot: Slot,
}

impl Entering {
    /// Starts their session, unless the answer or the passkey's count was used before.
    async fn enter(self, tx: &mut Tx, noted: Use) -> Result<Secret<String>, SignInError> {
        let issuer = &self.issuer;
        let person = db::people::find(tx, &self.person_id).await?;
        if person.is_none_or(|person| person.disabled) {
            return Err(PasskeyError::Unknown.into());
        }
        if !self.used.redeem(tx).await? {
            return Err(PasskeyError::Stale.into());
        }
        if !db::passkeys::update_used(tx, &noted, issuer.clock.now()).await? {
            let person_id = self.person_id;
            return Err(PasskeyError::Copied { person_id }.into());
        }
        self.slot.give_back(tx).await?;
        let by = (self.person_id.as_str(), Method::Passkey.into());
        let session = self.visitor.start_session(issuer, tx, by).await?;
        let event = Event::new(Kind::SignedIn, &self.visitor.source)
            .person(&self.person_id)
            .detail("passkey");
        audit::record(issuer, tx, &event).await?;
        Ok(session)
    }
}
