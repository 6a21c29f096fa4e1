//! How well, and how lately, a person must have signed in (RFC 9470 §3).

use crate::acr::Acr;
use crate::time::UnixTime;

/// What is demanded of the sign-in behind a token, besides scopes: for what is dangerous.
///
/// It is judged by what the token says (`acr`, `auth_time`). A token that does not say it is not enough:
/// a personal access token, or one of an issuer that leaves it out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// Any of these levels will do, the most wanted first; empty if every level does.
    pub acr_values: Vec<String>,
    /// How long ago the sign-in may be.
    pub max_age_seconds: Option<u32>,
}

impl Assurance {
    /// A sign-in of this level, or of a better one.
    #[must_use]
    pub fn level(acr: Acr) -> Self {
        let values = acr.and_better().map(|acr| acr.as_str().to_owned());
        Self {
            acr_values: values.collect(),
            max_age_seconds: None,
        }
    }

    /// A sign-in at most so long ago, of any level.
    #[must_use]
    pub fn recent(seconds: u32) -> Self {
        Self::default().within(seconds)
    }

    /// And at most so long ago.
    #[must_use]
    pub const fn within(mut self, seconds: u32) -> Self {
        self.max_age_seconds = Some(seconds);
        self
    }

    /// Whether a sign-in meets it. The time is read only where it matters.
    pub fn is_met(
        &self,
        acr: Option<&str>,
        auth_time: Option<UnixTime>,
        now: impl FnOnce() -> UnixTime,
    ) -> bool {
        let known = |acr: &str| self.acr_values.iter().any(|known| known == acr);
        let recent = |max: u32| auth_time.is_some_and(|at| now().since(at) <= i64::from(max));
        (self.acr_values.is_empty() || acr.is_some_and(known))
            && self.max_age_seconds.is_none_or(recent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_must_be_good_enough_and_recent_enough_and_say_so() {
        // RFC 9470 §3
        let level = Assurance::level(Acr::MultiFactor);
        let multi_factor = Some(Acr::MultiFactor.as_str());
        for (needed, acr, auth_time, met) in [
            (&Assurance::default(), None, None, true),
            (&level, multi_factor, None, true),
            (&level, Some("phr"), None, true),
            (&level, Some("PHR"), None, false),
            (&level, Some(""), None, false),
            (&level, None, Some(100), false),
            (
                &Assurance::level(Acr::PhishingResistant),
                multi_factor,
                None,
                false,
            ),
            (&Assurance::recent(10), None, Some(90), true),
            (&Assurance::recent(10), None, Some(89), false),
            (&Assurance::recent(10), Some("phr"), None, false),
            (&level.clone().within(10), Some("phr"), Some(89), false),
            (&level.clone().within(10), None, Some(90), false),
            (&level.clone().within(10), Some("phr"), Some(90), true),
        ] {
            let got = needed.is_met(acr, auth_time.map(UnixTime), || UnixTime(100));
            assert_eq!(got, met, "{needed:?} {acr:?} {auth_time:?}");
        }
    }
}
