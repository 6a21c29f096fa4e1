//! Sealing what must be read again: AES-256-GCM under a key with an id, bound to its place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use oauth::secret::{Secret, base64url, from_base64url};

use crate::random::{Random, RandomError};

/// A sealing key as configured.
#[derive(Clone, Debug)]
pub struct SealingKey {
    /// Letters, digits, `-` and `_`, at most 32: it stands before everything the key sealed.
    pub id: String,
    pub key: Secret<[u8; 32]>,
}

/// Seals under the first key, opens under any.
pub struct Sealer(Vec<(String, LessSafeKey)>);

/// Nothing could be sealed or opened. The text is damaged, foreign, or sealed for another place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("no sealing key is configured")]
    NoKey,
    #[error("sealed under the key {0}, which is not configured")]
    UnknownKey(String),
    #[error("the sealed text was changed, or belongs elsewhere")]
    Damaged,
    #[error("the system's random generator failed")]
    Random,
}

impl From<RandomError> for SealError {
    fn from(_: RandomError) -> Self {
        Self::Random
    }
}

impl Sealer {
    #[must_use]
    pub fn new(keys: &[SealingKey]) -> Self {
        let ready = |key: &SealingKey| {
            let unbound = UnboundKey::new(&AES_256_GCM, key.key.expose()).ok()?;
            Some((key.id.clone(), LessSafeKey::new(unbound)))
        };
        Self(keys.iter().filter_map(ready).collect())
    }

    /// Seals `plain` for `place` only: table and row, or page and session.
    ///
    /// # Errors
    /// If no key is configured or the system has no randomness.
    pub fn seal(&self, random: &Random, place: &str, plain: &[u8]) -> Result<String, SealError> {
        let (id, key) = self.0.first().ok_or(SealError::NoKey)?;
        let nonce = random.bytes::<NONCE_LEN>()?;
        let mut sealed = plain.to_vec();
        let place = Aad::from(place.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place, &mut sealed)
            .map_err(|_| SealError::Damaged)?;
        Ok(format!(
            "{id}.{}",
            base64url(&[&nonce[..], &sealed].concat())
        ))
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// If the key is unknown, or the text or the place is not what it was.
    pub fn open(&self, place: &str, sealed: &str) -> Result<Secret<Vec<u8>>, SealError> {
        let (id, body) = sealed.split_once('.').ok_or(SealError::Damaged)?;
        let found = self.0.iter().find(|(known, _)| known == id);
        let (_, key) = found.ok_or_else(|| SealError::UnknownKey(id.chars().take(32).collect()))?;
        let body = from_base64url(body).ok_or(SealError::Damaged)?;
        let (nonce, rest) = body.split_first_chunk().ok_or(SealError::Damaged)?;
        let mut rest = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest);
        Ok(Secret::new(plain.map_err(|_| SealError::Damaged)?.to_vec()))
    }

    /// Whether `sealed` stands under another key than the one that seals now.
    #[must_use]
    pub fn is_stale(&self, sealed: &str) -> bool {
        let current = self.0.first().map(|(id, _)| id.as_str());
        sealed.split_once('.').map(|(id, _)| id) != current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, byte: u8) -> SealingKey {
        SealingKey {
            id: id.into(),
            key: Secret::new([byte; 32]),
        }
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let sealer = Sealer::new(&[key("a", 1)]);
        let sealed = sealer.seal(&Random::System, "keys/1", b"secret").unwrap();
        assert_eq!(sealer.open("keys/1", &sealed).unwrap().expose(), b"secret");
        assert_eq!(
            sealer.open("keys/2", &sealed).unwrap_err(),
            SealError::Damaged
        );
        assert_eq!(
            sealer.open("keys/1", &format!("{sealed}A")).unwrap_err(),
            SealError::Damaged
        );
        assert_eq!(sealer.open("keys/1", "a.").unwrap_err(), SealError::Damaged);
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let old = Sealer::new(&[key("a", 1)]);
        let both = Sealer::new(&[key("b", 2), key("a", 1)]);
        let sealed = old.seal(&Random::System, "x", b"secret").unwrap();
        assert!(both.is_stale(&sealed) && !old.is_stale(&sealed));
        assert!(both.open("x", &sealed).is_ok());
        let renewed = both.seal(&Random::System, "x", b"secret").unwrap();
        assert_eq!(
            old.open("x", &renewed).unwrap_err(),
            SealError::UnknownKey("b".into())
        );
    }
}
