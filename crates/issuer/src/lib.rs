//! Gives out tokens: signs people in, asks their consent, and serves OAuth 2.1.
//!
//! [`Issuer`] is the context that every function takes; [`router`] serves it.

pub mod audit;
mod clients;
mod connections;
pub mod db;
mod document;
mod endpoints;
mod jobs;
mod login;
pub mod mail;
pub mod operate;
mod pages;
mod people;
mod portal;
pub mod random;
mod routes;
pub mod seal;
pub mod settings;
mod tokens;
pub mod usage;

use std::sync::Arc;

use oauth::time::Clock;

pub use clients::ClientsError;
pub use jobs::Jobs;
pub use login::operator_setup_link;
pub use login::upstream::UpstreamsError;
pub use routes::router;
pub use tokens::keys::{KeysError, Purpose};
pub use tokens::personal;

/// The context: everything a request needs. Cheap to clone.
#[derive(Clone)]
pub struct Issuer(Arc<Parts>);

/// What the context is made of.
#[doc(hidden)]
pub struct Parts {
    pub(crate) settings: settings::Settings,
    pub(crate) db: db::Db,
    pub(crate) clock: Clock,
    pub(crate) random: random::Random,
    pub(crate) sealer: seal::Sealer,
    pub(crate) backlog: audit::Backlog,
    /// Taken by the job that writes them.
    pub(crate) backlog_events: std::sync::Mutex<Option<audit::Events>>,
    pub(crate) brand: Arc<pages::Brand>,
    pub(crate) clients: clients::Clients,
    pub(crate) keys: tokens::keys::Keys,
    pub(crate) revocations: tokens::revocation::Revocations,
    pub(crate) limits_reached: endpoints::caller::Reached,
    /// The metadata document, ready to send.
    pub(crate) metadata: document::Document,
    pub(crate) passkeys: Option<webauthn_rs::Webauthn>,
    pub(crate) passwords: login::password::PasswordPool,
    /// Absent where no mail is sent.
    pub(crate) mailer: Option<mail::Mailer>,
    pub(crate) upstreams: Vec<login::upstream::Known>,
    pub(crate) flights: connections::refresh::Flights,
    pub(crate) usage: usage::Usage,
}

impl Issuer {
    /// Opens the context over a migrated database: makes the keys that are missing, and learns
    /// what was revoked.
    ///
    /// # Errors
    /// If the database or its keys cannot be used.
    pub async fn open(
        settings: settings::Settings,
        db: db::Db,
        clock: Clock,
        random: random::Random,
    ) -> Result<Self, OpenError> {
        let sealer = seal::Sealer::new(&settings.sealing_keys);
        let (backlog, events) = audit::Backlog::new(1_024);
        let clients = clients::Clients::new(&settings)?;
        let passkeys = login::passkey::relying_party(&settings);
        let passwords = login::password::PasswordPool::new(&settings.limits);
        let means = tokens::keys::Means {
            settings: &settings,
            db: &db,
            sealer: &sealer,
            random: &random,
            now: clock.now(),
        };
        let keys = means.load().await?;
        let mailer = settings.mail.as_ref().map(mail::Mailer::open).transpose()?;
        let upstreams = login::upstream::Known::all(&settings.upstreams, &settings.fetch, &clock)?;
        let brand = Arc::new(pages::Brand::new(&settings.brand));
        let metadata = endpoints::discovery::document(&settings);
        let issuer = Self(Arc::new(Parts {
            settings,
            db,
            clock,
            random,
            sealer,
            backlog,
            backlog_events: std::sync::Mutex::new(Some(events)),
            brand,
            clients,
            keys,
            passkeys,
            passwords,
            revocations: tokens::revocation::Revocations::default(),
            limits_reached: moka::sync::Cache::new(10_000),
            metadata,
            mailer,
            upstreams,
            flights: connections::refresh::flights(),
            usage: usage::Usage::default(),
        }));
        tokens::revocation::poll(&issuer).await?;
        Ok(issuer)
    }
}

/// The issuer cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Database(#[from] db::DbError),
    #[error(transparent)]
    Client(#[from] ClientsError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Mail(#[from] mail::MailError),
    #[error(transparent)]
    Upstreams(#[from] UpstreamsError),
}

impl std::ops::Deref for Issuer {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

#[cfg(test)]
#[path = "../tests/db/suite.rs"]
mod db_suite;
