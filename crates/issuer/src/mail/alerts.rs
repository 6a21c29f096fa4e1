//! Letters about what a person should know at once. They go to addresses that were proved only.

use oauth::secret::Secret;

use super::{Letter, Reader, queue};
use crate::Issuer;
use crate::db::people;
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
    if !issuer.has_mail() {
        return Ok(());
    }
    let contact = people::find_contact(tx, person_id).await?;
    let Some(contact) = contact.filter(|contact| contact.email_verified) else {
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
    let letter = with_way_out(issuer, letter);
    let reader = Reader {
        email: contact.email,
        language,
    };
    queue(issuer, tx, &reader, &letter).await
}

/// A refresh token was used that had been used before: two have copies of it, and both lose them.
pub(crate) async fn tell_of_replay(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    client: &str,
) -> Result<(), DbError> {
    let contact = people::find_contact(tx, person_id).await?;
    let Some(contact) = contact.filter(|contact| contact.email_verified) else {
        return Ok(());
    };
    let letter =
        Letter::new("mail-replay").paragraph(say("mail-replay-text").with("client", apart(client)));
    let letter = with_way_out(issuer, letter);
    // Nobody is at a page of ours now who would have a language.
    let reader = Reader {
        email: contact.email,
        language: Language::default(),
    };
    queue(issuer, tx, &reader, &letter).await
}

fn with_way_out(issuer: &Issuer, letter: Letter) -> Letter {
    let url = issuer.settings.public_url.join("/account/sessions");
    letter.link("mail-look-at-sessions", Secret::new(url))
}
