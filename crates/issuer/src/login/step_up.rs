//! Step-up: what is dangerous needs a sign-in that is recent. The page that asks for it once more, and the
//! way back.

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use http::{Method as HttpMethod, StatusCode};
use oauth::acr::Acr;
use oauth::secret::Secret;

use super::code::Proof;
use super::continuation::{Continuation, sign_in_path};
use super::email_code::Offer;
use super::passkey::{self, Offered};
use super::session::{self, NotSignedIn, SignedIn, Visitor};
use super::sign_in::{SignInError, check_password};
use super::upstream::Known;
use super::verify::masked;
use super::{Problem, code, level};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::factors::Factors;
use crate::db::{self, DbError, Tx};
use crate::pages::{Frame, PageError, PageForm, PageQuery, Scripted, referrer};
use crate::settings::UpstreamSettings;
use crate::tokens::methods::{Method, Methods};

/// The page that asks once more.
const PAGE: &str = "/account/confirm";

/// What the pages below a path are for, by the name of its text.
const PURPOSES: [(&str, &str); 6] = [
    ("/account/tokens", "confirm-for-tokens"),
    ("/account/security", "confirm-for-security"),
    ("/account/email", "confirm-for-email"),
    ("/account/password", "confirm-for-password"),
    ("/account/profile", "confirm-for-export"),
    ("/account/delete", "confirm-for-deletion"),
];

/// A person who proved within the last minutes (`lifetimes.step_up`) who they are, with the strongest that
/// they have.
///
/// A handler that changes how somebody signs in, that gives out or deletes what is theirs, or that is
/// dangerous otherwise, takes this in place of [`SignedIn`], for GET and for POST, before the form:
///
/// ```text
/// async fn post(State(issuer): State<Issuer>, Recent(signed_in): Recent, form: PageForm)
/// ```
///
/// Without a recent sign-in the handler is not called. The browser is led to the page that asks for it,
/// and comes back by GET: to the page itself, or after a POST to the page of `/account…` that the form was
/// on. Nothing of the form is kept: the person sends it again. Name what your pages are for in `PURPOSES`.
#[derive(Clone, Debug)]
pub(crate) struct Recent(pub(crate) SignedIn);

impl FromRequestParts<Issuer> for Recent {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, issuer: &Issuer) -> Result<Self, Response> {
        let back = way_back(issuer, parts);
        let found =
            <Option<SignedIn> as FromRequestParts<Issuer>>::from_request_parts(parts, issuer);
        let found = found.await.map_err(PageError::into_response)?;
        let found = found.map(|signed_in| signed_in.check_level(issuer, parts));
        let found = found.transpose().map_err(NotSignedIn::into_response)?;
        match found {
            Some(signed_in)
                if is_recent(issuer, &signed_in)
                    .await
                    .map_err(|error| PageError::from(error).into_response())? =>
            {
                Ok(Self(signed_in))
            }
            Some(_) => Err(Redirect::to(&sign_in_path(PAGE, &back)).into_response()),
            None if parts.method == HttpMethod::GET => {
                Err(Redirect::to(&sign_in_path("/login", &back)).into_response())
            }
            None => Err(NotSignedIn::SessionEnded.into_response()),
        }
    }
}

/// Whether the person proved a moment ago who they are, with more than one factor if they have one.
async fn is_recent(issuer: &Issuer, signed_in: &SignedIn) -> Result<bool, DbError> {
    let age = issuer.clock.now().since(signed_in.authenticated_at);
    if age > issuer.settings.lifetimes.step_up || signed_in.methods.are_strong() {
        return Ok(age <= issuer.settings.lifetimes.step_up);
    }
    let mut tx = issuer.db.read().await?;
    let factors = db::factors::find(&mut tx, &signed_in.person.id).await?;
    Ok(!factors.are_strong())
}

/// Where the person comes back to: the page that is asked for, or the one that the form was on. Whatever
/// is no page of ours is not continued to.
pub(super) fn way_back(issuer: &Issuer, parts: &Parts) -> String {
    let asked = parts.uri.path_and_query();
    let asked = asked.map(http::uri::PathAndQuery::as_str);
    let back = match parts.method {
        HttpMethod::GET => asked,
        _ => referrer(issuer, &parts.headers),
    };
    back.unwrap_or_default().to_owned()
}

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUpPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    purpose: &'static str,
    email: &'a str,
    password: bool,
    factors: Factors,
    passkey: Option<Offered>,
    upstreams: Vec<&'a UpstreamSettings>,
    /// Where a code can be mailed to.
    mail: Option<String>,
    problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let ways = Ways::load(&issuer, &signed_in).await?;
    show(&issuer, &frame, (&to, &signed_in, &ways), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    let ways = Ways::load(&issuer, &signed_in).await?;
    let (confirmed, wrong) = match form.get("code") {
        Some(typed) => (
            by_code(&issuer, &visitor, &signed_in, Proof::held(typed)).await,
            Problem::new("code", "code-wrong"),
        ),
        None if ways.password => (
            by_password(&issuer, &visitor, &signed_in, form.text("password")).await,
            Problem::new("password", "password-wrong"),
        ),
        None => (
            Err(SignInError::Wrong),
            Problem::new("", "confirm-stronger"),
        ),
    };
    match confirmed {
        Ok(id) => session::enter(&issuer, &id, to.target()),
        Err(error) => {
            let told = error.tell(wrong)?;
            let problem = Some(told.problem);
            let page = match form.get("acr").and_then(Acr::find) {
                Some(acr) => {
                    level::show((&issuer, &frame), (&to, &signed_in), acr, problem).await?
                }
                None => show(&issuer, &frame, (&to, &signed_in, &ways), problem)?,
            };
            Ok(told.refusal.dress(page))
        }
    }
}

