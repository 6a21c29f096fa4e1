//! Making an account: at once, or, where addresses are verified, after a code that was mailed.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::secret::Secret;

use super::continuation::Continuation;
use super::email_proof::{Proved, Purpose};
use super::invitation::Invited;
use super::password::Place;
use super::session::{self, Visitor};
use super::{Problem, password_rules, throttle, verify};
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::people::{self, NewPerson};
use crate::db::{DbError, Tx};
use crate::pages::{Frame, PageError, PageForm, PageQuery, clean, is_hidden};
use crate::settings::PasswordSettings;
use crate::tokens::methods::Method;

#[derive(Template)]
#[template(path = "sign_up.html")]
pub(super) struct SignUpPage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) title: &'static str,
    pub(super) to: &'a Continuation,
    pub(super) email: &'a str,
    pub(super) name: &'a str,
    pub(super) link: Link<'a>,
    pub(super) characters_min: usize,
    pub(super) problem: Option<Problem>,
}

/// What leads to the page.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    None,
    /// The token of a set-up link.
    Setup(&'a str),
    /// The token of an invitation, which says the address.
    Invitation(&'a str),
}

impl Link<'_> {
    /// For templates.
    const fn is_setup(&self) -> bool {
        matches!(self, Self::Setup(_))
    }

    /// For templates: where the form goes.
    fn action(&self) -> &'static str {
        match self {
            Self::Setup(_) => "/setup",
            Self::None | Self::Invitation(_) => "/signup",
        }
    }
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let invitation = query.get("invitation");
    let invited = check_admitted(&issuer, invitation).await?;
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    let link = invitation.map_or(Link::None, Link::Invitation);
    let email = invited.as_ref().map_or(to.login_hint(), |by| &by.email);
    show((&issuer, &frame), &to, link, (email, ""), None)
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let invitation = form.get("invitation");
    let invited = check_admitted(&issuer, invitation).await?;
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    // An invitation is for the address that it went to.
    let email = invited.as_ref().map_or(form.text("email"), |by| &by.email);
    let again = |problem| {
        let link = invitation.map_or(Link::None, Link::Invitation);
        let typed = (email, form.text("name"));
        let mut response = show((&issuer, &frame), &to, link, typed, Some(problem))?;
        *response.status_mut() = StatusCode::BAD_REQUEST;
        Ok(response)
    };
    if let Err(problem) = check_fields(&issuer, email, &form, invited.is_some()) {
        return again(problem);
    }
    let place = issuer.passwords.reserve()?;
    let source = throttle::source_name("sign_up", &visitor.source);
    throttle::count(&issuer, &source, issuer.settings.limits.sign_ups_per_source).await?;
    let mut new = new_person(&issuer, place, email, &form).await?;
    if let (Some(_), Some(token)) = (&invited, invitation) {
        new.email_verified = true;
        let token = token.to_owned();
        let made = enter_with(&issuer, visitor, new, Some(token)).await;
        return entered(&issuer, made, to.target()).unwrap_or_else(|| again(taken()));
    }
    if issuer.settings.verify_email {
        let next = to.target().to_owned();
        let id = verify::begin(&issuer, frame.language(), new, next).await?;
        return Ok(Redirect::to(&to.link_with("/verify", "id", &id)).into_response());
    }
    let made = enter_with(&issuer, visitor, new, None).await;
    entered(&issuer, made, to.target()).unwrap_or_else(|| again(taken()))
}

/// The session of a new person, or none if the address was taken.
fn entered(
    issuer: &Issuer,
    made: Result<Secret<String>, EnterError>,
    next: &str,
) -> Option<Result<Response, PageError>> {
    match made {
        Ok(id) => Some(session::enter(issuer, &id, next)),
        Err(EnterError::Database(DbError::Conflict)) => None,
        Err(EnterError::Database(error)) => Some(Err(error.into())),
        Err(EnterError::InvitationUsed) => Some(Err(not_admitted(issuer))),
    }
}

enum EnterError {
    InvitationUsed,
    Database(DbError),
}

