//! Changing the password, or choosing the first one.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use oauth::secret::Secret;

use crate::Issuer;
use crate::db::{DbError, people};
use crate::login::reset::{NewPassword, keep};
use crate::login::session::{self, SignedIn, Visitor};
use crate::login::step_up::Recent;
use crate::login::{Problem, password_rules};
use crate::pages::{Frame, PageError, PageForm};
use crate::tokens::methods::Method;

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    frame: &'a Frame,
    email: &'a str,
    characters_min: usize,
    problem: Option<Problem>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    frame: Frame,
) -> Result<Response, PageError> {
    frame.show(&page((&issuer, &frame), &signed_in, None))
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Recent(signed_in): Recent,
    visitor: Visitor,
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let password = form.text("password");
    let person = &signed_in.person;
    let about = [
        person.email.as_str(),
        person.name.as_deref().unwrap_or_default(),
    ];
    if let Err(problem) = password_rules::check(&issuer.settings.passwords, password, &about) {
        let page = page((&issuer, &frame), &signed_in, Some(problem));
        return frame.show_as(StatusCode::BAD_REQUEST, &page);
    }
    let place = issuer.passwords.reserve()?;
    let hash = place.hash(&issuer.random, Secret::new(password.to_owned()));
    let new = NewPassword {
        hash: hash.await?,
        language: frame.language(),
        end_sessions: form.get("end_sessions").is_some(),
        end_apps: form.get("end_apps").is_some(),
    };
    let context = issuer.clone();
    let changed = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            let (person, methods) = (&signed_in.person, signed_in.methods);
            let mut new = new;
            if methods.are_strong() {
                // What began with a password from the mailbox is not to pass for more than that now.
                let contact = people::find_contact(tx, &person.id).await?;
                new.end_sessions |= contact.is_some_and(|contact| contact.password_mailed);
                people::update_password_mailed(tx, &person.id, false).await?;
            } else if !methods.contains(Method::Password) {
                // The account elsewhere is often the mailbox itself.
                people::update_password_mailed(tx, &person.id, true).await?;
            }
            let revoked = keep(&context, tx, (person, &visitor), new).await?;
            let session = visitor.replace_session(&context, tx, &signed_in).await?;
            Ok((session, revoked))
        })
    });
    let (session, revoked) = changed.await?;
    revoked.publish(&issuer);
    session::enter(&issuer, &session, "/account/profile?note=password")
}

fn page<'a>(
    (issuer, frame): (&Issuer, &'a Frame),
    signed_in: &'a SignedIn,
    problem: Option<Problem>,
) -> PasswordPage<'a> {
    PasswordPage {
        frame,
        email: &signed_in.person.email,
        characters_min: issuer.settings.passwords.characters_min,
        problem,
    }
}
