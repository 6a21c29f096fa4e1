//! Letters about what a person should know at once. They go to addresses that were proved only, in the
//! language that the person chose.

use oauth::secret::Secret;

use super::{Letter, Reader, queue};
use crate::Issuer;
use crate::db::people;
use crate::db::{DbError, Tx};
use crate::login::device::Device;
use crate::pages::{Language, Say, apart, say};

/// An account that is this young was made in the browser that signs in.
const NEW_SECONDS: i64 = 60;

/// What a person should know at once.
#[derive(Clone, Debug)]
pub(crate) enum Alert<'a> {
    /// A sign-in with a browser that the person was never seen in.
    NewDevice {
        user_agent: &'a str,
        address: &'a str,
    },
    PasskeyAdded,
    TotpAdded,
    /// An account at this upstream lets the person in from now on.
    IdentityLinked(&'a str),
    /// A personal access token of this name.
    TokenMade(&'a str),
    /// Two browsers held a session's cookie, and it ended.
    SessionStolen,
    /// A refresh token was used that had been used before: two have copies of it, and both lose them.
    TokenReplayed {
        client: &'a str,
    },
}

impl Alert<'_> {
    /// The letter, and the page where the person ends what is not theirs.
    fn letter(&self, language: Language) -> (Letter, Say, &'static str) {
        let (subject, text): (&'static str, Say) = match self {
            Self::NewDevice {
                user_agent,
                address,
            } => {
                let device = Device::of(user_agent).words(language);
                let text = say("mail-new-device-text")
                    .with("device", device)
                    .with("address", apart(address));
                ("mail-new-device", text)
            }
            Self::PasskeyAdded => ("mail-passkey", say("mail-passkey-text")),
            Self::TotpAdded => ("mail-totp", say("mail-totp-text")),
            Self::IdentityLinked(upstream) => (
                "mail-identity",
                say("mail-identity-text").with("upstream", apart(upstream)),
            ),
            Self::TokenMade(name) => (
                "mail-token",
                say("mail-token-text").with("name", apart(name)),
            ),
            Self::SessionStolen => ("mail-session-stolen", say("mail-session-stolen-text")),
            Self::TokenReplayed { client } => (
                "mail-replay",
                say("mail-replay-text").with("client", apart(client)),
            ),
        };
        let (label, page) = match self {
            Self::NewDevice { .. } | Self::SessionStolen | Self::TokenReplayed { .. } => {
                ("mail-look-at-sessions", "/account/sessions")
            }
            Self::PasskeyAdded | Self::TotpAdded | Self::IdentityLinked(_) => {
                ("mail-look-at-security", "/account/security")
            }
            Self::TokenMade(_) => ("mail-look-at-tokens", "/account/tokens"),
        };
        (Letter::new(subject).paragraph(text), say(label), page)
    }

    /// Tells the person, if mail is sent and their address is proved. Who chose no language reads
    /// that of the page, `here`.
    pub(crate) async fn tell(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        (person_id, here): (&str, Language),
    ) -> Result<(), DbError> {
        if !issuer.has_mail() {
            return Ok(());
        }
        let contact = people::find_contact(tx, person_id).await?;
        let Some(contact) = contact.filter(|contact| contact.email_verified) else {
            return Ok(());
        };
        let age = issuer.clock.now().0 - contact.created_at;
        if matches!(self, Self::NewDevice { .. }) && age < NEW_SECONDS {
            return Ok(());
        }
        let chosen = contact
            .language
            .as_deref()
            .map(|tag| Language::negotiate([tag]));
        let language = chosen.unwrap_or(here);
        let (letter, label, page) = self.letter(language);
        let url = Secret::new(issuer.settings.public_url.join(page));
        let reader = Reader {
            email: contact.email,
            language,
        };
        queue(issuer, tx, &reader, &letter.link(label, url)).await
    }
}
