//! A sign-in that must reach more (`acr`): whether one does, and the page that leads there.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth::acr::Acr;
use url::form_urlencoded;

use super::continuation::{CONSENT_PATH, Continuation, FINISH_PATH, sign_in_path};
use super::email_code::{self, Offer};
use super::passkey::{self, Offered};
use super::session::SignedIn;
use super::{Problem, verify};
use crate::Issuer;
use crate::audit::Source;
use crate::db;
use crate::db::factors::Factors;
use crate::pages::{Frame, PageError, PageQuery, Say, Scripted, apart, say};
use crate::settings::Settings;
use crate::tokens::methods::Methods;

const PAGE: &str = "/account/level";
/// Below it passkeys are changed.
const SECURITY: &str = "/account/security";
const NEW_PASSKEY: &str = "/account/security/passkeys/new";

/// Where people get to a level, and what looks for itself. All other pages are closed to whoever is below
/// the one that the operator demands of everybody.
const OPEN: [&str; 7] = [
    PAGE,
    "/account/confirm",
    email_code::confirm::PATH,
    "/account/security/totp",
    NEW_PASSKEY,
    CONSENT_PATH,
    FINISH_PATH,
];

/// The levels that people can reach here.
pub(crate) fn reachable(settings: &Settings) -> Vec<Acr> {
    let passkeys = settings.offers_passkeys();
    let all = Acr::ALL.into_iter();
    all.filter(|acr| passkeys || *acr < Acr::PhishingResistant)
        .collect()
}

/// The level that is demanded and that these methods do not reach.
pub(crate) fn missing(demanded: Option<Acr>, methods: Methods) -> Option<Acr> {
    demanded.filter(|acr| methods.acr() < Some(*acr))
}

/// As [`missing`], of the operator's demand on everybody, at a page of ours.
pub(crate) fn missing_at(issuer: &Issuer, methods: Methods, path: &str) -> Option<Acr> {
    missing(issuer.settings.sign_in.acr, methods).filter(|_| !OPEN.contains(&path))
}

/// The page that leads to a level, and from there to `back`, a path of ours.
pub(crate) fn page(acr: Acr, back: &str) -> String {
    let acr: String = form_urlencoded::byte_serialize(acr.as_str().as_bytes()).collect();
    format!("{}&acr={acr}", sign_in_path(PAGE, back))
}

#[derive(Template)]
#[template(path = "level.html")]
struct LevelPage<'a> {
    frame: &'a Frame,
    to: &'a Continuation,
    acr: Acr,
    who: Say,
    email: &'a str,
    factors: Factors,
    /// Whether the person has nothing that is enough, and is led to set it up.
    sets_up: bool,
    passkey: Option<Offered>,
    /// Whether a new one can be made here.
    passkeys: bool,
    /// Where whoever lost their passkeys uses a recovery code.
    lost: Option<String>,
    /// Where a code would go that is enough.
    mail: Option<String>,
    /// The same without what was only wished for.
    without: Option<String>,
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
    let acr = query.get("acr").and_then(Acr::find);
    match acr.and_then(|acr| missing(Some(acr), signed_in.methods)) {
        Some(acr) => show((&issuer, &frame), (&to, &signed_in), acr, None).await,
        None => Ok(Redirect::to(to.target()).into_response()),
    }
}

pub(super) async fn show(
    (issuer, frame): (&Issuer, &Frame),
    (to, signed_in): (&Continuation, &SignedIn),
    acr: Acr,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let person = &signed_in.person;
    let mut tx = issuer.db.read().await?;
    let factors = db::factors::find(&mut tx, &person.id).await?;
    let mail = Offer::find(issuer, &mut tx, (&person.id, signed_in.methods)).await?;
    drop(tx);
    let enough = |offer: &Offer| missing(Some(acr), offer.method.into()).is_none();
    let page = frame.show(&LevelPage {
        frame,
        to,
        acr,
        who: who(issuer, to, acr),
        email: &person.email,
        factors,
        sets_up: match acr {
            Acr::MultiFactor => !factors.are_strong(),
            Acr::PhishingResistant => factors.passkeys == 0,
        },
        passkey: match factors.passkeys {
            0 => None,
            _ => passkey::offer(issuer, Some(&person.id))?,
        },
        passkeys: issuer.passkeys.is_some(),
        lost: lost(to).filter(|_| factors.recovery_codes > 0),
        mail: mail
            .filter(enough)
            .map(|offer| verify::masked(&offer.email)),
        without: without_wish(issuer, to, acr),
        problem,
    })?;
    let form_action = to.form_action([]);
    let marks = (axum::Extension(form_action), axum::Extension(Scripted));
    Ok((marks, page).into_response())
}

/// Where whoever lost their passkeys makes another one with a recovery code, which opens no other page that a
/// passkey is demanded for.
fn lost(to: &Continuation) -> Option<String> {
    let target = to.target();
    let next = match target.starts_with(NEW_PASSKEY) {
        true => target,
        false => NEW_PASSKEY,
    };
    let below = target.starts_with(SECURITY);
    below.then(|| sign_in_path("/account/confirm", next))
}

/// Who demands it.
fn who(issuer: &Issuer, to: &Continuation, acr: Acr) -> Say {
    let settings = &issuer.settings;
    let operator = || say("level-for-operator").with("operator", apart(&settings.operator_name));
    if settings.sign_in.acr >= Some(acr) {
        return operator();
    }
    if to.target().starts_with(SECURITY) {
        return say("level-for-passkeys");
    }
    let resource = to.resource(issuer);
    if let Some(resource) = resource.filter(|resource| resource.acr >= Some(acr)) {
        return say("level-for-app").with("app", apart(&resource.name));
    }
    match to.asker() {
        Some(client) => say("level-for-app").with("app", apart(&client)),
        None => operator(),
    }
}

/// The authorization that is asked for, less what its client only wishes: `None` if it is no wish.
fn without_wish(issuer: &Issuer, to: &Continuation, acr: Acr) -> Option<String> {
    let resource = to.resource(issuer)?;
    if issuer.settings.demanded_acr(resource) >= Some(acr) {
        return None;
    }
    let (path, query) = to.path()?.split_once('?')?;
    let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "acr_values");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .finish();
    Some(format!("{path}?{query}"))
}
