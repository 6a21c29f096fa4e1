//! The request that a consent page carries: sealed, bound to session and person, used once.

use oauth::scope::ScopeSet;
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
    /// What was allowed already, where only something else was waited for.
    #[serde(default)]
    granted: Option<String>,
}

impl Pending {
    pub(super) fn seal(
        issuer: &Issuer,
        signed_in: &SignedIn,
        identity: String,
        query: &str,
    ) -> Result<String, PageError> {
        Self::seal_with(issuer, signed_in, identity, (query, None))
    }

    /// As [`Pending::seal`], after the person allowed `scope`.
    pub(super) fn seal_granted(
        issuer: &Issuer,
        signed_in: &SignedIn,
        identity: String,
        (query, scope): (&str, &ScopeSet),
    ) -> Result<String, PageError> {
        Self::seal_with(
            issuer,
            signed_in,
            identity,
            (query, Some(scope.to_string())),
        )
    }

    fn seal_with(
        issuer: &Issuer,
        signed_in: &SignedIn,
        identity: String,
        (query, granted): (&str, Option<String>),
    ) -> Result<String, PageError> {
        let now = issuer.clock.now();
        let id = issuer.random.secret().map_err(PageError::internal)?;
        let this = Self {
            id: id.hash().as_str().to_owned(),
            person_id: signed_in.person.id.clone(),
            expires_at: now.plus(issuer.settings.lifetimes.pending),
            identity,
            query: query.to_owned(),
            granted,
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

    /// What was allowed. A page that still asks is no yes.
    pub(super) fn granted(&self) -> Result<ScopeSet, PageError> {
        let granted = self.granted.as_deref().ok_or_else(stale)?;
        granted.parse().map_err(|_| stale())
    }

    /// Whether the person has still to decide.
    pub(super) const fn is_open(&self) -> bool {
        self.granted.is_none()
    }
}

fn stale() -> PageError {
    PageError::bad_request("error-pending-stale")
}

fn place(signed_in: &SignedIn) -> String {
    format!("consent/{}", signed_in.session_hash)
}
