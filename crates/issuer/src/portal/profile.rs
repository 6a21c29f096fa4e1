//! The profile: name, address, password, and the ways to take everything along or to have it deleted.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::DbError;
use crate::db::people::{self, Person};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm, PageQuery, clean};

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    frame: &'a Frame,
    person: &'a Person,
    /// Whether an address can be proved.
    mail: bool,
    note: Option<&'static str>,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    frame.show(&ProfilePage {
        frame: &frame,
        person: &person,
        mail: issuer.has_mail(),
        note: match query.get("note") {
            Some("name") => Some("profile-name-kept"),
            Some("email-sent") => Some("profile-email-sent"),
            Some("email") => Some("profile-email-changed"),
            Some("password") => Some("profile-password-changed"),
            _ => None,
        },
    })
}

/// Keeps the name.
pub(crate) async fn post(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    let name = Some(clean(form.text("name"))).filter(|name| !name.is_empty());
    let context = issuer.clone();
    let kept = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move {
            people::update_name(tx, &person.id, name).await?;
            let event = Event::new(Kind::PersonChanged, &source).person(&person.id);
            audit::record(&context, tx, &event.detail("name")).await
        })
    });
    kept.await?;
    Ok(Redirect::to("/account/profile?note=name").into_response())
}
