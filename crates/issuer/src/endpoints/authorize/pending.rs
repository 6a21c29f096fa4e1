//! The request that a consent page carries: sealed, bound to session and person, used once.

use oauth::time::UnixTime;

use crate::Issuer;
use crate::login::session::SignedIn;
use crate::pages::PageError;

/// What the page must bring back.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Pending {
    /// Used up by the decision.
    pub(super) id: String,
    person_id: String,
    pub(super) expires_at: UnixTime,
    /// Hash of the client as it was shown.
    pub(super) identity: String,
    /// The request itself: it is checked again when it is decided.
    pub(super) query: String,
}

impl Pending {
    pub(super) fn seal(
        issuer: &Issuer,
        signed_in: &SignedIn,
        identity: String,
        query: &str,
    ) -> Result<String, PageError> {
        let now = issuer.clock.now();
        let id = issuer.random.secret().map_err(PageError::internal)?;
        let this = Self {
            id: id.hash().as_str().to_owned(),
            person_id: signed_in.person.id.clone(),
            expires_at: now.plus(issuer.settings.lifetimes.pending),
            identity,
            query: query.to_owned(),
        };
        let plain = serde_json::to_vec(&this).map_err(PageError::internal)?;
        let sealed = issuer
            .sealer
            .seal(&issuer.random, &place(signed_in), &plain);
        sealed.map_err(PageError::internal)
    }

    pub(super) fn open(
        issuer: &Issuer,
        signed_in: &SignedIn,
        sealed: &str,
    ) -> Result<Self, PageError> {
        let stale = || {
            PageError::bad_request(
                "This page is no longer good",
                "Nothing was decided. Start again from the app.",
            )
        };
        let plain = issuer.sealer.open(&place(signed_in), sealed);
        let plain = plain.map_err(|error| stale().because(error))?;
        let this: Self =
            serde_json::from_slice(plain.expose()).map_err(|error| stale().because(error))?;
        let live = this.expires_at > issuer.clock.now();
        if this.person_id != signed_in.person.id || !live {
            return Err(stale());
        }
        Ok(this)
    }
}

fn place(signed_in: &SignedIn) -> String {
    format!("consent/{}", signed_in.session_hash)
}
