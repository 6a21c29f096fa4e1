//! How the person signs in: the overview, and below it what changes it.

mod adding;
pub(crate) mod passkeys;
pub(crate) mod recovery_codes;
pub(crate) mod totp;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::moment::Moment;
use crate::Issuer;
use crate::db;
use crate::db::passkeys::Row;
use crate::login::Problem;
use crate::login::continuation::Continuation;
use crate::login::session::SignedIn;
use crate::login::ways::Ways;
use crate::pages::{Frame, PageError, clean};

#[derive(Template)]
#[template(path = "security.html")]
struct SecurityPage<'a> {
    frame: &'a Frame,
    passkeys: Vec<Passkey>,
    /// Whether new ones can be made here.
    offered: bool,
    totp: bool,
    recovery_codes: i64,
    password: bool,
    elsewhere: Vec<Elsewhere<'a>>,
    problem: Option<Problem>,
}

struct Passkey {
    id: String,
    name: String,
    synced: bool,
    created: Moment,
    used: Option<Moment>,
}

/// Where people have accounts that they sign in with.
struct Elsewhere<'a> {
    name: &'a str,
    title: &'a str,
    host: &'a str,
    own: Option<Own>,
}

/// The person's account there.
struct Own {
    login: String,
    used: Option<Moment>,
    /// Whether nothing else lets the person in.
    last: bool,
}

impl<'a> Elsewhere<'a> {
    fn all(issuer: &'a Issuer, ways: &Ways) -> Vec<Self> {
        let upstreams = issuer.settings.upstreams.iter();
        let upstreams = upstreams.filter(|settings| settings.signs_in);
        let elsewhere = upstreams.map(|settings| {
            let mut own = ways.identities.iter();
            let own = own.find(|row| row.upstream == settings.name);
            Self {
                name: &settings.name,
                title: &settings.title,
                host: settings.host(),
                own: own.map(|row| Own {
                    login: clean(row.login.as_deref().unwrap_or_default()),
                    used: row.used_at.map(Moment::of),
                    last: ways.without(&settings.name) == 0,
                }),
            }
        });
        elsewhere.collect()
    }
}

impl From<Row> for Passkey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            synced: row.synced,
            created: Moment::day(row.created_at),
            used: row.used_at.map(Moment::of),
        }
    }
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    signed_in: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    show(&issuer, &signed_in, &frame, None).await
}

async fn show(
    issuer: &Issuer,
    signed_in: &SignedIn,
    frame: &Frame,
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let person_id = &signed_in.person.id;
    let mut tx = issuer.db.read().await?;
    let factors = db::factors::find(&mut tx, person_id).await?;
    let passkeys = db::passkeys::list(&mut tx, person_id).await?;
    let ways = Ways::load(issuer, &mut tx, person_id).await?;
    drop(tx);
    let status = match problem {
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::OK,
    };
    let page = SecurityPage {
        frame,
        passkeys: passkeys.into_iter().map(Passkey::from).collect(),
        offered: issuer.passkeys.is_some(),
        totp: factors.totp_keys > 0,
        recovery_codes: factors.recovery_codes,
        password: ways.password,
        elsewhere: Elsewhere::all(issuer, &ways),
        problem,
    };
    let form_action = Continuation::default().form_action(&issuer.upstreams);
    let page = frame.show_as(status, &page)?;
    Ok((axum::Extension(form_action), page).into_response())
}
