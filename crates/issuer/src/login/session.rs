//! Browser sessions: a random id in a cookie, stored as a hash, ended by idleness, by age, and when the
//! cookie turns out to have been copied.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::binding::{self, SessionCookie};
use super::continuation::{ACCOUNT, sign_in_path};
use super::known_device::KnownDevice;
use super::level;
use super::step_up::way_back;
use crate::Issuer;
use crate::audit::Source;
use crate::db::people::{self, Person};
use crate::db::sessions::{self, NewSession, Rotation};
use crate::db::{DbError, Tx};
use crate::mail::alerts::Alert;
use crate::pages::{Choice, Language, LateCookies, Look, PageError, cookie};
use crate::tokens::methods::{Method, Methods};

pub(super) const COOKIE: &str = "session";
const USER_AGENT_CHARACTERS_MAX: usize = 200;

/// A person whose session is alive. Handlers that need one take this, and cannot be called
/// without.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) person: Person,
    pub(crate) authenticated_at: UnixTime,
    /// How, at the sign-in and since.
    pub(crate) methods: Methods,
    /// Names the session where something is bound to it.
    pub(crate) session_hash: String,
    /// The Privy token that the session began with.
    pub(crate) privy_token_id: Option<String>,
}

/// Nobody is signed in.
pub(crate) enum NotSignedIn {
    /// To this path they come back.
    SignInFirst(String),
    SessionEnded,
    /// Somebody is, but not well enough: where to go.
    TooWeak(String),
    Failed(PageError),
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        match self {
            // Where everybody goes who has no other way.
            Self::SignInFirst(path) if path == ACCOUNT => Redirect::to("/login").into_response(),
            Self::SignInFirst(path) => Redirect::to(&sign_in_path("/login", &path)).into_response(),
            Self::SessionEnded => {
                PageError::new(StatusCode::FORBIDDEN, "error-signed-out").into_response()
            }
            Self::TooWeak(page) => Redirect::to(&page).into_response(),
            Self::Failed(error) => error.into_response(),
        }
    }
}

impl FromRequestParts<Issuer> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, issuer: &Issuer) -> Result<Self, NotSignedIn> {
        match find(issuer, parts).await {
            Ok(Some(signed_in)) => signed_in.check_level(issuer, parts),
            Ok(None) if parts.method == http::Method::GET => {
                let path = parts.uri.path_and_query();
                let path = path.map(ToString::to_string).unwrap_or_default();
                Err(NotSignedIn::SignInFirst(path))
            }
            Ok(None) => Err(NotSignedIn::SessionEnded),
            Err(error) => Err(NotSignedIn::Failed(error.into())),
        }
    }
}

impl SignedIn {
    /// Refuses whoever signed in with less than the operator demands of everybody.
    pub(super) fn check_level(self, issuer: &Issuer, parts: &Parts) -> Result<Self, NotSignedIn> {
        match level::missing_at(issuer, self.methods, parts.uri.path()) {
            None => Ok(self),
            Some(acr) => {
                let back = way_back(issuer, parts);
                Err(NotSignedIn::TooWeak(level::page(acr, &back)))
            }
        }
    }
}

impl OptionalFromRequestParts<Issuer> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        issuer: &Issuer,
    ) -> Result<Option<Self>, PageError> {
        Ok(find(issuer, parts).await?)
    }
}

async fn find(issuer: &Issuer, parts: &Parts) -> Result<Option<SignedIn>, DbError> {
    let Some(presented) = SessionCookie::read(issuer, &parts.headers) else {
        return Ok(None);
    };
    let session_hash = presented.id_hash();
    let now = issuer.clock.now();
    let idle = now.minus(issuer.settings.lifetimes.session_idle);
    let mut tx = issuer.db.read().await?;
    let found = sessions::find(&mut tx, &session_hash, now, idle).await?;
    drop(tx);
    let Some(live) = found else { return Ok(None) };
    if let Err(why) = binding::check_own(&live, &presented, &user_agent(&parts.headers)) {
        let source = parts.extensions.get().cloned().unwrap_or_default();
        let about = (live.person.id.as_str(), why);
        binding::end_copied(issuer, &source, session_hash, about).await?;
        return Ok(None);
    }
    if let Some(cookies) = parts.extensions.get::<LateCookies>()
        && let Some(cookie) = binding::renew(issuer, &live, presented).await?
    {
        cookies.add(cookie);
    }
    Ok(Some(SignedIn {
        person: live.person,
        authenticated_at: UnixTime(live.authenticated_at),
        methods: Methods::read(&live.methods),
        session_hash,
        privy_token_id: live.privy_token_id,
    }))
}

/// What the browser calls itself, cut where it is stored.
fn user_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    let agent = agent.unwrap_or_default().chars();
    agent.take(USER_AGENT_CHARACTERS_MAX).collect()
}

/// Who is at the door: the browser, and the session it came with, if any.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) source: Source,
    pub(super) device: KnownDevice,
    /// Of the pages that it is shown.
    pub(crate) language: Language,
    user_agent: String,
    session_hash: Option<String>,
    cookies: LateCookies,
    /// What a session that starts now begins with.
    pub(super) privy_token_id: Option<String>,
}

