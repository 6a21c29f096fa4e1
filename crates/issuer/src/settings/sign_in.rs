//! What is demanded of a sign-in.

use oauth::acr::Acr;

use super::{ResourceSettings, Settings};

/// What everybody's sign-in must reach, and what counts for it.
#[derive(Clone, Debug, Default)]
pub struct SignInSettings {
    /// Demanded of everybody, for every resource and for the account's own pages.
    pub acr: Option<Acr>,
    pub email_code: EmailCode,
}

/// For whom a mailed code that follows on a password is a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmailCode {
    #[default]
    Nobody,
    /// Only for people who have neither a passkey nor an authenticator app.
    WithoutFactor,
    /// For everybody, in place of what they have.
    Everybody,
}

impl Settings {
    /// Whether browsers make passkeys for the public URL: not for one whose host is an address.
    #[must_use]
    pub fn offers_passkeys(&self) -> bool {
        crate::login::passkey::relying_party(self).is_some()
    }

    /// What a sign-in must reach before anything is given out for a resource.
    #[must_use]
    pub fn demanded_acr(&self, resource: &ResourceSettings) -> Option<Acr> {
        self.sign_in.acr.max(resource.acr)
    }
}
