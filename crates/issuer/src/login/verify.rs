//! The code that a new person was mailed. It is typed where the account was asked for, so that nobody makes
//! an account in another's name by having them press a link.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::secret::Secret;

use super::continuation::Continuation;
use super::email_proof::{Code, CodeError, Proved, Purpose};
use super::session::{self, Visitor};
use super::{Problem, sign_up, throttle};
use crate::Issuer;
use crate::audit::Source;
use crate::db::people::{self, NewPerson};
use crate::db::{DbError, Tx};
use crate::mail::{self, Letter, Reader};
use crate::pages::{Frame, Language, PageError, PageForm, PageQuery};

/// An account that waits for its code. Sealed, as it holds the hash of a password.
#[derive(serde::Serialize, serde::Deserialize)]
struct Waiting {
    email: String,
    name: Option<String>,
    password_hash: Option<String>,
    next: String,
}

#[derive(Template)]
#[template(path = "verify.html")]
pub(super) struct VerifyPage<'a> {
    pub(super) frame: &'a Frame,
    /// Where the code is sent to.
    pub(super) action: &'static str,
    pub(super) id: &'a str,
    pub(super) email: String,
    pub(super) to: &'a Continuation,
    /// Another way, and what it is called.
    pub(super) other: (String, &'static str),
    pub(super) problem: Option<Problem>,
}

/// Mails a code to a new person. If the address has an account, its owner is told so instead, and nobody
/// else learns of it.
pub(super) async fn begin(
    issuer: &Issuer,
    language: Language,
    new: NewPerson,
    next: String,
) -> Result<String, PageError> {
    let waiting = Waiting {
        email: new.email,
        name: new.name,
        password_hash: new.password_hash,
        next,
    };
    send(issuer, language, waiting).await
}

async fn send(issuer: &Issuer, language: Language, waiting: Waiting) -> Result<String, PageError> {
    throttle::count_letter(issuer, "sign_up", &waiting.email).await?;
    let (issuer, db) = (issuer.clone(), issuer.db.clone());
    let sent = db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let code = Purpose::SignUp.issue_code(&issuer, tx, None, &waiting);
            let Code { id, code } = code.await?;
            let known = people::find_by_email(tx, &waiting.email).await?.is_some();
            let reader = Reader {
                email: waiting.email,
                language,
            };
            let letter = match known {
                true => account_exists(&issuer),
                false => Letter::new("mail-sign-up")
                    .paragraph("mail-sign-up-text")
                    .code(code)
                    .paragraph("mail-not-you"),
            };
            mail::queue(&issuer, tx, &reader, &letter).await?;
            Ok(id)
        })
    });
    Ok(sent.await?)
}

fn account_exists(issuer: &Issuer) -> Letter {
    let url = issuer.settings.public_url.join("/forgot");
    Letter::new("mail-account-exists")
        .paragraph("mail-account-exists-text")
        .link("forgot", Secret::new(url))
        .paragraph("mail-not-you")
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    source: Source,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let to = Continuation::load(&issuer, &source, query.get("continue")).await;
    show(
        (&issuer, &frame),
        &to,
        query.get("id").unwrap_or_default(),
        None,
    )
    .await
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    frame: Frame,
    visitor: Visitor,
    form: PageForm,
) -> Result<Response, PageError> {
    let id = form.text("id").to_owned();
    let to = Continuation::load(&issuer, &visitor.source, form.get("continue")).await;
    if form.get("again").is_some() {
        let waiting = Purpose::SignUp.find_code(&issuer, &id).await?;
        let waiting: Proved<Waiting> = waiting.ok_or_else(dead)?;
        let id = send(&issuer, frame.language(), waiting.what).await?;
        return Ok(Redirect::to(&to.link_with("/verify", "id", &id)).into_response());
    }
    let (context, code) = (issuer.clone(), form.text("code").to_owned());
    let (tried, visitor) = (id.clone(), visitor.clone());
    let made = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { redeem(&context, tx, &visitor, (&tried, &code)).await })
    });
    match made.await {
        Ok(Ok((session_id, next))) => session::enter(&issuer, &session_id, &next),
        Ok(Err(CodeError::Wrong)) => {
            let problem = Problem::new("code", "verify-wrong");
            let mut page = show((&issuer, &frame), &to, &id, Some(problem)).await?;
            *page.status_mut() = StatusCode::BAD_REQUEST;
            Ok(page)
        }
        // Somebody else made an account with this address meanwhile, or had it all along.
        Ok(Err(CodeError::Dead)) | Err(DbError::Conflict) => Err(dead()),
        Ok(Err(CodeError::Database(error))) | Err(error) => Err(error.into()),
    }
}

async fn redeem(
    issuer: &Issuer,
    tx: &mut Tx,
    visitor: &Visitor,
    typed: (&str, &str),
) -> Result<Result<(Secret<String>, String), CodeError>, DbError> {
    let proved = Purpose::SignUp.redeem_code(issuer, tx, typed).await?;
    let waiting: Waiting = match proved {
        Ok(Proved { what, .. }) => what,
        Err(error) => return Ok(Err(error)),
    };
    let id = issuer.random.id(issuer.clock.now());
    let new = NewPerson {
        id: id.map_err(|_| DbError::Unavailable(None))?.to_string(),
        email: waiting.email,
        name: waiting.name,
        password_hash: waiting.password_hash,
        email_verified: true,
        operator: false,
    };
    let session_id = sign_up::make(issuer, tx, visitor, new).await?;
    Ok(Ok((session_id, waiting.next)))
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-code-dead")
}

async fn show(
    (issuer, frame): (&Issuer, &Frame),
    to: &Continuation,
    id: &str,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let waiting = Purpose::SignUp.find_code(issuer, id).await?;
    let waiting: Proved<Waiting> = waiting.ok_or_else(dead)?;
    let page = frame.show(&VerifyPage {
        frame,
        action: "/verify",
        id,
        email: masked(&waiting.what.email),
        to,
        other: (to.link("/signup"), "verify-other-address"),
        problem,
    })?;
    Ok((axum::Extension(to.form_action([])), page).into_response())
}

/// An address as it may stand on a screen: enough to see a mistake, too little for who looks on.
pub(crate) fn masked(email: &str) -> String {
    let (name, host) = email.rsplit_once('@').unwrap_or((email, ""));
    let shown: String = name.chars().take(2).collect();
    format!("{shown}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_in_part() {
        assert_eq!(masked("ada@example.com"), "ad…@example.com");
        assert_eq!(masked("ä@x"), "ä…@x");
    }
}
