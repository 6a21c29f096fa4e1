//! Letters about what a person should know at once. They go to addresses that were proved only.

use oauth::secret::Secret;

use super::{Letter, Reader, queue};
use crate::Issuer;
use crate::db::people::{self, Contact};
use crate::db::{DbError, Tx};
use crate::login::device::Device;
use crate::pages::{Language, apart, say};

/// An account that is this young was made in the browser that signs in.
const NEW_SECONDS: i64 = 60;

/// Somebody signed in with a browser that the person was never seen in.
pub(crate) async fn tell_of_new_device(
    issuer: &Issuer,
    tx: &mut Tx,
    (person_id, language): (&str, Language),
    (user_agent, address): (&str, &str),
) -> Result<(), DbError> {
    let Some(contact) = find_proved(issuer, tx, person_id).await? else {
        return Ok(());
    };
    if issuer.clock.now().0 - contact.created_at < NEW_SECONDS {
        return Ok(());
    }
    let device = Device::of(user_agent).words(language);
    let letter = Letter::new("mail-new-device").paragraph(
        say("mail-new-device-text")
            .with("device", device)
            .with("address", apart(address)),
    );
    tell(issuer, tx, (contact, language), letter).await
}

/// A refresh token was used that had been used before: two have copies of it, and both lose them.
pub(crate) async fn tell_of_replay(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    client: &str,
) -> Result<(), DbError> {
    let Some(contact) = find_proved(issuer, tx, person_id).await? else {
        return Ok(());
    };
    let letter =
        Letter::new("mail-replay").paragraph(say("mail-replay-text").with("client", apart(client)));
    // Nobody is at a page of ours now who would have a language.
    tell(issuer, tx, (contact, Language::default()), letter).await
}

/// Where the person reads mail, if that is proved and mail is sent.
async fn find_proved(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
) -> Result<Option<Contact>, DbError> {
    if !issuer.has_mail() {
        return Ok(None);
    }
    let contact = people::find_contact(tx, person_id).await?;
    Ok(contact.filter(|contact| contact.email_verified))
}

/// Sends an alert, with the way to where a person ends what is not theirs.
async fn tell(
    issuer: &Issuer,
    tx: &mut Tx,
    (contact, language): (Contact, Language),
    letter: Letter,
) -> Result<(), DbError> {
    let url = issuer.settings.public_url.join("/account/sessions");
    let letter = letter.link("mail-look-at-sessions", Secret::new(url));
    let reader = Reader {
        email: contact.email,
        language,
    };
    queue(issuer, tx, &reader, &letter).await
}
