//! One-time codes by time (RFC 6238): the key, which code is right now, and that each counts once.

use aws_lc_rs::hmac;
use oauth::secret::{Secret, constant_time_eq};
use oauth::time::UnixTime;
use qrcodegen::{QrCode, QrCodeEcc};
use url::form_urlencoded::byte_serialize;

use super::base32;
use crate::Issuer;
use crate::db::totp_keys::{self, Row};
use crate::db::{DbError, Tx};
use crate::seal::SealError;

const STEP_SECONDS: i64 = 30;
/// RFC 4226 §4: 160 bits.
const KEY_BYTES: usize = 20;
const DIGITS: usize = 6;

/// The key that a person's app and we share.
pub(crate) struct Key(Secret<Vec<u8>>);

impl Key {
    pub(crate) fn new(issuer: &Issuer) -> Result<Self, SealError> {
        let bytes = issuer.random.bytes::<KEY_BYTES>()?;
        Ok(Self(Secret::new(bytes.to_vec())))
    }

    /// Sealed for one place only.
    pub(crate) fn seal(&self, issuer: &Issuer, place: &str) -> Result<String, SealError> {
        issuer.sealer.seal(&issuer.random, place, self.0.expose())
    }

    pub(crate) fn open(issuer: &Issuer, place: &str, sealed: &str) -> Result<Self, SealError> {
        Ok(Self(issuer.sealer.open(place, sealed)?))
    }

    /// As a person types it.
    pub(crate) fn text(&self) -> String {
        base32::encode(self.0.expose())
    }

    /// What an app reads from the QR code.
    pub(crate) fn uri(&self, operator: &str, email: &str) -> String {
        // Spaces as %20: apps take a plus sign literally.
        let plain = |text: &str| -> String {
            let text: String = byte_serialize(text.as_bytes()).collect();
            text.replace('+', "%20")
        };
        let (operator, email) = (plain(operator), plain(email));
        let secret = self.text().to_uppercase();
        format!(
            "otpauth://totp/{operator}:{email}?secret={secret}&issuer={operator}\
             &algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
        )
    }

    /// The step whose code this is, if that is now, one before or one after.
    pub(crate) fn find_step(&self, typed: &str, now: UnixTime) -> Option<i64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let current = now.0.div_euclid(STEP_SECONDS);
        // RFC 6238 §5.2: one step either way, for clocks that differ and people who type slowly.
        let near = [current, current - 1, current + 1];
        let right = |step: &i64| constant_time_eq(self.code(*step).as_bytes(), digits.as_bytes());
        near.into_iter().find(right)
    }

    /// The code of a step (RFC 4226 §5.3).
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose());
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
        let four = tag.get(offset..).and_then(|rest| rest.first_chunk());
        let number = u32::from_be_bytes(four.copied().unwrap_or_default()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// Where a person's key is sealed for.
pub(crate) fn place(person_id: &str) -> String {
    format!("totp_keys/{person_id}")
}

/// Gives a person a key whose code of `step` was right.
pub(crate) async fn keep(
    issuer: &Issuer,
    tx: &mut Tx,
    (person_id, key, step): (&str, &Key, i64),
) -> Result<(), DbError> {
    let sealed = key.seal(issuer, &place(person_id));
    let row = Row {
        person_id: person_id.to_owned(),
        sealed: sealed.map_err(|_| DbError::Unavailable(None))?,
        step,
        created_at: issuer.clock.now().0,
    };
    totp_keys::insert(tx, row).await
}

/// Uses up what somebody typed as the code of now; whether it was.
pub(super) async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    person_id: &str,
    typed: &str,
) -> Result<bool, DbError> {
    let Some(row) = totp_keys::find(tx, person_id).await? else {
        return Ok(false);
    };
    let key = match Key::open(issuer, &place(person_id), &row.sealed) {
        Ok(key) => key,
        Err(error) => {
            tracing::error!(person_id, %error, "a key of one-time codes cannot be opened");
            return Ok(false);
        }
    };
    match key.find_step(typed, issuer.clock.now()) {
        // RFC 6238 §5.2: a code that was accepted is not accepted again.
        Some(step) => totp_keys::redeem(tx, &row, step).await,
        None => Ok(false),
    }
}

/// Keys that one step of sealing anew reads.
const SEALED_ANEW_MAX: i64 = 100;

/// Seals keys under the current sealing key that stand under another one.
pub(crate) async fn seal_anew(issuer: &Issuer) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let mut tx = issuer.db.read().await?;
        let page = totp_keys::list(&mut tx, &after, SEALED_ANEW_MAX).await?;
        drop(tx);
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.person_id);
        let stale = page.into_iter();
        for row in stale.filter(|row| issuer.sealer.is_stale(&row.sealed)) {
            let place = place(&row.person_id);
            let fresh =
                Key::open(issuer, &place, &row.sealed).and_then(|key| key.seal(issuer, &place));
            match fresh {
                Ok(fresh) => {
                    let write = issuer.db.write::<_, DbError, _>(move |tx| {
                        Box::pin(async move { totp_keys::update_sealed(tx, &row, &fresh).await })
                    });
                    write.await?;
                }
                Err(error) => {
                    tracing::error!(person_id = row.person_id, %error, "a key stays as it is");
                }
            }
        }
    }
}

/// A QR code as the outline of an SVG picture, and how many modules it is wide with its border.
pub(crate) fn outline(text: &str) -> Option<(String, i32)> {
    const BORDER: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x + BORDER, y + BORDER));
        }
    }
    Some((path, size + 2 * BORDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key(Secret::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn codes_are_those_of_the_specifications() {
        // RFC 4226 §5.3, appendix D; RFC 6238 appendix B, cut to six digits
        let key = key("12345678901234567890");
        for (step, code) in [
            (0, "755224"),
            (1, "287082"),
            (9, "520489"),
            (59 / 30, "287082"),
            (1_111_111_109 / 30, "081804"),
            (1_234_567_890 / 30, "005924"),
            (20_000_000_000 / 30, "353130"),
        ] {
            assert_eq!(key.code(step), code, "{step}");
        }
    }

    #[test]
    fn a_code_is_right_for_its_step_and_the_ones_beside_it() {
        // RFC 6238 §5.2; RFC 4226 §4
        let key = key("12345678901234567890");
        assert_eq!(KEY_BYTES * 8, 160);
        for (typed, at, step) in [
            ("755224", 0, Some(0)),
            ("755 224", 59, Some(0)),
            ("755224", 60, None),
            ("520489", 9 * 30 - 30, Some(9)),
            ("520489", 9 * 30 - 31, None),
            ("75522", 0, None),
            ("7552240", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(key.find_step(typed, UnixTime(at)), step, "{typed} {at}");
        }
    }

    #[test]
    fn an_app_is_told_whose_code_it_is() {
        let uri = key("12345678901234567890").uri("Test House", "ada+x@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/Test%20House:ada%2Bx%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Test%20House\
             &algorithm=SHA1&digits=6&period=30"
        );
        let (path, width) = outline(&uri).unwrap();
        assert!(path.starts_with("M4,4h1v1h-1z") && width > 37);
        assert!(outline(&"x".repeat(5_000)).is_none());
    }
}
