//! A code by mail, in place of what a person lacks: to confirm who they are, or after the password.
//!
//! It goes to a proved address only, and is good in the browser that asked. By itself it is one factor;
//! after a password it is a second one where the operator says so (docs/decisions/0015).

pub(crate) mod confirm;
pub(crate) mod second;

use axum::response::{IntoResponse as _, Redirect, Response};
use oauth::secret::Secret;

use super::Problem;
use super::code::Proof;
use super::continuation::Continuation;
use super::email_proof::{Code, Proved, Purpose};
use super::session::Visitor;
use super::sign_in::SignInError;
use super::throttle::{self, ThrottleError};
use super::verify::{VerifyPage, masked};
use crate::Issuer;
use crate::audit::{self, Event, Kind};
use crate::db::people::{self, email_key};
use crate::db::{self, DbError, Tx};
use crate::mail::{self, Letter, Reader};
use crate::pages::{Frame, PageError, PageForm};
use crate::settings::{EmailCode, Limit};
use crate::tokens::methods::{Method, Methods};

/// A person cannot have one code after the other.
const WAIT: Limit = Limit::new(1, 30);

/// A code that somebody can have.
pub(super) struct Offer {
    /// Where it goes.
    pub(super) email: String,
    /// What it counts as.
    pub(super) method: Method,
}

impl Offer {
    /// What a code by mail is to a person who proved `methods` so far; `None` if nothing.
    pub(super) async fn find(
        issuer: &Issuer,
        tx: &mut Tx,
        (person_id, methods): (&str, Methods),
    ) -> Result<Option<Self>, DbError> {
        if !issuer.has_mail() {
            return Ok(None);
        }
        let contact = people::find_contact(tx, person_id).await?;
        let Some(contact) = contact.filter(|contact| contact.email_verified) else {
            return Ok(None);
        };
        let has_strong = db::factors::find(tx, person_id).await?.are_strong();
        let permitted = match issuer.settings.sign_in.email_code {
            EmailCode::Nobody => false,
            EmailCode::WithoutFactor => !has_strong,
            EmailCode::Everybody => true,
        };
        // A password that was chosen by mail proves the mailbox, which would prove itself twice.
        let by_itself = methods.contains(Method::Password) && !contact.password_mailed;
        let method = if permitted && by_itself {
            Method::EmailSecond
        } else if !has_strong && !people::find_has_password(tx, person_id).await? {
            Method::EmailCode
        } else {
            return Ok(None);
        };
        let email = contact.email;
        Ok(Some(Self { email, method }))
    }
}

/// Who asks for a code, what for, and what it is bound to: a session, or a first factor.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) purpose: Purpose,
    pub(super) person_id: String,
    pub(super) methods: Methods,
    pub(super) bound_to: String,
}

/// What a code proves, as it lies sealed.
#[derive(serde::Serialize, serde::Deserialize)]
struct Sent {
    email_key: String,
    bound_to: String,
}

/// A mailed code as somebody typed it.
pub(super) struct Typed {
    pub(super) asker: Asker,
    pub(super) id: String,
    pub(super) code: Secret<String>,
}

impl Asker {
    pub(super) async fn offer(&self, issuer: &Issuer) -> Result<Option<Offer>, DbError> {
        let mut tx = issuer.db.read().await?;
        Offer::find(issuer, &mut tx, (&self.person_id, self.methods)).await
    }

