//! Browsers that a person has signed in with before. They are not kept out by what strangers do with the
//! person's address, and need no letter about a new device.
//!
//! The browser itself holds it: a sealed list in a cookie that outlives sessions. It opens nothing.

use axum::http::{HeaderMap, HeaderValue};
use oauth::secret::SecretHash;

use crate::Issuer;
use crate::pages::{cookie, read_cookie};

const COOKIE: &str = "device";
const PLACE: &str = "known_device";
/// As long as browsers keep a cookie at most.
const SECONDS: i64 = 400 * 86_400;
/// People who share a browser.
const PEOPLE_MAX: usize = 8;

/// Who signed in here before.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownDevice {
    /// By the hash of their ids: the newest last.
    people: Vec<String>,
    name: Option<String>,
}

impl KnownDevice {
    pub(crate) fn read(issuer: &Issuer, headers: &HeaderMap) -> Self {
        let open = |sealed: String| {
            let plain = issuer.sealer.open(PLACE, &sealed).ok()?;
            Some(Self {
                people: serde_json::from_slice(plain.expose()).ok()?,
                name: Some(short(&sealed)),
            })
        };
        let sealed = read_cookie(issuer, headers, COOKIE);
        sealed.and_then(open).unwrap_or_default()
    }

    pub(crate) fn knows(&self, person_id: &str) -> bool {
        self.people.contains(&short(person_id))
    }

    /// Tells one such browser from another.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The cookie of a browser where this person signed in too.
    pub(crate) fn with(mut self, issuer: &Issuer, person_id: &str) -> Option<HeaderValue> {
        let person = short(person_id);
        self.people.retain(|known| *known != person);
        self.people.push(person);
        let extra = self.people.len().saturating_sub(PEOPLE_MAX);
        self.people.drain(..extra);
        let plain = serde_json::to_vec(&self.people).ok()?;
        let sealed = issuer.sealer.seal(&issuer.random, PLACE, &plain).ok()?;
        cookie(issuer, COOKIE, &sealed, Some(SECONDS)).ok()
    }
}

fn short(text: &str) -> String {
    let hash = SecretHash::of(text.as_bytes());
    hash.as_str().chars().take(16).collect()
}
