//! Which apps the person allowed, the way to each.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::allowed::App;
use crate::Issuer;
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageQuery};

#[derive(Template)]
#[template(path = "apps.html")]
struct AppsPage<'a> {
    frame: &'a Frame,
    apps: Vec<App>,
    /// Whether the person comes from ending one.
    ended: bool,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
    query: PageQuery,
) -> Result<Response, PageError> {
    let apps = App::list(&issuer, &frame, &signed_in.person.id).await?;
    frame.show(&AppsPage {
        frame: &frame,
        apps,
        ended: query.get("done") == Some("ended"),
    })
}
