//! What a page that asks for a passkey brings back: the challenge, sealed, good for ten minutes and once.

use oauth::time::UnixTime;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::PasskeyError;
use crate::Issuer;
use crate::db::{DbError, Tx, used_ids};
use crate::pages::PageError;

const PLACE: &str = "passkey";
const SECONDS: i64 = 600;

/// A question as it stands in the page.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Asked<T> {
    id: String,
    expires_at: UnixTime,
    /// Whose passkey it must be, if that was known.
    pub(super) person_id: Option<String>,
    pub(super) state: T,
}

/// A question that was answered: its answer counts once.
pub(crate) struct Used {
    id: String,
    expires_at: UnixTime,
}

impl<T: Serialize> Asked<T> {
    pub(super) fn seal(
        issuer: &Issuer,
        (person_id, state): (Option<&str>, T),
    ) -> Result<String, PageError> {
        let id = issuer.random.secret().map_err(PageError::internal)?;
        let this = Self {
            id: id.hash().as_str().to_owned(),
            expires_at: issuer.clock.now().plus(SECONDS),
            person_id: person_id.map(str::to_owned),
            state,
        };
        let plain = serde_json::to_vec(&this).map_err(PageError::internal)?;
        let sealed = issuer.sealer.seal(&issuer.random, PLACE, &plain);
        sealed.map_err(PageError::internal)
    }
}

impl<T: DeserializeOwned> Asked<T> {
    pub(super) fn open(issuer: &Issuer, sealed: &str) -> Result<Self, PasskeyError> {
        let plain = issuer.sealer.open(PLACE, sealed);
        let plain = plain.map_err(|_| PasskeyError::Stale)?;
        let this: Self = serde_json::from_slice(plain.expose()).map_err(|_| PasskeyError::Stale)?;
        let live = this.expires_at > issuer.clock.now();
        live.then_some(this).ok_or(PasskeyError::Stale)
    }
}

impl<T> Asked<T> {
    pub(super) fn used(&self) -> Used {
        Used {
            id: self.id.clone(),
            expires_at: self.expires_at,
        }
    }
}

impl Used {
    /// Uses the question up; whether nobody did before.
    pub(crate) async fn redeem(&self, tx: &mut Tx) -> Result<bool, DbError> {
        // Kept a little longer than it is good, because nodes' clocks differ.
        used_ids::insert(tx, &self.id, self.expires_at.plus(60)).await
    }
}
