//! Clients from every source, and how they prove themselves. Documents and keys come from a
//! server on this machine, which a development issuer may ask.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use oauth::jwt::Algorithm;
use oauth::resource::Resource;
use oauth::secret::Secret;
use oauth::time::{Clock, ManualClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::Issuer;
use crate::db::{Db, DbSettings};
use crate::db_suite::NOW;
use crate::random::{Random, SeededRandom};
use crate::seal::SealingKey;
use crate::settings::{
    FetchSettings, Lifetimes, Limits, MetadataDocumentSettings, PublicUrl, RegistrationSettings,
    ResourceSettings, Settings, SignUp,
};

/// Settings of a development issuer that asks its own machine for documents.
pub(super) fn settings() -> Settings {
    let origin = "http://localhost:3000";
    Settings {
        public_url: PublicUrl::parse(origin).unwrap(),
        operator_name: String::new(),
        brand: crate::settings::BrandSettings::default(),
        resources: vec![ResourceSettings {
            resource: Resource::parse(&format!("{origin}/mcp")).unwrap(),
            aliases: Vec::new(),
            name: String::new(),
            default: true,
            algorithm: Algorithm::EdDsa,
            scopes: Vec::new(),
            acr: None,
            consent_note: None,
            upstream: None,
        }],
        sealing_keys: vec![SealingKey {
            id: "t".into(),
            key: Secret::new([1; 32]),
        }],
        signing_algorithm: Algorithm::EdDsa,
        signing_keys: Vec::new(),
        lifetimes: Lifetimes::default(),
        limits: Limits::default(),
        sign_in: crate::settings::SignInSettings::default(),
        sign_up: SignUp::Open,
        verify_email: false,
        mail: None,
        passwords: crate::settings::PasswordSettings::default(),
        registration: RegistrationSettings::default(),
        metadata_documents: MetadataDocumentSettings {
            insecure_allow_loopback: true,
            ..MetadataDocumentSettings::default()
        },
        clients: Vec::new(),
        upstreams: Vec::new(),
        fetch: FetchSettings {
            timeout_seconds: 1,
            ..FetchSettings::default()
        },
    }
}

pub(super) async fn issuer_on(db: Db, settings: Settings) -> (Issuer, ManualClock) {
    let clock = ManualClock::at(NOW);
    let random = Random::Seeded(SeededRandom::new(1));
    let issuer = Issuer::open(settings, db, Clock::Manual(clock.clone()), random).await;
    (issuer.unwrap(), clock)
}

pub(super) async fn issuer(settings: Settings) -> (Issuer, ManualClock) {
    let db = Db::open(&DbSettings::Memory).unwrap();
    db.migrate(NOW).await.unwrap();
    issuer_on(db, settings).await
}

/// A web server on this machine that counts what reaches it.
pub(super) struct Host {
    pub(super) port: u16,
    connections: Arc<AtomicUsize>,
    answers: Answers,
    _tasks: JoinSet<()>,
}

type Answers = Arc<Mutex<HashMap<String, String>>>;

impl Host {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let answers = Answers::default();
        let mut tasks = JoinSet::new();
        let (count, table) = (Arc::clone(&connections), Arc::clone(&answers));
        tasks.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let table = Arc::clone(&table);
                open.spawn(async move {
                    let mut request = vec![0; 4_096];
                    let length = stream.read(&mut request).await.unwrap_or_default();
                    let text = String::from_utf8_lossy(&request[..length]).into_owned();
                    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                    let answer = table.lock().unwrap().get(&path).cloned();
                    // A path without an answer never gets one.
                    let Some(answer) = answer else {
                        return std::future::pending().await;
                    };
                    drop(stream.write_all(answer.as_bytes()).await);
                });
            }
        });
        Self {
            port,
            connections,
            answers,
            _tasks: tasks,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How many connections came since the last time this was asked.
    pub(super) fn connections(&self) -> usize {
        self.connections.swap(0, Ordering::SeqCst)
    }

    /// From now on `path` is answered with this status, these header lines and this body.
    pub(super) fn answer(&self, path: &str, head: &str, body: &str) {
        let text = format!(
            "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.answers.lock().unwrap().insert(path.to_owned(), text);
    }

    pub(super) fn json(&self, path: &str, value: &serde_json::Value) {
        let head = "200 OK\r\ncontent-type: application/json";
        self.answer(path, head, &value.to_string());
    }
}

pub(crate) mod authenticate;
mod documents;
mod fetching;
