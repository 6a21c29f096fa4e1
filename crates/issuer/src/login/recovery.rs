//! Recovery codes: ten at a time, each good once, for whoever lost what they prove themselves with.

use oauth::secret::{Secret, SecretHash};

use super::base32;
use crate::Issuer;
use crate::db::{DbError, Tx, recovery_codes};

const CODES: usize = 10;
/// 80 bits, so that the hashes of all of them can be known without harm.
const CODE_BYTES: usize = 10;
const GROUP: usize = 4;

/// Replaces a person's codes by new ones. What is returned is shown, and nowhere kept.
pub(crate) async fn renew(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
) -> Result<Secret<Vec<String>>, DbError> {
    recovery_codes::delete_of_person(tx, person_id).await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let bytes = issuer.random.bytes::<CODE_BYTES>();
        let code = base32::encode(&bytes.map_err(|_| DbError::Unavailable(None))?);
        let hash = hash(person_id, &code);
        recovery_codes::insert(tx, person_id, &hash, issuer.clock.now()).await?;
        codes.push(grouped(&code));
    }
    Ok(Secret::new(codes))
}

/// Uses up what somebody typed as a person's code; whether it was one.
pub(crate) async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    typed: &str,
) -> Result<bool, DbError> {
    let hash = hash(person_id, &plain(typed));
    recovery_codes::redeem(tx, person_id, &hash, issuer.clock.now()).await
}

/// As it is read and typed.
fn grouped(code: &str) -> String {
    let letters: Vec<_> = code.chars().collect();
    let groups = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// Without what only makes it easier to read.
fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn hash(person_id: &str, code: &str) -> String {
    let text = format!("{person_id}/{code}");
    SecretHash::of(text.as_bytes()).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        assert_eq!(grouped("abcd2345efgh67ij"), "abcd-2345-efgh-67ij");
        for typed in [
            "abcd-2345-efgh-67ij",
            " ABCD 2345 efgh 67ij\n",
            "abcd2345efgh67ij",
        ] {
            assert_eq!(plain(typed), "abcd2345efgh67ij");
        }
        assert_ne!(plain("abcd-2345-efgh-67i1"), "abcd2345efgh67ij");
        assert_ne!(hash("ada", "abcd"), hash("bob", "abcd"));
    }
}