async fn by_password(
    issuer: &Issuer,
    visitor: &Visitor,
    signed_in: &SignedIn,
    password: &str,
) -> Result<Secret<String>, SignInError> {
    let email = &signed_in.person.email;
    let right = check_password(issuer, visitor, email, password).await?;
    if right.person.id != signed_in.person.id {
        return Err(session_ended().into());
    }
    let (confirming, db) = (
        Confirming::new(issuer, visitor, signed_in),
        issuer.db.clone(),
    );
    let kept = db.write::<_, SignInError, _>(move |tx| {
        Box::pin(async move {
            if !right.hold(tx).await? {
                return Err(SignInError::Wrong);
            }
            Ok(confirming.keep(tx, Method::Password).await?)
        })
    });
    kept.await?.ok_or_else(|| session_ended().into())
}

/// Moves the session to a new id, if the code is right.
pub(super) async fn by_code(
    issuer: &Issuer,
    visitor: &Visitor,
    signed_in: &SignedIn,
    proof: Proof,
) -> Result<Secret<String>, SignInError> {
    let whose = (
        signed_in.person.id.as_str(),
        signed_in.session_hash.as_str(),
    );
    let slots = code::take_slots(issuer, visitor, whose).await?;
    let (confirming, db) = (
        Confirming::new(issuer, visitor, signed_in),
        issuer.db.clone(),
    );
    let kept = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let (issuer, person_id) = (&confirming.issuer, &confirming.signed_in.person.id);
            let Some(method) = code::redeem(issuer, tx, person_id, &proof).await? else {
                return Ok(None);
            };
            for slot in slots {
                slot.give_back(tx).await?;
            }
            confirming.keep(tx, method).await.map(Some)
        })
    });
    let Some(kept) = kept.await? else {
        code::record_wrong(issuer, visitor, &signed_in.person.id);
        return Err(SignInError::Wrong);
    };
    kept.ok_or_else(|| session_ended().into())
}

/// How a person can prove it here.
struct Ways {
    password: bool,
    factors: Factors,
    upstreams: Vec<Known>,
    mail: Option<Offer>,
}

impl Ways {
    async fn load(issuer: &Issuer, signed_in: &SignedIn) -> Result<Self, DbError> {
        let person = &signed_in.person;
        let mut tx = issuer.db.read().await?;
        let found = db::people::find_by_email(&mut tx, &person.email).await?;
        let places = db::identities::list(&mut tx, &person.id).await?;
        let factors = db::factors::find(&mut tx, &person.id).await?;
        let mail = Offer::find(issuer, &mut tx, (&person.id, signed_in.methods)).await?;
        drop(tx);
        // The strongest that they have: what is weaker does not do.
        let weak = !factors.are_strong();
        let offered = issuer.upstreams.iter().filter(|known| {
            let settings = &known.settings;
            let here = |place: &db::identities::Row| {
                place.upstream == settings.name && place.host == settings.host()
            };
            weak && settings.signs_in && places.iter().any(here)
        });
        Ok(Self {
            password: weak && found.is_some_and(|(_, hash)| hash.is_some()),
            factors,
            upstreams: offered.cloned().collect(),
            mail,
        })
    }
}

fn session_ended() -> PageError {
    PageError::new(StatusCode::FORBIDDEN, "error-signed-out")
}

/// Somebody who is proving once more who they are.
struct Confirming {
    issuer: Issuer,
    source: Source,
    signed_in: SignedIn,
}

impl Confirming {
    fn new(issuer: &Issuer, visitor: &Visitor, signed_in: &SignedIn) -> Self {
        Self {
            issuer: issuer.clone(),
            source: visitor.source.clone(),
            signed_in: signed_in.clone(),
        }
    }

    /// Keeps that they did, and moves the session to a new id.
    async fn keep(&self, tx: &mut Tx, method: Method) -> Result<Option<Secret<String>>, DbError> {
        let rotated = session::rotate(&self.issuer, tx, &self.signed_in, method).await?;
        if rotated.is_some() {
            let event = Event::new(Kind::IdentityConfirmed, &self.source)
                .person(&self.signed_in.person.id)
                .detail(Methods::from(method));
            audit::record(&self.issuer, tx, &event).await?;
        }
        Ok(rotated)
    }
}

fn show(
    issuer: &Issuer,
    frame: &Frame,
    (to, signed_in, ways): (&Continuation, &SignedIn, &Ways),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let page = frame.show(&StepUpPage {
        frame,
        to,
        purpose: purpose(to),
        email: &signed_in.person.email,
        password: ways.password,
        factors: ways.factors,
        passkey: match ways.factors.passkeys {
            0 => None,
            _ => passkey::offer(issuer, Some(&signed_in.person.id))?,
        },
        upstreams: ways.upstreams.iter().map(|known| &known.settings).collect(),
        mail: ways.mail.as_ref().map(|offer| masked(&offer.email)),
        problem,
    })?;
    let form_action = to.form_action(&ways.upstreams);
    let marks = (axum::Extension(form_action), axum::Extension(Scripted));
    Ok((marks, page).into_response())
}

fn purpose(to: &Continuation) -> &'static str {
    let below = |path: &str| {
        let rest = to.target().strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let mut known = PURPOSES.iter();
    let found = known.find(|(path, _)| below(path));
    found.map_or("confirm-for-anything", |(_, purpose)| purpose)
}
