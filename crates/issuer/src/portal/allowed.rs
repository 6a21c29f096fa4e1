//! What the person allowed clients, with who they are and what they did with it.

use std::collections::BTreeMap;

use oauth::client::ClientId;
use oauth::resource::Resource;
use oauth::scope::ScopeSet;
use oauth::secret::SecretHash;

use super::moment::Moment;
use crate::Issuer;
use crate::clients::{ClientSource, known_as};
use crate::db::app_usage::Total;
use crate::db::consents::Consent;
use crate::db::{self, DbError, Tx};
use crate::pages::{Frame, clean, identity_words, say};

/// What is counted as recent.
pub(super) const RECENT_SECONDS: i64 = 30 * 86_400;

/// A client that the person allowed something.
pub(super) struct App {
    /// Names it in our addresses: ids can be addresses themselves, which proxies change in a path.
    pub(super) name_in_path: String,
    pub(super) client_id: ClientId,
    pub(super) name: String,
    /// Who vouches for the name.
    pub(super) known: String,
    pub(super) places: Vec<Place>,
}

/// What it was allowed at one resource.
pub(super) struct Place {
    pub(super) resource: String,
    pub(super) name: String,
    pub(super) given: Moment,
    /// What can be taken back.
    pub(super) scopes: Vec<Line>,
    /// What comes with every yes.
    pub(super) always: Vec<Line>,
    pub(super) used: Option<Used>,
}

/// A scope in words.
pub(super) struct Line {
    pub(super) value: String,
    pub(super) title: String,
    pub(super) text: String,
}

/// What came in from it.
pub(super) struct Used {
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// Recently.
    pub(super) calls: i64,
    pub(super) tool: Option<String>,
}

impl App {
    /// All of a person's, by name.
    pub(super) async fn list(
        issuer: &Issuer,
        frame: &Frame,
        person_id: &str,
    ) -> Result<Vec<Self>, DbError> {
        let mut tx = issuer.db.read().await?;
        let consents = db::consents::list(&mut tx, person_id).await?;
        let since = issuer.clock.now().minus(RECENT_SECONDS);
        let totals = db::app_usage::list(&mut tx, person_id, since).await?;
        let mut by_client: BTreeMap<String, Vec<Consent>> = BTreeMap::new();
        for consent in consents {
            let own = by_client.entry(consent.client_id.clone());
            own.or_default().push(consent);
        }
        let mut apps = Vec::new();
        for (client_id, consents) in by_client {
            let Ok(client_id) = ClientId::parse(&client_id) else {
                continue;
            };
            let place = |consent: &Consent| Place::of(issuer, frame, consent, &totals);
            let (name, source) = client_name(issuer, &mut tx, &client_id).await?;
            let known = source.map(|source| known_as(source, &client_id, &frame.operator));
            let known = frame.tell(&known.unwrap_or(say("apps-known-gone")));
            apps.push(Self {
                name_in_path: name_in_path(&client_id),
                name,
                known,
                places: consents.iter().map(place).collect(),
                client_id,
            });
        }
        apps.sort_by_key(|app| app.name.to_lowercase());
        Ok(apps)
    }

    /// One of a person's own; there are no others.
    pub(super) async fn find(
        issuer: &Issuer,
        frame: &Frame,
        person_id: &str,
        name_in_path: &str,
    ) -> Result<Option<Self>, DbError> {
        let mut apps = Self::list(issuer, frame, person_id).await?.into_iter();
        Ok(apps.find(|app| app.name_in_path == name_in_path))
    }

    /// For templates: the last use of any of its places.
    pub(super) fn last(&self) -> Option<&Moment> {
        let used = self.places.iter().filter_map(|place| place.used.as_ref());
        used.map(|used| &used.last)
            .max_by(|a, b| a.machine.cmp(&b.machine))
    }

    /// For templates: recent calls at all of its places.
    pub(super) fn calls(&self) -> i64 {
        let used = self.places.iter().filter_map(|place| place.used.as_ref());
        used.map(|used| used.calls).sum()
    }
}

pub(super) fn name_in_path(client_id: &ClientId) -> String {
    let hash = SecretHash::of(client_id.as_str().as_bytes());
    hash.as_str().chars().take(16).collect()
}

/// A client's name as last known, its id if it is gone, and who vouches for it. Nothing is fetched for it.
pub(super) async fn client_name(
    issuer: &Issuer,
    tx: &mut Tx,
    client_id: &ClientId,
) -> Result<(String, Option<ClientSource>), DbError> {
    let mut configured = issuer.clients.configured.iter();
    let found = match configured.find(|client| client.id == *client_id) {
        Some(client) => Some((client.name.clone(), Some(client.source))),
        None => db::clients::find(tx, client_id.as_str())
            .await?
            .map(|row| (row.name, ClientSource::from_stored(&row.source))),
    };
    let (name, source) = found.unwrap_or_default();
    let name = match clean(&name) {
        name if name.is_empty() => clean(client_id.as_str()),
        name => name,
    };
    Ok((name, source))
}

/// A resource by its name, and scopes by their titles.
pub(super) fn scope_titles(issuer: &Issuer, resource: &str, scope: &str) -> (String, String) {
    let known = Resource::parse(resource).ok();
    let Some(settings) = known.and_then(|known| issuer.settings.resource(&known)) else {
        return (resource.to_owned(), scope.to_owned());
    };
    let scope: ScopeSet = scope.parse().unwrap_or_default();
    let named = settings.scopes.iter();
    let named = named.filter(|known| scope.contains(known.name.as_str()));
    let titles: Vec<_> = named.map(|known| known.title.as_str()).collect();
    (settings.name.clone(), titles.join(", "))
}

impl Place {
    fn of(issuer: &Issuer, frame: &Frame, consent: &Consent, totals: &[Total]) -> Self {
        let resource = Resource::parse(&consent.resource).ok();
        let settings = resource.and_then(|resource| issuer.settings.resource(&resource));
        let scope: ScopeSet = consent.scope.parse().unwrap_or_default();
        let (always, scopes): (Vec<_>, Vec<_>) = scope
            .iter()
            .partition(|scope| identity_words(scope.as_str()).is_some());
        let line = |name: &str| {
            let known = settings.iter().flat_map(|settings| &settings.scopes);
            let mut known = known.filter(|scope| scope.name.as_str() == name);
            let known = known.next();
            Line {
                value: name.to_owned(),
                title: known.map_or(name, |scope| &scope.title).to_owned(),
                text: known.map_or("", |scope| &scope.description).to_owned(),
            }
        };
        let mut totals = totals.iter();
        let used = totals.find(|total| {
            total.client_id == consent.client_id && total.resource == consent.resource
        });
        Self {
            resource: consent.resource.clone(),
            name: settings
                .map_or(&consent.resource, |settings| &settings.name)
                .clone(),
            given: Moment::day(consent.given_at),
            scopes: scopes.iter().map(|scope| line(scope.as_str())).collect(),
            always: always
                .iter()
                .filter_map(|scope| {
                    let title = identity_words(scope.as_str())?;
                    Some(Line {
                        title: frame.tell(&title),
                        ..line(scope.as_str())
                    })
                })
                .collect(),
            used: used.map(Used::of),
        }
    }
}

impl Used {
    pub(super) fn of(total: &Total) -> Self {
        Self {
            first: Moment::of(total.first_at),
            last: Moment::of(total.last_at),
            calls: total.calls,
            tool: Some(clean(&total.last_tool)).filter(|tool| !tool.is_empty()),
        }
    }
}
