//! What is worth remembering: the list of events, and writing one. Events carry no secrets.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use oauth::client::ClientId;
use oauth::resource::Resource;
use tokio::sync::mpsc;

use crate::Issuer;
use crate::db::audit_events::Row;
use crate::db::{self, DbError, Tx};
use crate::random::RandomError;

macro_rules! kinds {
    ($(#[$note:meta])* pub enum Kind { $($kind:ident,)* }) => {
        $(#[$note])*
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            pub(crate) const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
/// Everything that is recorded, by the name it is stored under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    AuthorizationRequested,
    CallRefused,
    ClientChanged,
    ClientDeleted,
    ClientDisabled,
    ClientRegistered,
    CodeReplayed,
    ConnectionEnded,
    ConnectionMade,
    ConnectionRenewed,
    ConnectionUsed,
    ConsentDenied,
    ConsentGiven,
    ConsentNarrowed,
    DeletionAsked,
    DeletionTakenBack,
    EmailChanged,
    EmailCodeSent,
    Exported,
    GrantIssued,
    GrantRefreshed,
    GrantRefused,
    GrantRevoked,
    IdentityConfirmed,
    IdentityLinked,
    IdentityUnlinked,
    Invited,
    KeyChanged,
    OperatorCreated,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    PasswordForgotten,
    PersonChanged,
    PersonDeleted,
    PersonalTokenMade,
    PersonalTokenRevoked,
    PrivyTokenHandedOver,
    RecoveryCodesMade,
    RefreshReplayed,
    SessionEnded,
    SessionStolen,
    SignInFailed,
    SignedIn,
    SignedOut,
    SignedUp,
    TokenRevoked,
    TotpAdded,
    TotpRemoved,
}
}

impl Kind {
    /// As it is stored.
    pub(crate) fn word(self) -> String {
        let text = serde_json::to_string(&self).unwrap_or_default();
        text.trim_matches('"').to_owned()
    }

    /// The kind that is stored under a word; none if a newer node wrote it.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        serde_json::from_value(word.into()).ok()
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    Refused,
}

/// Where a request came from. The server puts it into a request's extensions.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub address: Option<IpAddr>,
    /// The request id that logs carry too.
    pub trace_id: String,
}

impl Source {
    /// The address as text, empty if it is not known.
    #[must_use]
    pub fn address_text(&self) -> String {
        self.address
            .map(|address| address.to_string())
            .unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for Source {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: Kind,
    pub outcome: Outcome,
    pub person_id: Option<String>,
    pub client_id: Option<String>,
    pub resource: Option<String>,
    pub source: Source,
    /// Reason, scopes, key id: short, and never a token, code or password.
    pub detail: String,
}

impl Event {
    #[must_use]
    pub fn new(kind: Kind, source: &Source) -> Self {
        Self {
            kind,
            outcome: Outcome::Done,
            person_id: None,
            client_id: None,
            resource: None,
            source: source.clone(),
            detail: String::new(),
        }
    }

    #[must_use]
    pub fn refused(mut self, reason: impl std::fmt::Display) -> Self {
        self.outcome = Outcome::Refused;
        self.detail(reason)
    }

    #[must_use]
    pub fn person(mut self, id: &str) -> Self {
        self.person_id = Some(id.to_owned());
        self
    }

    #[must_use]
    pub fn client(mut self, id: &ClientId) -> Self {
        self.client_id = Some(id.as_str().to_owned());
        self
    }

    #[must_use]
    pub fn resource(mut self, resource: &Resource) -> Self {
        self.resource = Some(resource.as_str().to_owned());
        self
    }

    /// The event as it is stored, with an id and the time.
    pub(crate) fn row(&self, issuer: &Issuer) -> Result<Row, RandomError> {
        let word = |value: serde_json::Result<String>| {
            value
                .map(|text| text.trim_matches('"').to_owned())
                .unwrap_or_default()
        };
        let now = issuer.clock.now();
        Ok(Row {
            id: issuer.random.id(now)?.to_string(),
            at: now.0,
            kind: self.kind.word(),
            outcome: word(serde_json::to_string(&self.outcome)),
            person_id: self.person_id.clone(),
            client_id: self.client_id.clone(),
            resource: self.resource.clone(),
            source: self.source.address.map(|address| address.to_string()),
            trace_id: Some(self.source.trace_id.clone()).filter(|id| !id.is_empty()),
            detail: self.detail.clone(),
        })
    }

    #[must_use]
    pub fn detail(mut self, detail: impl std::fmt::Display) -> Self {
        self.detail = detail.to_string();
        self
    }
}

/// Records an event in the same unit of work as what it tells of.
///
/// # Errors
/// If the statement fails; the unit is then undone.
pub(crate) async fn record(issuer: &Issuer, tx: &mut Tx, event: &Event) -> Result<(), DbError> {
    let row = event.row(issuer).map_err(|_| DbError::Unavailable(None))?;
    let labels = [("kind", row.kind.clone()), ("outcome", row.outcome.clone())];
    metrics::counter!("vestibule_events_total", &labels).increment(1);
    db::audit_events::insert(tx, row).await
}

/// Events that may wait for a batch: refusals and requests, which change nothing themselves.
pub(crate) struct Backlog(mpsc::Sender<Event>);

/// The backlog's other end.
pub(crate) type Events = mpsc::Receiver<Event>;

impl Backlog {
    /// The queue and its other end, which a job writes from in batches.
    pub(crate) fn new(events_max: usize) -> (Self, Events) {
        let (sender, receiver) = mpsc::channel(events_max);
        (Self(sender), receiver)
    }
}

impl Issuer {
    /// Records an event soon. A crash may lose the last second of these; a full queue drops
    /// them and counts what it dropped.
    pub fn record_soon(&self, event: Event) {
        self.record_soon_with(|| event);
    }

    /// As [`Issuer::record_soon`], for events that come in floods: one that would be dropped is not
    /// put together.
    pub fn record_soon_with(&self, event: impl FnOnce() -> Event) {
        match self.backlog.0.try_reserve() {
            Ok(place) => place.send(event()),
            Err(_) => {
                metrics::counter!("vestibule_audit_events_dropped_total").increment(1);
            }
        }
    }
}
