//! The person's accounts elsewhere, which apps act with.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::Issuer;
use crate::db::{self, connections::Row};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, clean};
use crate::portal::moment::Moment;

#[derive(Template)]
#[template(path = "connections.html")]
struct ConnectionsPage<'a> {
    frame: &'a Frame,
    upstreams: Vec<Upstream<'a>>,
}

/// Where the person may have an account that apps act with.
struct Upstream<'a> {
    name: &'a str,
    title: &'a str,
    host: &'a str,
    connected: Option<Connected>,
}

struct Connected {
    login: String,
    since: Moment,
    /// Whether it must be connected again.
    ended: bool,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let rows = db::connections::list(&mut issuer.db.read().await?, &person.id).await?;
    frame.show(&ConnectionsPage {
        frame: &frame,
        upstreams: upstreams(&issuer, &rows),
    })
}

fn upstreams<'a>(issuer: &'a Issuer, rows: &[Row]) -> Vec<Upstream<'a>> {
    let upstreams = issuer.settings.connecting().map(|settings| {
        let mut own = rows.iter();
        let row = own.find(|row| row.upstream == settings.name && row.host == settings.host());
        Upstream {
            name: &settings.name,
            title: &settings.title,
            host: settings.host(),
            connected: row.map(|row| Connected {
                login: clean(&row.login),
                since: Moment::day(row.created_at),
                ended: row.sealed.is_none(),
            }),
        }
    });
    upstreams.collect()
}
