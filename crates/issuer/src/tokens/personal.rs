//! Personal access tokens: what a person makes for a program of their own, for one resource and for a time.
//!
//! They are looked up at each use, so that one that was revoked is refused at once on every node.

use oauth::scope::ScopeSet;
use oauth::secret::{Secret, SecretHash, hex};
use oauth::time::UnixTime;

use crate::Issuer;
use crate::db::{self, DbError};
use crate::random::RandomError;

/// By this, and by the sum at its end, programs that look for leaked secrets know one:
/// `vpat_` and 56 hexadecimal digits, of which the last eight are the CRC-32 of the 48 before.
pub const PREFIX: &str = "vpat_";
const SECRET_BYTES: usize = 24;
const SUM_DIGITS: usize = 8;
const CLIENT_ID: &str = "personal_token_";

/// A token that was verified.
#[derive(Clone, Debug)]
pub struct PersonalToken {
    pub id: String,
    pub person_id: String,
    pub resource: String,
    pub scope: ScopeSet,
    pub created_at: UnixTime,
    pub expires_at: UnixTime,
}

impl PersonalToken {
    /// What stands where a client's id would.
    #[must_use]
    pub fn client_id(&self) -> String {
        client_id(&self.id)
    }
}

/// What stands where a client's id would, by the token's id.
pub(crate) fn client_id(id: &str) -> String {
    format!("{CLIENT_ID}{id}")
}

/// Whether it is no client's id, but what stands in its place.
pub(crate) fn is_client_id(text: &str) -> bool {
    text.starts_with(CLIENT_ID)
}

pub(crate) fn make(issuer: &Issuer) -> Result<Secret<String>, RandomError> {
    let digits = hex(&issuer.random.bytes::<SECRET_BYTES>()?);
    let sum = checksum(&digits);
    Ok(Secret::new(format!("{PREFIX}{digits}{sum:08x}")))
}

/// Whether a text has the form of one, with the sum that it must have.
fn is_well_formed(token: &str) -> bool {
    let Some(rest) = token.strip_prefix(PREFIX) else {
        return false;
    };
    let Some((digits, sum)) = rest.split_at_checked(2 * SECRET_BYTES) else {
        return false;
    };
    sum.len() == SUM_DIGITS && format!("{:08x}", checksum(digits)) == sum
}

/// CRC-32 as in gzip and PNG, a bit at a time: a token is short, and this is no proof of anything.
fn checksum(text: &str) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    let all = text.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc))
    });
    !all
}

impl Issuer {
    /// The token, if it is one of ours, lives, and its person may sign in.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn personal_token(&self, token: &str) -> Result<Option<PersonalToken>, DbError> {
        if !is_well_formed(token) {
            return Ok(None);
        }
        let hash = SecretHash::of(token.as_bytes());
        let mut tx = self.db.read().await?;
        let found = db::personal_tokens::find(&mut tx, hash.as_str(), self.clock.now()).await?;
        Ok(found.map(|row| PersonalToken {
            id: row.id,
            person_id: row.person_id,
            resource: row.resource,
            scope: row.scope.parse().unwrap_or_default(),
            created_at: UnixTime(row.created_at),
            expires_at: UnixTime(row.expires_at),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_one_that_scanners_compute() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(checksum("123456789"), 0xcbf4_3926);
        let good = format!(
            "{PREFIX}{}{:08x}",
            "ab".repeat(24),
            checksum(&"ab".repeat(24))
        );
        assert!(is_well_formed(&good));
        for bad in [
            good.replace("ab", "ac"),
            good.replace(PREFIX, "vrt_"),
            good.replace(PREFIX, ""),
            format!("{good}0"),
            good[..good.len() - 1].to_owned(),
            PREFIX.to_owned(),
            format!("{PREFIX}{}", "é".repeat(28)),
        ] {
            assert!(!is_well_formed(&bad), "{bad}");
        }
    }
}
