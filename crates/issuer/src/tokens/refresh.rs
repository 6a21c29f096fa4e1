//! Refresh tokens: a family, a generation and a MAC; rotated in place (RFC 6749 §6, RFC 9700 §4.14.2).
//!
//! Nothing is stored per token. One that we did not make dies before the database is asked, and
//! the successor of a generation is the same on every node and after every restart.

use oauth::client::ClientId;
use oauth::secret::{base64url, from_base64url};
use uuid::Uuid;

use super::revocation::{self, Revoked};
use crate::Issuer;
use crate::db::families::{Rotation, Row};
use crate::db::{self, DbError, Tx};

const PREFIX: &str = "vrt_";
const BODY_BYTES: usize = 16 + 4;

/// What a refresh token says, once its MAC was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) family_id: String,
    pub(crate) generation: i64,
}

/// The token of a family's generation. `None` if the family's id is not one of ours.
pub(crate) fn token(issuer: &Issuer, family_id: &str, generation: i64) -> Option<String> {
    let family = Uuid::parse_str(family_id).ok()?;
    let generation = u32::try_from(generation).ok()?;
    let mut bytes = [family.as_bytes(), &generation.to_be_bytes()[..]].concat();
    let tag = issuer.keys.mac(&bytes, issuer.clock.now())?;
    bytes.extend_from_slice(tag.as_ref());
    Some(format!("{PREFIX}{}", base64url(&bytes)))
}

/// Reads a token of ours. Whether its family still lives is another question.
pub(crate) fn parse(issuer: &Issuer, token: &str) -> Option<Presented> {
    let bytes = from_base64url(token.strip_prefix(PREFIX)?)?;
    let (body, tag) = bytes.split_at_checked(BODY_BYTES)?;
    if !issuer.keys.verifies_mac(body, tag) {
        return None;
    }
    let (family, generation) = body.split_first_chunk::<16>()?;
    Some(Presented {
        family_id: Uuid::from_bytes(*family).to_string(),
        generation: u32::from_be_bytes(generation.try_into().ok()?).into(),
    })
}

/// What became of an attempt to refresh. The family holds the successor's generation.
pub(crate) enum Rotated {
    Once(Row),
    /// The same successor again: its predecessor was sent twice within the grace time.
    Same(Row),
    No(NoRefresh),
    /// An old token was used again: the family has ended.
    Replayed(Row, Revoked),
}

/// Why a refresh token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoRefresh {
    #[error("the refresh token is not one of ours")]
    Foreign,
    #[error("the family has ended")]
    Ended,
    #[error("the refresh token was issued to another client")]
    OtherClient,
    #[error("the family has expired")]
    Expired,
}

/// Moves a family on, once per generation.
pub(crate) async fn rotate(
    issuer: &Issuer,
    tx: &mut Tx,
    presented: &Presented,
    client_id: &ClientId,
) -> Result<Rotated, DbError> {
    let (now, lifetimes) = (issuer.clock.now(), &issuer.settings.lifetimes);
    let rotation = Rotation {
        id: presented.family_id.clone(),
        client_id: client_id.as_str().to_owned(),
        generation: presented.generation,
        idle_since: now.minus(lifetimes.refresh_idle),
    };
    if let Some(row) = db::families::rotate(tx, &rotation, now).await? {
        return Ok(Rotated::Once(row));
    }
    let Some(row) = db::families::find(tx, &rotation.id).await? else {
        return Ok(Rotated::No(NoRefresh::Ended));
    };
    if row.client_id != rotation.client_id {
        return Ok(Rotated::No(NoRefresh::OtherClient));
    }
    let expired = row.expires_at <= now.0 || row.rotated_at <= rotation.idle_since.0;
    let behind = row.generation - rotation.generation;
    if expired || behind < 1 {
        return Ok(Rotated::No(NoRefresh::Expired));
    }
    if usable_until(issuer, &row, rotation.generation).is_some() {
        return Ok(Rotated::Same(row));
    }
    // RFC 9700 §4.14.2: an old token in use again means that somebody has copied it.
    let revoked = end(issuer, tx, &row.id).await?;
    Ok(Rotated::Replayed(row, revoked))
}

/// Until when a generation's token gets tokens; `None` if it does not now.
pub(crate) fn usable_until(issuer: &Issuer, family: &Row, generation: i64) -> Option<i64> {
    let lifetimes = &issuer.settings.lifetimes;
    let end = family
        .expires_at
        .min(family.rotated_at + lifetimes.refresh_idle);
    let until = match family.generation - generation {
        0 => end,
        1 => end.min(family.rotated_at + lifetimes.refresh_grace),
        _ => return None,
    };
    (until > issuer.clock.now().0).then_some(until)
}

/// Ends a family: its refresh token is void, and its access tokens are refused.
pub(crate) async fn end(issuer: &Issuer, tx: &mut Tx, family_id: &str) -> Result<Revoked, DbError> {
    db::families::delete(tx, family_id).await?;
    revocation::revoke(issuer, tx, vec![family_id.to_owned()]).await
}

/// Ends what a person allowed, to one client or (`None`) to all; codes that wait are void too.
pub(crate) async fn revoke_families_of(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    client_id: Option<&ClientId>,
) -> Result<Revoked, DbError> {
    let client_id = client_id.map(ClientId::as_str);
    db::codes::delete_of(tx, person_id, client_id).await?;
    let ids = db::families::delete_of(tx, person_id, client_id).await?;
    revocation::revoke(issuer, tx, ids).await
}

/// Ends all that was allowed to a client.
pub(crate) async fn revoke_families_of_client(
    issuer: &Issuer,
    tx: &mut Tx,
    client_id: &ClientId,
) -> Result<Revoked, DbError> {
    // Codes first: one that is being redeemed has become a family then.
    db::codes::delete_of_client(tx, client_id.as_str()).await?;
    let ids = db::families::delete_of_client(tx, client_id.as_str()).await?;
    revocation::revoke(issuer, tx, ids).await
}
