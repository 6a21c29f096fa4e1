//! What a person can prove themselves with besides a password.

use super::{DbError, Tx, columns, sql};

/// How many of each there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factors {
    pub(crate) passkeys: i64,
    /// 0 or 1.
    pub(crate) totp_keys: i64,
    pub(crate) recovery_codes: i64,
}

columns!(Factors {
    passkeys,
    totp_keys,
    recovery_codes
});

impl Factors {
    /// Whether there is one that a password alone does not replace.
    pub(crate) const fn are_strong(self) -> bool {
        self.passkeys > 0 || self.totp_keys > 0
    }
}

pub(crate) async fn find(tx: &mut Tx, person_id: &str) -> Result<Factors, DbError> {
    sql!(
        tx,
        one Factors,
        "SELECT (SELECT COUNT(*) FROM passkeys WHERE person_id = $1) AS passkeys,
           (SELECT COUNT(*) FROM totp_keys WHERE person_id = $1) AS totp_keys,
           (SELECT COUNT(*) FROM recovery_codes
            WHERE person_id = $1 AND used_at IS NULL) AS recovery_codes",
        person_id
    )
}
