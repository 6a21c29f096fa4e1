//! The account: who is signed in, what is connected, and the way to end either.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth::client::ClientId;
use oauth::resource::Resource;

use crate::Issuer;
use crate::audit::{self, Event, Kind, Source};
use crate::db::connections::Row;
use crate::db::consents::Consent;
use crate::db::people::Person;
use crate::db::{self, DbError, Tx};
use crate::login::session::SignedIn;
use crate::pages::{Frame, PageError, PageForm, clean, identity_words};
use crate::tokens::refresh::revoke_families_of;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    frame: &'a Frame,
    person: &'a Person,
    connected: Vec<Connected>,
    upstreams: Vec<Upstream<'a>>,
}

/// Where the person may have an account that apps act with.
struct Upstream<'a> {
    name: &'a str,
    title: &'a str,
    /// The account that is connected.
    login: Option<String>,
    /// Whether it must be connected again.
    ended: bool,
}

/// A client that the person allowed something.
struct Connected {
    client_id: String,
    name: String,
    allowed: Vec<Allowed>,
}

/// What it was allowed for one resource.
struct Allowed {
    resource: String,
    scopes: String,
    day: String,
}

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let mut tx = issuer.db.read().await?;
    let consents = db::consents::list(&mut tx, &person.id).await?;
    let mut by_client: BTreeMap<String, Vec<Allowed>> = BTreeMap::new();
    for consent in consents {
        let allowed = allowed(&issuer, &frame, &consent);
        by_client
            .entry(consent.client_id)
            .or_default()
            .push(allowed);
    }
    let mut connected = Vec::new();
    for (client_id, allowed) in by_client {
        connected.push(Connected {
            name: name(&issuer, &mut tx, &client_id).await?,
            client_id,
            allowed,
        });
    }
    let rows = db::connections::list(&mut tx, &person.id).await?;
    drop(tx);
    frame.show(&AccountPage {
        frame: &frame,
        person: &person,
        connected,
        upstreams: upstreams(&issuer, &rows),
    })
}

/// Disconnects a client: what it was allowed, and every token that came of it.
pub(crate) async fn disconnect(
    State(issuer): State<Issuer>,
    SignedIn { person, .. }: SignedIn,
    source: Source,
    form: PageForm,
) -> Result<Response, PageError> {
    let client_id = ClientId::parse(form.text("client_id"));
    let client_id = client_id.map_err(|_| PageError::bad_request("error-no-such-app"))?;
    let revoked = {
        let issuer = issuer.clone();
        let db = issuer.db.clone();
        db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                db::consents::delete(tx, &person.id, client_id.as_str()).await?;
                let revoked = revoke_families_of(&issuer, tx, &person.id, Some(&client_id)).await?;
                let event = Event::new(Kind::GrantRevoked, &source)
                    .person(&person.id)
                    .client(&client_id)
                    .detail("disconnected by the person");
                audit::record(&issuer, tx, &event).await?;
                Ok(revoked)
            })
        })
        .await?
    };
    revoked.publish(&issuer);
    Ok(Redirect::to("/account").into_response())
}

fn upstreams<'a>(issuer: &'a Issuer, rows: &[Row]) -> Vec<Upstream<'a>> {
    let upstreams = issuer.settings.upstreams.iter().map(|settings| {
        let mut own = rows.iter();
        let row = own.find(|row| row.upstream == settings.name && row.host == settings.host());
        Upstream {
            name: &settings.name,
            title: &settings.title,
            login: row.map(|row| clean(&row.login)),
            ended: row.is_some_and(|row| row.sealed.is_none()),
        }
    });
    upstreams.collect()
}

/// The client's name as last known; its id if it is gone. Nothing is fetched for this page.
async fn name(issuer: &Issuer, tx: &mut Tx, client_id: &str) -> Result<String, DbError> {
    let mut configured = issuer.settings.clients.iter();
    let named = match configured.find(|client| client.id.as_str() == client_id) {
        Some(client) => Some(client.name.clone()),
        None => db::clients::find(tx, client_id).await?.map(|row| row.name),
    };
    let name = named.map(|name| clean(&name));
    let name = name.filter(|name| !name.is_empty());
    Ok(name.unwrap_or_else(|| clean(client_id)))
}

fn allowed(issuer: &Issuer, frame: &Frame, consent: &Consent) -> Allowed {
    let resource = Resource::parse(&consent.resource).ok();
    let settings = resource.and_then(|resource| issuer.settings.resource(&resource));
    let titles = consent.scope.split(' ').map(|name| -> String {
        let scopes = settings.map_or(&[][..], |settings| &settings.scopes);
        let known = scopes.iter().find(|scope| scope.name.as_str() == name);
        let known = known.map(|scope| scope.title.as_str());
        let known = known.map(str::to_owned);
        let known = known.or_else(|| Some(frame.tell(&identity_words(name)?)));
        known.unwrap_or_else(|| name.to_owned())
    });
    let day = jiff::Timestamp::from_second(consent.given_at);
    Allowed {
        resource: settings
            .map_or(&consent.resource, |settings| &settings.name)
            .clone(),
        scopes: titles.collect::<Vec<_>>().join(", "),
        day: day.map_or(String::new(), |day| day.strftime("%Y-%m-%d").to_string()),
    }
}
