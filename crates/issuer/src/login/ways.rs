//! The ways in that a person has. Nobody takes away the last one of theirs.

use crate::Issuer;
use crate::db::identities::{self, Row};
use crate::db::{DbError, Tx};
use crate::db::{passkeys, people};

/// What a person can sign in with.
pub(crate) struct Ways {
    pub(crate) password: bool,
    /// Accounts at upstreams that people sign in with here.
    pub(crate) identities: Vec<Row>,
    pub(crate) passkeys: usize,
}

impl Ways {
    pub(crate) async fn load(
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: &str,
    ) -> Result<Self, DbError> {
        let mut identities = identities::list(tx, person_id).await?;
        // What is configured no more, or elsewhere, lets nobody in.
        identities.retain(|row| {
            let settings = issuer.settings.upstream(&row.upstream);
            settings.is_some_and(|known| known.signs_in && known.host() == row.host)
        });
        Ok(Self {
            password: people::find_has_password(tx, person_id).await?,
            identities,
            passkeys: passkeys::list(tx, person_id).await?.len(),
        })
    }

    /// As [`Ways::load`], for a unit that takes one away: another such unit of the same person waits.
    pub(crate) async fn hold(
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: &str,
    ) -> Result<Self, DbError> {
        people::update_held(tx, person_id).await?;
        Self::load(issuer, tx, person_id).await
    }

    /// How many are left without the accounts at an upstream.
    pub(crate) fn without(&self, upstream: &str) -> usize {
        let others = self.identities.iter();
        let others = others.filter(|row| row.upstream != upstream).count();
        others + self.passkeys + usize::from(self.password)
    }
}
