//! A whole issuer for one test, with a clock that stands still and randomness that repeats.

use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use http::{Request, header};
use issuer::Issuer;
use issuer::db::{Db, DbSettings};
use issuer::random::{Random, SeededRandom};
use issuer::seal::SealingKey;
use issuer::settings::{
    Lifetimes, Limits, MailSettings, MailTransport, MetadataDocumentSettings, PublicUrl,
    RegistrationSettings, ResourceSettings, ScopeSettings, Settings, SignUp,
};
use oauth::jwt::Algorithm;
use oauth::resource::Resource;
use oauth::secret::Secret;
use oauth::time::{Clock, ManualClock};
use tower::ServiceExt as _;

use crate::mail::{self, Letter};
use crate::{Answer, Browser, NOTES, NOW, ORIGIN, OauthClient, PASSWORD, PING};

/// A whole issuer for one test.
pub struct App {
    pub issuer: Issuer,
    pub clock: ManualClock,
    pub db: Db,
    database: DbSettings,
    router: Router,
    folder: Option<PathBuf>,
    mail: Option<PathBuf>,
}

/// How an app may differ from the usual one.
pub struct AppBuilder {
    pub settings: Settings,
    database: Option<DbSettings>,
    seed: u32,
}

impl AppBuilder {
    /// Changes settings before the app starts.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Uses this database in place of a new SQLite file.
    #[must_use]
    pub fn on(mut self, database: DbSettings) -> Self {
        self.database = Some(database);
        self
    }

    /// Sends mail, into a folder that [`App::letters`] reads.
    #[must_use]
    pub fn mailing(mut self) -> Self {
        let name = format!("vestibule-mail-{}", uuid::Uuid::now_v7());
        self.settings.mail = Some(MailSettings {
            from: "Test House <house@auth.test>".to_owned(),
            transport: MailTransport::Folder(std::env::temp_dir().join(name)),
        });
        self
    }

    /// Another node draws other random numbers.
    #[must_use]
    pub fn seeded(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// # Panics
    /// If the app cannot start.
    pub async fn start(self) -> App {
        let (database, folder) = self.database.map_or_else(
            || {
                let name = format!("vestibule-test-{}", uuid::Uuid::now_v7());
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&folder).expect("a folder");
                (DbSettings::File(folder.join("test.db")), Some(folder))
            },
            |database| (database, None),
        );
        let db = Db::open(&database).expect("a database");
        db.migrate(NOW).await.expect("tables");
        let mail = self.settings.mail.as_ref();
        let mail = mail.and_then(|mail| match &mail.transport {
            MailTransport::Folder(folder) => Some(folder.clone()),
            MailTransport::Smtp(_) => None,
        });
        let clock = ManualClock::at(NOW);
        let issuer = Issuer::open(
            self.settings,
            db.clone(),
            Clock::Manual(clock.clone()),
            Random::Seeded(SeededRandom::new(self.seed)),
        )
        .await
        .expect("an issuer");
        let router = issuer::router(issuer.clone());
        App {
            issuer,
            clock,
            db,
            database,
            router,
            folder,
            mail,
        }
    }
}

impl App {
    /// The usual app: SQLite, two resources, EdDSA because it signs fast.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    #[must_use]
    pub fn builder() -> AppBuilder {
        AppBuilder {
            settings: settings(),
            database: None,
            seed: 1,
        }
    }

    /// Sends a request without cookies.
    ///
    /// # Panics
    /// If the response cannot be read.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await;
        Answer::of(response.expect("a response")).await
    }

    /// # Panics
    /// If the path is malformed.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    /// Posts a form as a program would.
    ///
    /// # Panics
    /// If the path is malformed.
    pub async fn post(&self, path: &str, form: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into());
        self.send(request.expect("a request")).await
    }

    /// # Panics
    /// If the path is malformed.
    pub async fn post_json(&self, path: &str, json: &serde_json::Value) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json.to_string()));
        self.send(request.expect("a request")).await
    }

    #[must_use]
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// A browser in which a new person, `<name>@example.com`, has signed up and is signed in.
    pub async fn person(&self, name: &str) -> Browser<'_> {
        let browser = self.browser();
        let page = browser.visit("/signup").await;
        let form = page
            .form("/signup")
            .with("email", &format!("{name}@example.com"))
            .with("name", name)
            .with("password", PASSWORD);
        let answer = browser.submit(&form).await;
        assert!(
            answer.status.is_redirection(),
            "{} {}",
            answer.status,
            answer.body
        );
        browser
    }

    /// A client that has registered itself, public, with one https redirect URI.
    pub async fn client(&self) -> OauthClient<'_> {
        OauthClient::register(self).await
    }
}

impl App {
    /// Its database, for another node.
    #[must_use]
    pub fn database(&self) -> DbSettings {
        self.database.clone()
    }

    /// Delivers what waits, and reads all letters so far.
    ///
    /// # Panics
    /// If it was not built to send mail, or cannot deliver.
    pub async fn letters(&self) -> Vec<Letter> {
        self.issuer.run_job("deliver_mail").await.expect("delivery");
        mail::read(self.mail.as_ref().expect("an app that sends mail"))
    }

    /// The newest letter.
    ///
    /// # Panics
    /// As [`App::letters`], and if there is none.
    pub async fn letter(&self) -> Letter {
        self.letters().await.pop().expect("a letter")
    }

    /// The files that its database consists of.
    ///
    /// # Panics
    /// If it was started on a database that was there.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let folder = self.folder.as_ref().expect("a folder of its own");
        let files = std::fs::read_dir(folder).expect("readable");
        files.map(|file| file.expect("readable").path()).collect()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        for folder in self.folder.iter().chain(&self.mail) {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

fn settings() -> Settings {
    let scope = |name: &str, base, writes| ScopeSettings {
        name: name.parse().expect("a scope"),
        title: format!("Title of {name}"),
        description: format!("Description of {name}"),
        base,
        writes,
    };
    let resource = |uri: &str, name: &str, scopes| ResourceSettings {
        resource: Resource::parse(uri).expect("a resource"),
        aliases: Vec::new(),
        name: name.to_owned(),
        default: uri == NOTES,
        algorithm: Algorithm::EdDsa,
        scopes,
        acr: None,
        consent_note: None,
        upstream: None,
    };
    let scopes = vec![
        scope("profile:read", true, false),
        scope("notes:read", true, false),
        scope("notes:write", false, true),
    ];
    let mut notes = resource(NOTES, "Notes", scopes);
    notes.aliases = vec![Resource::parse(&format!("{ORIGIN}/mcp")).expect("a resource")];
    Settings {
        public_url: PublicUrl::parse(ORIGIN).expect("an origin"),
        operator_name: "Test House".to_owned(),
        brand: issuer::settings::BrandSettings::default(),
        resources: vec![notes, resource(PING, "Ping", Vec::new())],
        sealing_keys: vec![SealingKey {
            id: "test".to_owned(),
            key: Secret::new([7; 32]),
        }],
        signing_keys: Vec::new(),
        signing_algorithm: Algorithm::EdDsa,
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        sign_in: issuer::settings::SignInSettings::default(),
        sign_up: SignUp::Open,
        verify_email: false,
        mail: None,
        passwords: issuer::settings::PasswordSettings::default(),
        registration: RegistrationSettings::default(),
        metadata_documents: MetadataDocumentSettings::default(),
        clients: Vec::new(),
        upstreams: Vec::new(),
        fetch: issuer::settings::FetchSettings::default(),
    }
}
