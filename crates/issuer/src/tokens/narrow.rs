//! Taking scopes back from a client that keeps the others: at once, also for the tokens that it has.

use oauth::client::ClientId;
use oauth::scope::ScopeSet;

use super::revocation::{self, Revoked};
use crate::Issuer;
use crate::db::{self, DbError, Tx};

/// What a client may keep at a resource.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) person_id: String,
    pub(crate) client_id: ClientId,
    pub(crate) resource: String,
    pub(crate) scope: ScopeSet,
}

/// What was taken back.
#[derive(Debug)]
pub(crate) struct Narrowed {
    pub(crate) taken: ScopeSet,
    pub(crate) revoked: Revoked,
}

/// Why nothing was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NarrowError {
    #[error("nothing was allowed there")]
    NothingAllowed,
    #[error("what was allowed has changed meanwhile")]
    Changed,
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Narrows the consent and all families that came of it; whoever has an access token from before gets
/// another one with the refresh token. Nothing is kept of an error.
pub(crate) async fn narrow(
    issuer: &Issuer,
    tx: &mut Tx,
    kept: &Kept,
) -> Result<Narrowed, NarrowError> {
    let [person_id, client_id] = [kept.person_id.as_str(), kept.client_id.as_str()];
    let consent = db::consents::find(tx, person_id, client_id, &kept.resource).await?;
    let consent = consent.ok_or(NarrowError::NothingAllowed)?;
    let allowed: ScopeSet = consent.scope.parse().unwrap_or_default();
    let taken = allowed.difference(&kept.scope);
    if taken.is_empty() {
        let revoked = Revoked::default();
        return Ok(Narrowed { taken, revoked });
    }
    // The consent first: of those who change it at the same time one goes on, and the others wait here.
    let left = allowed.intersection(&kept.scope).to_string();
    if !db::consents::update_scope(tx, &consent, &left).await? {
        return Err(NarrowError::Changed);
    }
    // Codes next: one that is being redeemed has become a family then.
    db::codes::delete_of(tx, person_id, Some(client_id)).await?;
    let mut refused = Vec::new();
    for family in db::families::list_of(tx, person_id, client_id, &kept.resource).await? {
        let had: ScopeSet = family.scope.parse().unwrap_or_default();
        if had.difference(&kept.scope).is_empty() {
            continue;
        }
        let left = had.intersection(&kept.scope).to_string();
        if !db::families::update_scope(tx, &family, &left).await? {
            return Err(NarrowError::Changed);
        }
        refused.push(revocation::edition(&family.id, family.edition));
    }
    let revoked = revocation::revoke(issuer, tx, refused).await?;
    Ok(Narrowed { taken, revoked })
}