impl From<DbError> for EnterError {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

async fn enter_with(
    issuer: &Issuer,
    visitor: Visitor,
    new: NewPerson,
    invitation: Option<String>,
) -> Result<Secret<String>, EnterError> {
    let (issuer, db) = (issuer.clone(), issuer.db.clone());
    db.write(move |tx| {
        Box::pin(async move {
            let (invited, person_id) = (invitation.is_some(), new.id.clone());
            if let Some(token) = invitation {
                let purpose = Purpose::Invitation;
                let proved: Option<Proved<Invited>> =
                    purpose.redeem_link(&issuer, tx, &token).await?;
                proved.ok_or(EnterError::InvitationUsed)?;
            }
            let session = make(&issuer, tx, &visitor, new).await?;
            if invited {
                // Its password was chosen through a link by mail.
                people::update_password_mailed(tx, &person_id, true).await?;
            }
            Ok(session)
        })
    })
    .await
}

/// Keeps a new person, and starts a session; `Conflict` if the address has an account.
pub(super) async fn make(
    issuer: &Issuer,
    tx: &mut Tx,
    visitor: &Visitor,
    new: NewPerson,
) -> Result<Secret<String>, DbError> {
    let event = Event::new(Kind::SignedUp, &visitor.source).person(&new.id);
    let person_id = new.id.clone();
    people::insert(tx, new, issuer.clock.now()).await?;
    audit::record(issuer, tx, &event).await?;
    let how = (&*person_id, Method::Password.into());
    visitor.start_session(issuer, tx, how).await
}

/// Where no mail is sent there is nobody else to tell; see the decision on sign-up and enumeration.
pub(super) fn taken() -> Problem {
    Problem::new("email", "sign-up-taken")
}

fn check_fields(
    issuer: &Issuer,
    email: &str,
    form: &PageForm,
    invited: bool,
) -> Result<(), Problem> {
    let settings = &issuer.settings;
    check(
        &settings.passwords,
        (email, form.text("name")),
        form.text("password"),
    )?;
    // Addresses that an upstream gives out belong to accounts there.
    let lower = email.to_lowercase();
    let mut upstreams = settings.upstreams.iter();
    if upstreams.any(|known| lower.ends_with(&format!("@users.noreply.{}", known.host()))) {
        return Err(Problem::new("email", "sign-up-own-email"));
    }
    if !invited && !settings.sign_up.allows(email) {
        return Err(Problem::new("email", "sign-up-other-domain"));
    }
    Ok(())
}

/// What is wrong with the fields, by their form alone.
pub(crate) fn check(
    passwords: &PasswordSettings,
    (email, name): (&str, &str),
    password: &str,
) -> Result<(), Problem> {
    check_email(email)?;
    password_rules::check(passwords, password, &[email, name])
}

pub(crate) fn check_email(email: &str) -> Result<(), Problem> {
    let parts = email.split_once('@');
    let plain = parts
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || is_hidden(c));
    match plain && email.len() <= 254 {
        true => Ok(()),
        false => Err(Problem::new("email", "email-malformed")),
    }
}

/// The person that a checked form describes. The password is hashed whether or not the e-mail
/// is taken, so that the time tells nothing.
pub(super) async fn new_person(
    issuer: &Issuer,
    place: Place,
    email: &str,
    form: &PageForm,
) -> Result<NewPerson, PageError> {
    let password = Secret::new(form.text("password").to_owned());
    let password_hash = place.hash(&issuer.random, password).await?;
    let id = issuer.random.id(issuer.clock.now());
    Ok(NewPerson {
        id: id.map_err(PageError::internal)?.to_string(),
        email: email.to_owned(),
        name: Some(clean(form.text("name"))).filter(|name| !name.is_empty()),
        password_hash: Some(password_hash),
        email_verified: false,
        operator: false,
    })
}

/// Whether somebody may be here: because anybody may, or with an invitation that is good.
async fn check_admitted(
    issuer: &Issuer,
    invitation: Option<&str>,
) -> Result<Option<Invited>, PageError> {
    if let Some(token) = invitation {
        let found: Option<Proved<Invited>> = Purpose::Invitation.find_link(issuer, token).await?;
        let found = found.map(|proved| proved.what);
        return found.map(Some).ok_or_else(|| not_admitted(issuer));
    }
    match issuer.settings.sign_up.is_offered() {
        true => Ok(None),
        false => Err(not_admitted(issuer)),
    }
}

fn not_admitted(issuer: &Issuer) -> PageError {
    use crate::settings::SignUp;

    PageError::new(
        StatusCode::FORBIDDEN,
        match issuer.settings.sign_up {
            SignUp::Closed => "error-sign-up-closed",
            SignUp::Open | SignUp::Domains(_) | SignUp::Invited => "error-invitation-dead",
        },
    )
}

fn show(
    (issuer, frame): (&Issuer, &Frame),
    to: &Continuation,
    link: Link<'_>,
    (email, name): (&str, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let page = frame.show(&SignUpPage {
        frame,
        title: "sign-up",
        to,
        email,
        name,
        link,
        characters_min: issuer.settings.passwords.characters_min,
        problem,
    })?;
    Ok((axum::Extension(to.form_action([])), page).into_response())
}
