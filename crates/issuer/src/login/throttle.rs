//! Limits per window of time that hold over all nodes, and say honestly when the window ends.

use std::net::IpAddr;

use oauth::secret::SecretHash;
use oauth::time::UnixTime;

use crate::Issuer;
use crate::audit::Source;
use crate::db::{self, DbError, Tx, people};
use crate::pages::PageError;
use crate::settings::Limit;

/// Not now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ThrottleError {
    #[error("over the limit for {retry_after_seconds} s")]
    Limited { retry_after_seconds: i64 },
    #[error(transparent)]
    Database(#[from] DbError),
}

impl From<ThrottleError> for PageError {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Limited {
                retry_after_seconds,
            } => Self::too_many(retry_after_seconds),
            ThrottleError::Database(error) => error.into(),
        }
    }
}

/// A slot that was counted and may be given back.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    name: String,
    window_start: UnixTime,
}

impl Slot {
    /// Takes the count back, in the unit of what succeeded.
    pub(crate) async fn give_back(&self, tx: &mut Tx) -> Result<(), DbError> {
        db::throttles::update_less(tx, &self.name, self.window_start).await
    }
}

/// Counts one more, or refuses if the limit is reached. Racing callers cannot pass it.
pub(crate) async fn count(
    issuer: &Issuer,
    name: &str,
    limit: Limit,
) -> Result<Slot, ThrottleError> {
    let slot = |window_start| Slot {
        name: name.to_owned(),
        window_start,
    };
    let Some(window) = Window::of(issuer, limit) else {
        return Ok(slot(UnixTime(0)));
    };
    let slot = slot(window.start);
    let name = slot.name.clone();
    let counted = issuer.db.write::<bool, DbError, _>(move |tx| {
        Box::pin(async move {
            db::throttles::insert(tx, &name, window.start, window.end, limit.count).await
        })
    });
    if counted.await? {
        return Ok(slot);
    }
    Err(window.limited())
}

/// Counts a letter that somebody has sent to an address, known or not, for one purpose: letters of one kind
/// do not use up those of another.
pub(crate) async fn count_letter(
    issuer: &Issuer,
    purpose: &str,
    email: &str,
) -> Result<(), ThrottleError> {
    let key = SecretHash::of(people::email_key(email).as_bytes());
    let name = format!("letter:{purpose}:{}", key.as_str());
    count(issuer, &name, issuer.settings.limits.letters_per_address).await?;
    Ok(())
}

/// The name under which a source's requests are counted: an address, or an IPv6 network, which
/// one household has 2^64 addresses of.
pub(crate) fn source_name(kind: &str, source: &Source) -> String {
    match source.address {
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{kind}:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(address) => format!("{kind}:{}", address.to_canonical()),
        None => format!("{kind}:unknown"),
    }
}

#[derive(Clone, Copy)]
struct Window {
    start: UnixTime,
    end: UnixTime,
    now: UnixTime,
}

impl Window {
    /// The window that now lies in; `None` if nothing is limited.
    fn of(issuer: &Issuer, limit: Limit) -> Option<Self> {
        let seconds = i64::from(limit.window_seconds);
        if limit.count == 0 || seconds == 0 {
            return None;
        }
        let now = issuer.clock.now();
        let start = UnixTime(now.0 - now.0.rem_euclid(seconds));
        let end = start.plus(seconds);
        Some(Self { start, end, now })
    }

    fn limited(&self) -> ThrottleError {
        ThrottleError::Limited {
            retry_after_seconds: self.end.since(self.now).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_one_source() {
        let name = |address: &str| {
            let source = Source {
                address: Some(address.parse().unwrap()),
                trace_id: String::new(),
            };
            source_name("x", &source)
        };
        assert_eq!(name("2001:db8::1"), name("2001:db8::ffff:1"));
        assert_ne!(name("2001:db8::1"), name("2001:db8:0:1::1"));
        assert_eq!(name("::ffff:10.0.0.1"), name("10.0.0.1"));
        assert_ne!(name("10.0.0.1"), name("10.0.0.2"));
    }
}
