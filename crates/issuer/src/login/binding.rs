//! How a copied session cookie shows itself (docs/decisions/0011): the cookie carries a mark beside the
//! session's id, and the mark is replaced while the session is used. Two who hold the same cookie cannot
//! both keep up.

use http::{HeaderMap, HeaderValue};
use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::device::Engine;
use super::session::COOKIE;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::sessions::{self, LiveSession, NextMark};
use crate::db::{DbError, Tx};
use crate::mail::alerts::Alert;
use crate::pages::{Language, cookie, read_cookie};

/// A mark in use is replaced this often, and the session noted as seen: more often where a session may
/// hardly be idle.
const MARK_SECONDS: i64 = 300;

/// What a browser's session cookie holds: the session's id and its mark.
pub(super) struct SessionCookie {
    id: Secret<String>,
    mark: Secret<String>,
}

impl SessionCookie {
    /// Anything malformed counts as none.
    pub(super) fn read(issuer: &Issuer, headers: &HeaderMap) -> Option<Self> {
        let value = read_cookie(issuer, headers, COOKIE)?;
        let (id, mark) = value.split_once('.')?;
        Some(Self {
            id: Secret::new(id.to_owned()),
            mark: Secret::new(mark.to_owned()),
        })
    }

    /// For a new session.
    pub(super) fn new(issuer: &Issuer) -> Result<Self, DbError> {
        let secret = || {
            let secret = issuer.random.secret();
            secret.map_err(|_| DbError::Unavailable(None))
        };
        Ok(Self {
            id: secret()?,
            mark: secret()?,
        })
    }

    pub(super) fn id_hash(&self) -> String {
        self.id.hash().as_str().to_owned()
    }

    pub(super) fn mark_hash(&self) -> String {
        self.mark.hash().as_str().to_owned()
    }

    pub(super) fn value(&self) -> Secret<String> {
        Secret::new(format!("{}.{}", self.id.expose(), self.mark.expose()))
    }
}

/// Why a cookie is taken for a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// Somebody has gone on from it: its mark was replaced, and the next one was replaced too.
    Outrun,
    /// It comes from a browser of another make.
    OtherEngine,
}

impl Copied {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Outrun => "its cookie had been replaced: two browsers hold a copy",
            Self::OtherEngine => "its cookie came from another kind of browser",
        }
    }
}

/// Whether the cookie is a copy of the session's own, as far as that can be told. The address says
/// nothing: phones change theirs all day.
pub(super) fn check_own(
    live: &LiveSession,
    presented: &SessionCookie,
    user_agent: &str,
) -> Result<(), Copied> {
    let mark = presented.mark_hash();
    // The one before stays good until its successor has been used for a while: the answer that
    // carried the successor may have been lost.
    if mark != live.mark_hash && mark != live.mark_before {
        return Err(Copied::Outrun);
    }
    if Engine::of(user_agent) != Engine::of(&live.user_agent) {
        return Err(Copied::OtherEngine);
    }
    Ok(())
}

/// Ends the session whose cookie was copied, once, and says so where the person and the operator look, and
/// by mail.
pub(super) async fn end_copied(
    issuer: &Issuer,
    source: &Source,
    id_hash: String,
    (person_id, why): (&str, Copied),
) -> Result<(), DbError> {
    let event = Event::new(Kind::SessionStolen, source)
        .person(person_id)
        .refused(why.as_str());
    let (context, person_id) = (issuer.clone(), person_id.to_owned());
    let ended = issuer.db.write::<_, DbError, _>(move |tx: &mut Tx| {
        Box::pin(async move {
            if sessions::delete(tx, &id_hash).await? {
                audit::record(&context, tx, &event).await?;
                // Which of the two is here is not known, and nor is the owner's language.
                let person = (person_id.as_str(), Language::default());
                Alert::SessionStolen.tell(&context, tx, person).await?;
            }
            Ok(())
        })
    });
    ended.await
}

/// Replaces the mark when it is time. The cookie to set, if this request was the one that did.
pub(super) async fn renew(
    issuer: &Issuer,
    live: &LiveSession,
    presented: SessionCookie,
) -> Result<Option<HeaderValue>, DbError> {
    let now = issuer.clock.now();
    let every = MARK_SECONDS.min(issuer.settings.lifetimes.session_idle / 2);
    if live.seen_at > now.minus(every).0 {
        return Ok(None);
    }
    let fresh = SessionCookie {
        mark: SessionCookie::new(issuer)?.mark,
        ..presented
    };
    let next = NextMark {
        id_hash: fresh.id_hash(),
        known: live.mark_hash.clone(),
        presented: presented.mark.hash().as_str().to_owned(),
        next: fresh.mark_hash(),
    };
    let replaced = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { sessions::update_mark(tx, &next, now).await })
    });
    if !replaced.await? {
        return Ok(None);
    }
    let lifetime = UnixTime(live.expires_at).since(now);
    let value = cookie(issuer, COOKIE, fresh.value().expose(), Some(lifetime));
    Ok(value.ok())
}
