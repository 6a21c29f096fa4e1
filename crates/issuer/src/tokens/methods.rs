//! How a person proved who they are, as it is stored, and as tokens say it (RFC 8176 §2).

use oauth::acr::Acr;

/// One way to prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Password,
    /// An account elsewhere. What was asked there is not known here.
    Upstream,
    /// A key of a device that made sure of its owner first.
    Passkey,
    Totp,
    RecoveryCode,
    /// A mailed code alone.
    EmailCode,
    /// A mailed code after a password, where the operator lets it be a second factor.
    EmailSecond,
}

impl Method {
    const ALL: [Self; 7] = [
        Self::Password,
        Self::Upstream,
        Self::Passkey,
        Self::Totp,
        Self::RecoveryCode,
        Self::EmailCode,
        Self::EmailSecond,
    ];

    /// The word that is stored.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Upstream => "upstream",
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::EmailCode => "email_code",
            Self::EmailSecond => "email_second",
        }
    }

    /// Whether it is more than one factor, or follows on another.
    const fn is_strong(self) -> bool {
        match self {
            Self::Password | Self::Upstream | Self::EmailCode => false,
            Self::Passkey | Self::Totp | Self::RecoveryCode | Self::EmailSecond => true,
        }
    }

    /// RFC 8176 §2; a passkey is `pop` of OpenID's EAP ACR Values: nothing attests where its key lives.
    const fn amr(self) -> Option<&'static str> {
        match self {
            Self::Password => Some("pwd"),
            Self::Upstream => None,
            Self::Passkey => Some("pop"),
            Self::Totp | Self::RecoveryCode | Self::EmailCode | Self::EmailSecond => Some("otp"),
        }
    }
}

/// All ways in which somebody proved it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Methods(u8);

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        Self(1 << method as u8)
    }
}

impl Methods {
    /// Reads what was stored. A word that is no longer known proves nothing.
    pub(crate) fn read(stored: &str) -> Self {
        let known = Method::ALL.into_iter();
        let known = known.filter(|method| stored.split(' ').any(|word| word == method.as_str()));
        known.fold(Self::default(), Self::with)
    }

    #[must_use]
    pub(crate) fn with(self, method: Method) -> Self {
        Self(self.0 | Self::from(method).0)
    }

    pub(crate) fn contains(self, method: Method) -> bool {
        self.0 & Self::from(method).0 != 0
    }

    fn iter(self) -> impl Iterator<Item = Method> {
        let all = Method::ALL.into_iter();
        all.filter(move |method| self.contains(*method))
    }

    /// Whether more than one factor was given.
    pub(crate) fn are_strong(self) -> bool {
        self.iter().any(Method::is_strong)
    }

    /// What they amount to; `None` where one factor was given.
    pub(crate) fn acr(self) -> Option<Acr> {
        if self.contains(Method::Passkey) {
            return Some(Acr::PhishingResistant);
        }
        self.are_strong().then_some(Acr::MultiFactor)
    }

    /// Those of them that amount to no more than this.
    #[must_use]
    pub(crate) fn up_to(self, acr: Option<Acr>) -> Self {
        let kept = self
            .iter()
            .filter(|method| Self::from(*method).acr() <= acr);
        kept.fold(Self::default(), Self::with)
    }

    /// The values of `amr`, each once.
    pub(crate) fn amr(self) -> Vec<&'static str> {
        let mut values: Vec<_> = self.iter().filter_map(Method::amr).collect();
        values.dedup();
        // RFC 8176 §2: `user` says that presence was tested, `mfa` that several factors were given.
        if self.contains(Method::Passkey) {
            values.push("user");
        }
        if self.are_strong() {
            values.push("mfa");
        }
        values
    }
}

impl std::fmt::Display for Methods {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<_> = self.iter().map(Method::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_read_back() {
        for method in Method::ALL {
            let one = Methods::from(method);
            assert_eq!(Methods::read(&one.to_string()), one);
            let two = one.with(Method::Password);
            assert_eq!(Methods::read(&two.to_string()), two);
        }
        for (stored, read) in [
            ("", ""),
            ("password", "password"),
            ("totp password", "password totp"),
            ("passwords passkeys", ""),
            ("PASSKEY", ""),
        ] {
            assert_eq!(Methods::read(stored).to_string(), read, "{stored:?}");
        }
    }

    #[test]
    fn tokens_say_no_more_than_was_proved() {
        // RFC 8176 §2
        for (stored, amr, acr) in [
            ("", "", None),
            ("password", "pwd", None),
            ("upstream", "", None),
            ("email_code", "otp", None),
            ("password totp", "pwd otp mfa", Some(Acr::MultiFactor)),
            (
                "password recovery_code",
                "pwd otp mfa",
                Some(Acr::MultiFactor),
            ),
            ("password email_code", "pwd otp", None),
            (
                "password email_second",
                "pwd otp mfa",
                Some(Acr::MultiFactor),
            ),
            ("upstream totp", "otp mfa", Some(Acr::MultiFactor)),
            ("passkey", "pop user mfa", Some(Acr::PhishingResistant)),
            (
                "password passkey totp",
                "pwd pop otp user mfa",
                Some(Acr::PhishingResistant),
            ),
        ] {
            let methods = Methods::read(stored);
            assert_eq!(methods.amr().join(" "), amr, "{stored}");
            assert_eq!(methods.acr(), acr, "{stored}");
        }
    }
}
