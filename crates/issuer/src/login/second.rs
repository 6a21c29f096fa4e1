//! The second factor: asked for after the first when a person has one. What was proved so far travels sealed
//! in a cookie, for five minutes, and allows nothing by itself.

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::request::Parts;
use oauth::secret::Secret;
use oauth::time::UnixTime;

use super::code::Proof;
use super::continuation::{Continuation, sign_in_path};
use super::passkey::{self, Offered};
use super::session::{self, Visitor};
use super::sign_in::SignInError;
use super::verify::masked;
use super::{Problem, code, email_code};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::factors::Factors;
use crate::db::{self, DbError, Tx};
use crate::pages::{Frame, PageError, PageForm, PageQuery, Scripted, cookie, read_cookie};
use crate::tokens::methods::{Method, Methods};

const COOKIE: &str = "second";
const PLACE: &str = "second";
const SECONDS: i64 = 300;

/// What a first factor leads to.
pub(crate) enum Entry {
    /// What the cookie of the new session holds.
    In(Secret<String>),
    /// The second factor is asked for; what the browser keeps until then.
    Second(Secret<String>),
}

/// A first factor that was right.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Half {
    /// Used up by the second factor.
    pub(super) id: String,
    pub(super) person_id: String,
    pub(super) methods: String,
    expires_at: UnixTime,
    privy_token_id: Option<String>,
}

impl Entry {
    /// Lets a person in whose first factor was right, or asks for the second one. What was done is
    /// recorded: `detail` says how.
    pub(crate) async fn open(
        issuer: &Issuer,
        tx: &mut Tx,
        visitor: &Visitor,
        (person_id, first, detail): (&str, Method, &str),
    ) -> Result<Self, DbError> {
        let methods = Methods::from(first);
        let factors = db::factors::find(tx, person_id).await?;
        if factors.are_strong() && !methods.are_strong() {
            let half = Half::seal(issuer, visitor, (person_id, methods));
            return Ok(Self::Second(half.map_err(|_| DbError::Unavailable(None))?));
        }
        let session = visitor
            .start_session(issuer, tx, (person_id, methods))
            .await?;
        let event = Event::new(Kind::SignedIn, &visitor.source)
            .person(person_id)
            .detail(detail);
        audit::record(issuer, tx, &event).await?;
        Ok(Self::In(session))
    }

    /// Sends the browser on, to a path of ours: to where the person wanted, or to the page for the second factor first.
    pub(crate) fn go(self, issuer: &Issuer, target: &str) -> Result<Response, PageError> {
        match self {
            Self::In(session) => session::enter(issuer, &session, target),
            Self::Second(half) => {
                let cookie = cookie(issuer, COOKIE, half.expose(), Some(SECONDS));
                let mut response =
                    Redirect::to(&sign_in_path("/login/second", target)).into_response();
                let headers = response.headers_mut();
                headers.append(SET_COOKIE, cookie.map_err(PageError::internal)?);
                Ok(response)
            }
        }
    }
}

impl Half {
    fn seal(
        issuer: &Issuer,
        visitor: &Visitor,
        (person_id, methods): (&str, Methods),
    ) -> Result<Secret<String>, anyhow::Error> {
        let this = Self {
            id: issuer.random.secret()?.hash().as_str().to_owned(),
            person_id: person_id.to_owned(),
            methods: methods.to_string(),
            expires_at: issuer.clock.now().plus(SECONDS),
            privy_token_id: visitor.privy_token_id.clone(),
        };
        let plain = serde_json::to_vec(&this)?;
        let sealed = issuer.sealer.seal(&issuer.random, PLACE, &plain)?;
        Ok(Secret::new(sealed))
    }
}

/// Nobody has proved anything in this browser, or too long ago.
pub(crate) struct NoHalf;

impl IntoResponse for NoHalf {
    fn into_response(self) -> Response {
        Redirect::to("/login").into_response()
    }
}

impl FromRequestParts<Issuer> for Half {
    type Rejection = NoHalf;

