//! Which version of the REST API is asked for, host by host.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// What github.com speaks; tools read only fields that are in both.
const NEWEST: &str = "2026-03-10";
/// What every server speaks that knows versions.
const OLDEST: &str = "2022-11-28";

/// The operator's choice, and the hosts that refused theirs.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    setting: Option<String>,
    fallen_back: Mutex<HashSet<String>>,
}

impl Versions {
    pub(crate) fn new(setting: Option<String>) -> Self {
        Self {
            setting,
            fallen_back: Mutex::default(),
        }
    }

    pub(crate) fn of(&self, host: &str) -> &str {
        if self.lock().contains(host) {
            return OLDEST;
        }
        let hosted = host == "api.github.com" || host.ends_with(".ghe.com");
        let usual = if hosted { NEWEST } else { OLDEST };
        self.setting.as_deref().unwrap_or(usual)
    }

    /// Falls back for good if this answer refuses the version. Says whether to ask once more.
    pub(crate) fn refused(&self, host: &str, status: u16, message: &str) -> bool {
        let about_version = message.to_ascii_lowercase().contains("api-version");
        if status != 400 || !about_version || self.of(host) == OLDEST {
            return false;
        }
        tracing::warn!(host, "the API version is not supported: using {OLDEST}");
        self.lock().insert(host.to_owned())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.fallen_back
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "The version in the \"X-GitHub-API-Version\" header is not supported.";

    #[test]
    fn hosts_get_what_they_speak() {
        let versions = Versions::default();
        for (host, expected) in [
            ("api.github.com", NEWEST),
            ("api.acme.ghe.com", NEWEST),
            ("ghe.example", OLDEST),
            ("api.github.com.evil.example", OLDEST),
            ("evilghe.com", OLDEST),
        ] {
            assert_eq!(versions.of(host), expected, "{host}");
        }
        let set = Versions::new(Some("2030-01-01".into()));
        assert_eq!(set.of("ghe.example"), "2030-01-01");
    }

    #[test]
    fn a_refused_version_is_replaced_once_and_for_that_host_only() {
        let versions = Versions::default();
        assert!(versions.refused("api.github.com", 400, REFUSED));
        assert_eq!(versions.of("api.github.com"), OLDEST);
        assert_eq!(versions.of("api.acme.ghe.com"), NEWEST);
        assert!(!versions.refused("api.github.com", 400, REFUSED));
    }

    #[test]
    fn other_refusals_change_nothing() {
        let versions = Versions::default();
        assert!(!versions.refused("api.github.com", 400, "Problems parsing JSON"));
        assert!(!versions.refused("api.github.com", 422, REFUSED));
        assert!(!versions.refused("ghe.example", 400, REFUSED));
        assert_eq!(versions.of("api.github.com"), NEWEST);
    }
}
