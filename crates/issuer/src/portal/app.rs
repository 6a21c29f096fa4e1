//! One app: who it is, what it may do where, what it did, and taking back a part of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use oauth::scope::ScopeSet;

use super::allowed::App;
use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::login::Problem;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm, PageQuery};
use crate::tokens::narrow::{self, Kept, NarrowError};

#[derive(Template)]
#[template(path = "app.html")]
struct AppPage<'a> {
    frame: &'a Frame,
    app: &'a App,
    /// Whether the person comes from taking something back.
    narrowed: bool,
    problem: Option<Problem>,
}

impl From<NarrowError> for PageError {
    fn from(error: NarrowError) -> Self {
        match error {
            NarrowError::NothingAllowed => no_such_app(),
            NarrowError::Changed => Self::new(StatusCode::CONFLICT, "error-allowed-changed"),
            NarrowError::Database(error) => error.into(),
        }
    }
}

pub(super) fn no_such_app() -> PageError {
    PageError::new(StatusCode::NOT_FOUND, "error-no-such-app")
}

/// The app of this address, if it is one of the person's own.
pub(super) async fn load(
    issuer: &Issuer,
    frame: &Frame,
    signed_in: &SignedIn,
    name: &str,
) -> Result<App, PageError> {
    let app = App::find(issuer, frame, &signed_in.person.id, name).await?;
    app.ok_or_else(no_such_app)
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let app = load(&issuer, &frame, &signed_in, &name).await?;
    frame.show(&AppPage {
        frame: &frame,
        app: &app,
        narrowed: query.get("done") == Some("narrowed"),
        problem: None,
    })
}

/// Takes back what is not ticked.
pub(crate) async fn post(
    State(issuer): State<Issuer>,
    Path(name): Path<String>,
    (signed_in, source): (SignedIn, Source),
    frame: Frame,
    form: PageForm,
) -> Result<Response, PageError> {
    let app = load(&issuer, &frame, &signed_in, &name).await?;
    let mut places = app.places.iter();
    let place = places.find(|place| place.resource == form.text("resource"));
    let place = place.ok_or_else(no_such_app)?;
    let ticked = form.get_all("scope").filter_map(|name| name.parse().ok());
    let ticked: ScopeSet = ticked.collect();
    if !place.scopes.iter().any(|line| ticked.contains(&line.value)) {
        return frame.show_as(
            StatusCode::BAD_REQUEST,
            &AppPage {
                frame: &frame,
                app: &app,
                narrowed: false,
                problem: Some(Problem::new("scope", "app-nothing-left")),
            },
        );
    }
    // What comes with every yes stays.
    let always = place
        .always
        .iter()
        .filter_map(|line| line.value.parse().ok());
    let always: ScopeSet = always.collect();
    let kept = Kept {
        person_id: signed_in.person.id,
        client_id: app.client_id,
        resource: place.resource.clone(),
        scope: ticked.union(&always),
    };
    take_back(&issuer, source, kept).await?;
    Ok(Redirect::to(&format!("/account/apps/{name}?done=narrowed")).into_response())
}

async fn take_back(issuer: &Issuer, source: Source, kept: Kept) -> Result<(), NarrowError> {
    let context = issuer.clone();
    let narrowed = issuer.db.write::<_, NarrowError, _>(move |tx| {
        Box::pin(async move {
            let narrowed = narrow::narrow(&context, tx, &kept).await?;
            if !narrowed.taken.is_empty() {
                let mut event = Event::new(Kind::ConsentNarrowed, &source)
                    .person(&kept.person_id)
                    .client(&kept.client_id)
                    .detail(&narrowed.taken);
                event.resource = Some(kept.resource);
                audit::record(&context, tx, &event).await?;
            }
            Ok(narrowed)
        })
    });
    narrowed.await?.revoked.publish(issuer);
    Ok(())
}