    async fn from_request_parts(parts: &mut Parts, issuer: &Issuer) -> Result<Self, NoHalf> {
        let sealed = read_cookie(issuer, &parts.headers, COOKIE).ok_or(NoHalf)?;
        let plain = issuer.sealer.open(PLACE, &sealed).map_err(|_| NoHalf)?;
        let this: Self = serde_json::from_slice(plain.expose()).map_err(|_| NoHalf)?;
        let live = this.expires_at > issuer.clock.now();
        live.then_some(this).ok_or(NoHalf)
    }
}

#[derive(Template)]
#[template(path = "second.html")]
struct SecondPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    passkey: Option<Offered>,
    factors: Factors,
    /// Where a code can be mailed to.
    mail: Option<String>,
    problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    half: Half,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    show(&issuer, &frame, (&to, &half), None).await
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    half: Half,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    match finish(&issuer, &visitor, &half, Proof::held(form.text("code"))).await {
        Ok(session) => enter(&issuer, &session, &to),
        Err(error) => {
            let told = error.tell(Problem::new("code", "code-wrong"))?;
            let page = show(&issuer, &frame, (&to, &half), Some(told.problem)).await?;
            Ok(told.refusal.dress(page))
        }
    }
}

/// Sends the browser on with its session; what it kept until now is forgotten.
pub(super) fn enter(
    issuer: &Issuer,
    session: &Secret<String>,
    to: &Continuation,
) -> Result<Response, PageError> {
    let mut response = session::enter(issuer, session, to.target())?;
    let cookie = cookie(issuer, COOKIE, "", Some(0)).map_err(PageError::internal)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// Starts the session of a person whose second factor is right too.
pub(super) async fn finish(
    issuer: &Issuer,
    visitor: &Visitor,
    half: &Half,
    proof: Proof,
) -> Result<Secret<String>, SignInError> {
    let whose = (half.person_id.as_str(), half.id.as_str());
    let slots = code::take_slots(issuer, visitor, whose).await?;
    let (context, mut comer) = (issuer.clone(), visitor.clone());
    comer.privy_token_id.clone_from(&half.privy_token_id);
    let (person_id, id) = (half.person_id.clone(), half.id.clone());
    let methods = Methods::read(&half.methods);
    // Kept a little longer than it is good, because nodes' clocks differ.
    let kept_until = half.expires_at.plus(60);
    let finished = issuer.db.write::<_, SignInError, _>(move |tx| {
        Box::pin(async move {
            let person = db::people::find(tx, &person_id).await?;
            if person.is_none_or(|person| person.disabled) {
                return Err(SignInError::Wrong);
            }
            let Some(method) = code::redeem(&context, tx, &person_id, &proof).await? else {
                return Ok(None);
            };
            if !db::used_ids::insert(tx, &id, kept_until).await? {
                return Err(SignInError::Wrong);
            }
            for slot in slots {
                slot.give_back(tx).await?;
            }
            let methods = methods.with(method);
            let event = Event::new(Kind::SignedIn, &comer.source)
                .person(&person_id)
                .detail(methods);
            audit::record(&context, tx, &event).await?;
            let by = (person_id.as_str(), methods);
            Ok(Some(comer.start_session(&context, tx, by).await?))
        })
    });
    match finished.await {
        Ok(Some(session)) => Ok(session),
        Ok(None) | Err(SignInError::Wrong) => {
            code::record_wrong(issuer, visitor, &half.person_id);
            Err(SignInError::Wrong)
        }
        Err(error) => Err(error),
    }
}

async fn show(
    issuer: &Issuer,
    frame: &Frame,
    (to, half): (&Continuation, &Half),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let mut tx = issuer.db.read().await?;
    let factors = db::factors::find(&mut tx, &half.person_id).await?;
    drop(tx);
    let mail = email_code::second::find(issuer, half).await?;
    let passkey = match factors.passkeys {
        0 => None,
        _ => passkey::offer(issuer, Some(&half.person_id))?,
    };
    let page = frame.show(&SecondPage {
        frame,
        to,
        passkey,
        factors,
        mail: mail.map(|offer| masked(&offer.email)),
        problem,
    })?;
    let marks = (
        axum::Extension(to.form_action([])),
        axum::Extension(Scripted),
    );
    Ok((marks, page).into_response())
}