impl FromRequestParts<Issuer> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        issuer: &Issuer,
    ) -> Result<Self, std::convert::Infallible> {
        Ok(Self {
            source: parts.extensions.get().cloned().unwrap_or_default(),
            device: KnownDevice::read(issuer, &parts.headers),
            language: Look::of(issuer, &parts.uri, &parts.headers).language,
            user_agent: user_agent(&parts.headers),
            cookies: parts.extensions.get().cloned().unwrap_or_default(),
            session_hash: SessionCookie::read(issuer, &parts.headers)
                .map(|presented| presented.id_hash()),
            privy_token_id: None,
        })
    }
}

/// Whose session begins, what was proved and when, and the Privy token behind it.
type Begun<'a> = (&'a str, (Methods, UnixTime), &'a Option<String>);

impl Visitor {
    /// Starts a session under a new id; the one the browser came with ends. Answers what its cookie
    /// holds.
    pub(crate) async fn start_session(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        (person_id, methods): (&str, Methods),
    ) -> Result<Secret<String>, DbError> {
        let proved = (methods, issuer.clock.now());
        self.start(issuer, tx, (person_id, proved, &self.privy_token_id))
            .await
    }

    /// As [`Visitor::start_session`], in place of one whose person proved nothing anew.
    pub(crate) async fn replace_session(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        ended: &SignedIn,
    ) -> Result<Secret<String>, DbError> {
        let proved = (ended.methods, ended.authenticated_at);
        let ended = (ended.person.id.as_str(), proved, &ended.privy_token_id);
        self.start(issuer, tx, ended).await
    }

    async fn start(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        (person_id, (methods, at), privy_token_id): Begun<'_>,
    ) -> Result<Secret<String>, DbError> {
        let fresh = SessionCookie::new(issuer)?;
        self.end_session(tx).await?;
        let now = issuer.clock.now();
        let new = NewSession {
            id_hash: fresh.id_hash(),
            person_id: person_id.to_owned(),
            authenticated_at: at,
            created_at: now,
            methods: methods.to_string(),
            expires_at: now.plus(issuer.settings.lifetimes.session_absolute),
            user_agent: self.user_agent.clone(),
            address: self.source.address_text(),
            mark_hash: fresh.mark_hash(),
            privy_token_id: privy_token_id.clone(),
        };
        if !self.device.knows(person_id) {
            let alert = Alert::NewDevice {
                user_agent: &new.user_agent,
                address: &new.address,
            };
            alert.tell(issuer, tx, (person_id, self.language)).await?;
        }
        let device = self.device.clone().with(issuer, person_id);
        if let Some(cookie) = device {
            self.cookies.add(cookie);
        }
        sessions::insert(tx, new).await?;
        self.bring_look(issuer, tx, person_id).await?;
        Ok(fresh.value())
    }

    /// What the person chose elsewhere holds in this browser too.
    async fn bring_look(
        &self,
        issuer: &Issuer,
        tx: &mut Tx,
        person_id: &str,
    ) -> Result<(), DbError> {
        let look = people::find_look(tx, person_id).await?.unwrap_or_default();
        if look != people::Look::default() {
            let (language, theme) = (look.language, look.theme);
            let choice = Choice::read(&language.unwrap_or_default(), &theme.unwrap_or_default());
            for cookie in choice.cookies(issuer) {
                self.cookies.add(cookie);
            }
        }
        Ok(())
    }

    /// Ends the session that the browser came with; whether there was one.
    pub(crate) async fn end_session(&self, tx: &mut Tx) -> Result<bool, DbError> {
        match &self.session_hash {
            Some(hash) => sessions::delete(tx, hash).await,
            None => Ok(false),
        }
    }
}

/// Moves a session to a new id after its person proved once more who they are. Answers what its cookie
/// holds; `None` if the session ended meanwhile.
pub(crate) async fn rotate(
    issuer: &Issuer,
    tx: &mut Tx,
    signed_in: &SignedIn,
    method: Method,
) -> Result<Option<Secret<String>>, DbError> {
    let (fresh, now) = (SessionCookie::new(issuer)?, issuer.clock.now());
    let is_old = now.since(signed_in.authenticated_at) > issuer.settings.lifetimes.step_up;
    let known = match is_old {
        // What was proved long ago is not as fresh as what is proved now, if that is less.
        true => signed_in.methods.up_to(Methods::from(method).acr()),
        false => signed_in.methods,
    };
    let rotation = Rotation {
        id_hash: signed_in.session_hash.clone(),
        new_id_hash: fresh.id_hash(),
        mark_hash: fresh.mark_hash(),
        methods: known.with(method).to_string(),
    };
    let rotated = sessions::rotate(tx, &rotation, now).await?;
    Ok(rotated.then(|| fresh.value()))
}

/// Sends the browser on, with the cookie of its new session.
pub(crate) fn enter(
    issuer: &Issuer,
    session: &Secret<String>,
    path: &str,
) -> Result<Response, PageError> {
    let lifetime = issuer.settings.lifetimes.session_absolute;
    let value = cookie(issuer, COOKIE, session.expose(), Some(lifetime));
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