    /// Mails a code; those from before end. Answers the name that it is asked for under.
    async fn send(
        &self,
        issuer: &Issuer,
        visitor: &Visitor,
        reader: Reader,
    ) -> Result<String, ThrottleError> {
        let source = throttle::source_name("email_code", &visitor.source);
        let limit = issuer.settings.limits.second_factor_failures_per_source;
        throttle::count(issuer, &source, limit).await?;
        let person = format!("email_code_wait:{}", self.person_id);
        throttle::count(issuer, &person, WAIT).await?;
        throttle::count_letter(issuer, "email_code", &reader.email).await?;
        let (this, issuer, visitor) = (self.clone(), issuer.clone(), visitor.clone());
        let db = issuer.db.clone();
        let sent = db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                let (purpose, person_id) = (this.purpose, this.person_id.as_str());
                purpose.revoke(&issuer, tx, person_id).await?;
                let what = Sent {
                    email_key: email_key(&reader.email),
                    bound_to: this.bound_to,
                };
                let code = purpose.issue_code(&issuer, tx, Some(person_id), &what);
                let Code { id, code } = code.await?;
                let letter = Letter::new("mail-sign-up");
                let letter = match purpose == Purpose::SecondFactor {
                    true => letter
                        .paragraph("mail-second-text")
                        .code(code)
                        .paragraph("mail-second-not-you"),
                    false => letter
                        .paragraph("mail-confirm-text")
                        .code(code)
                        .paragraph("mail-confirm-not-you"),
                };
                mail::queue(&issuer, tx, &reader, &letter).await?;
                let event = Event::new(Kind::EmailCodeSent, &visitor.source).person(person_id);
                audit::record(&issuer, tx, &event).await?;
                Ok(id)
            })
        });
        Ok(sent.await?)
    }
}

/// Uses a code up: what it counts as, if it is one. A wrong one is counted, and the unit must be kept.
pub(super) async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    typed: &Typed,
) -> Result<Option<Method>, DbError> {
    let asker = &typed.asker;
    let code = (typed.id.as_str(), typed.code.expose().as_str());
    let proved = asker.purpose.redeem_code(issuer, tx, code).await?;
    let Ok(Proved::<Sent> { person_id, what }) = proved else {
        return Ok(None);
    };
    // Since it was sent the address may have changed, and what a code counts as.
    let offer = Offer::find(issuer, tx, (&asker.person_id, asker.methods)).await?;
    let offer = offer.filter(|offer| {
        person_id.as_ref() == Some(&asker.person_id)
            && what.bound_to == asker.bound_to
            && what.email_key == email_key(&offer.email)
    });
    Ok(offer.map(|offer| offer.method))
}

/// The page that asks for a code. It says the same of one that is wrong, old, used or not there.
struct Page<'a> {
    path: &'static str,
    /// Where other ways are offered.
    before: &'static str,
    frame: &'a Frame,
    to: &'a Continuation,
    offer: Option<Offer>,
}

impl Page<'_> {
    fn show(&self, id: &str, problem: Option<Problem>) -> Result<Response, PageError> {
        let before = self.to.link(self.before);
        let Some(offer) = &self.offer else {
            return Ok(Redirect::to(&before).into_response());
        };
        let page = self.frame.show(&VerifyPage {
            frame: self.frame,
            action: self.path,
            id,
            email: masked(&offer.email),
            to: self.to,
            other: (before, "second-other"),
            problem,
        })?;
        Ok((axum::Extension(self.to.form_action([])), page).into_response())
    }

    /// Sends a code, or has `finish` use up the one that was typed.
    async fn answer(
        &self,
        issuer: &Issuer,
        (visitor, asker): (&Visitor, Asker),
        form: &PageForm,
        finish: impl AsyncFnOnce(Proof) -> Result<Response, SignInError>,
    ) -> Result<Response, PageError> {
        let id = form.text("id");
        let Some(offer) = &self.offer else {
            return self.show(id, None);
        };
        let done = if form.get("again").is_some() {
            let reader = Reader {
                email: offer.email.clone(),
                language: self.frame.language(),
            };
            let sent = asker.send(issuer, visitor, reader).await;
            let page = |id: String| self.to.link_with(self.path, "id", &id);
            sent.map(|id| Redirect::to(&page(id)).into_response())
                .map_err(SignInError::from)
        } else {
            let (id, code) = (id.to_owned(), Secret::new(form.text("code").to_owned()));
            finish(Proof::Mailed(Typed { asker, id, code })).await
        };
        match done {
            Ok(response) => Ok(response),
            Err(error) => {
                let told = error.tell(Problem::new("code", "code-wrong"))?;
                let page = self.show(id, Some(told.problem))?;
                Ok(told.refusal.dress(page))
            }
        }
    }
}
