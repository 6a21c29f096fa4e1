//! Browser sessions: a random id in a cookie, stored as a hash, ended by idleness and by age.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use oauth::secret::{Secret, SecretHash};
use oauth::time::UnixTime;

use crate::Issuer;
use crate::audit::Source;
use crate::db::people::Person;
use crate::db::sessions::{self, NewSession};
use crate::db::{DbError, Tx};
use crate::pages::{PageError, cookie, read_cookie};

const COOKIE: &str = "session";
/// How often a session in use is noted as such.
const SEEN_EVERY_SECONDS: i64 = 300;
const USER_AGENT_CHARACTERS_MAX: usize = 200;

/// A person whose session is alive. Handlers that need one take this, and cannot be called
/// without.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) person: Person,
    pub(crate) authenticated_at: UnixTime,
    /// Names the session where something is bound to it.
    pub(crate) session_hash: String,
}

/// Nobody is signed in.
pub(crate) enum NotSignedIn {
    SignInFirst,
    SessionEnded,
    Failed(PageError),
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            Self::SignInFirst => Redirect::to("/login").into_response(),
            Self::SessionEnded => {
                PageError::new(StatusCode::FORBIDDEN, "error-signed-out").into_response()
            }
            Self::Failed(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<Issuer> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, issuer: &Issuer) -> Result<Self, NotSignedIn> {
        match find(issuer, &parts.headers).await {
            Ok(Some(signed_in)) => Ok(signed_in),
            Ok(None) if parts.method == Method::GET => Err(NotSignedIn::SignInFirst),
            Ok(None) => Err(NotSignedIn::SessionEnded),
            Err(error) => Err(NotSignedIn::Failed(error.into())),
        }
    }
}

impl OptionalFromRequestParts<Issuer> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        issuer: &Issuer,
    ) -> Result<Option<Self>, PageError> {
        Ok(find(issuer, &parts.headers).await?)
    }
}

async fn find(issuer: &Issuer, headers: &HeaderMap) -> Result<Option<SignedIn>, DbError> {
    let Some(session_hash) = session_hash(issuer, headers) else {
        return Ok(None);
    };
    let now = issuer.clock.now();
    let idle = now.minus(issuer.settings.lifetimes.session_idle);
    let mut tx = issuer.db.read().await?;
    let found = sessions::find(&mut tx, &session_hash, now, idle).await?;
    drop(tx);
    let Some(live) = found else { return Ok(None) };
    let before = now.minus(SEEN_EVERY_SECONDS);
    if live.seen_at <= before.0 {
        let hash = session_hash.clone();
        let note = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move { sessions::update_seen(tx, &hash, now, before).await })
        });
        note.await?;
    }
    Ok(Some(SignedIn {
        person: live.person,
        authenticated_at: UnixTime(live.authenticated_at),
        session_hash,
    }))
}

fn session_hash(issuer: &Issuer, headers: &HeaderMap) -> Option<String> {
    let id = Secret::new(read_cookie(issuer, headers, COOKIE)?);
    Some(id.hash().as_str().to_owned())
}

/// Who is at the door: the browser, and the session it came with, if any.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) source: Source,
    user_agent: String,
    session_hash: Option<String>,
}

impl FromRequestParts<Issuer> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        issuer: &Issuer,
    ) -> Result<Self, std::convert::Infallible> {
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Self {
            source: parts.extensions.get().cloned().unwrap_or_default(),
            user_agent: agent
                .unwrap_or_default()
                .chars()
                .take(USER_AGENT_CHARACTERS_MAX)
                .collect(),
            session_hash: session_hash(issuer, &parts.headers),
        })
    }
}

impl Visitor {
    /// Starts a session under a new id; the one the browser came with ends.
    pub(crate) async fn start_session(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: &str,
    ) -> Result<Secret<String>, DbError> {
        let id = issuer.random.secret();
        let id = id.map_err(|_| DbError::Unavailable(None))?;
        self.end_session(tx).await?;
        let now = issuer.clock.now();
        let new = NewSession {
            id_hash: SecretHash::of(id.expose().as_bytes()).as_str().to_owned(),
            person_id: person_id.to_owned(),
            authenticated_at: now,
            expires_at: now.plus(issuer.settings.lifetimes.session_absolute),
            user_agent: self.user_agent.clone(),
            address: self.source.address_text(),
        };
        sessions::insert(tx, new).await?;
        Ok(id)
    }

    /// Ends the session that the browser came with; whether there was one.
    pub(crate) async fn end_session(&self, tx: &mut Tx) -> Result<bool, DbError> {
        match &self.session_hash {
            Some(hash) => sessions::delete(tx, hash).await,
            None => Ok(false),
        }
    }
}

/// Sends the browser on, with the cookie of its new session.
pub(crate) fn enter(
    issuer: &Issuer,
    id: &Secret<String>,
    path: &str,
) -> Result<Response, PageError> {
    let lifetime = issuer.settings.lifetimes.session_absolute;
    let value = cookie(issuer, COOKIE, id.expose(), Some(lifetime));
    Ok(leave(value.map_err(PageError::internal)?, path))
}

/// Sends the browser on without a session.
pub(crate) fn clear(issuer: &Issuer, path: &str) -> Result<Response, PageError> {
    let value = cookie(issuer, COOKIE, "", Some(0));
    Ok(leave(value.map_err(PageError::internal)?, path))
}

fn leave(cookie: HeaderValue, path: &str) -> Response {
    // 303: the browser follows with GET, whatever it sent before.
    let mut response = Redirect::to(path).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
