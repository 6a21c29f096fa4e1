//! Passkeys (WebAuthn): keys of a device that signs only for our own origin, after it made sure of its owner.
//! A browser finds them without being told whose they are.

pub(crate) mod sign_in;
mod state;

use oauth::secret::base64url;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, Uuid, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use crate::Issuer;
use crate::db::passkeys::Row;
use crate::db::people::Person;
use crate::pages::PageError;
use crate::settings::Settings;
use state::Asked;
pub(crate) use state::Used;

/// What can be wrong with what a browser sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasskeyError {
    #[error("passkeys need a public URL with a domain name")]
    NotOffered,
    #[error("the page is too old, was used before, or belongs elsewhere")]
    Stale,
    #[error("the browser's answer cannot be read")]
    Unreadable,
    #[error("nobody has this passkey")]
    Unknown,
    #[error("the passkey is another person's")]
    OtherPerson,
    #[error("its count did not go on: two may have the same key")]
    Copied { person_id: String },
    #[error("the passkey was refused: {0:?}")]
    Refused(WebauthnError),
}

impl From<PasskeyError> for PageError {
    fn from(error: PasskeyError) -> Self {
        let title = match error {
            PasskeyError::NotOffered => "error-passkey-not-offered",
            PasskeyError::Stale => "error-passkey-stale",
            PasskeyError::OtherPerson => "error-passkey-other-person",
            PasskeyError::Unreadable
            | PasskeyError::Unknown
            | PasskeyError::Copied { .. }
            | PasskeyError::Refused(_) => "error-passkey-refused",
        };
        Self::bad_request(title).because(error)
    }
}

/// The relying party that passkeys are made for: our own origin, and its host. `None` where the host is an
/// address: browsers have no passkeys for one.
pub(crate) fn relying_party(settings: &Settings) -> Option<Webauthn> {
    let origin = url::Url::parse(settings.public_url.as_str()).ok()?;
    let builder = WebauthnBuilder::new(origin.domain()?, &origin).ok()?;
    builder.rp_name(&settings.operator_name).build().ok()
}

/// What a page needs to ask the browser.
pub(crate) struct Offered {
    /// For the browser, as JSON.
    pub(crate) options: String,
    /// Comes back with its answer.
    pub(crate) state: String,
}

impl Offered {
    fn new<T: serde::Serialize>(
        issuer: &Issuer,
        options: &Value,
        asked: (Option<&str>, T),
    ) -> Result<Self, PageError> {
        Ok(Self {
            options: options.to_string(),
            state: Asked::seal(issuer, asked)?,
        })
    }
}

/// Asks for a passkey: anybody's, or this person's. `None` where passkeys are not offered.
pub(crate) fn offer(
    issuer: &Issuer,
    person_id: Option<&str>,
) -> Result<Option<Offered>, PageError> {
    let Some(party) = &issuer.passkeys else {
        return Ok(None);
    };
    let asked = party.start_discoverable_authentication();
    let (options, state) =
        asked.map_err(|error| PageError::internal(PasskeyError::Refused(error)))?;
    let options = serde_json::to_value(options).map_err(PageError::internal)?;
    Offered::new(issuer, &options, (person_id, state)).map(Some)
}

/// Asks for a new passkey of a person, on a device that has none of theirs.
pub(crate) fn offer_new(
    issuer: &Issuer,
    person: &Person,
    known: &[Row],
) -> Result<Offered, PageError> {
    let party = issuer.passkeys.as_ref().ok_or(PasskeyError::NotOffered)?;
    let id = Uuid::parse_str(&person.id).map_err(PageError::internal)?;
    let known = known.iter().filter_map(|row| {
        let passkey: Passkey = serde_json::from_str(&row.credential).ok()?;
        Some(passkey.cred_id().clone())
    });
    let known: Vec<CredentialID> = known.collect();
    let shown = person.name.as_deref().unwrap_or(&person.email);
    let asked = party.start_passkey_registration(id, &person.email, shown, Some(known));
    let (options, state) =
        asked.map_err(|error| PageError::internal(PasskeyError::Refused(error)))?;
    let mut options = serde_json::to_value(options).map_err(PageError::internal)?;
    // The library discourages what signing in without a name needs: that the device keeps the key.
    if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
        *selection = json!({
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        });
    }
    Offered::new(issuer, &options, (Some(&person.id), state))
}

/// A new passkey as it is stored, and the id of the page that asked for it, which is used up with it.
pub(crate) fn accept_new(
    issuer: &Issuer,
    person: &Person,
    (sealed, answer): (&str, &str),
) -> Result<(Row, Used), PasskeyError> {
    let party = issuer.passkeys.as_ref().ok_or(PasskeyError::NotOffered)?;
    let asked: Asked<PasskeyRegistration> = Asked::open(issuer, sealed)?;
    if asked.person_id.as_deref() != Some(&person.id) {
        return Err(PasskeyError::OtherPerson);
    }
    let answer = serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
    let passkey = party.finish_passkey_registration(&answer, &asked.state);
    let passkey = passkey.map_err(PasskeyError::Refused)?;
    let credential = serde_json::to_string(&passkey).map_err(|_| PasskeyError::Unreadable)?;
    let row = Row {
        id: base64url(passkey.cred_id()),
        person_id: person.id.clone(),
        name: String::new(),
        credential,
        sign_count: 0,
        synced: false,
        created_at: issuer.clock.now().0,
        used_at: None,
    };
    let said = webauthn_rs::prelude::Credential::from(passkey);
    let row = Row {
        sign_count: i64::from(said.counter),
        synced: said.backup_state,
        ..row
    };
    Ok((row, asked.used()))
}

/// What a browser was asked when a page asked for a passkey.
type AskedForAny = Asked<DiscoverableAuthentication>;
