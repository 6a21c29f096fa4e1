//! The notes app served in this process, with tokens of an issuer made up here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use guard::oauth::jwt::{Algorithm, KeySet, SigningKey};
use guard::oauth::time::{Clock, ManualClock, UnixTime};
use guard::verify::{JwtVerifier, Revocations};
use guard::{InBand, Mode, Observer, Refusal, Seen, Verify};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use toolbox::serve::{Host, Mount, router};
use toolbox::{MemoryConnections, MemoryStore, Part};
use tower::ServiceExt as _;

pub(crate) const ORIGIN: &str = "https://h.example";
pub(crate) const NOTES: &str = "https://h.example/mcp/notes";
const NOW: i64 = 1_800_000_000;

pub(crate) struct App {
    router: Router,
    key: SigningKey,
    pub(crate) clock: ManualClock,
    pub(crate) connections: Arc<MemoryConnections>,
    pub(crate) revoked: Arc<Revoked>,
    pub(crate) log: Arc<Log>,
}

#[derive(Default)]
pub(crate) struct Revoked {
    epoch: AtomicU64,
    names: Mutex<Vec<String>>,
}

impl Revoked {
    pub(crate) fn add(&self, name: &str) {
        self.names.lock().unwrap().push(name.to_owned());
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }
}

struct Shared(Arc<Revoked>);

impl Revocations for Shared {
    fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    fn is_revoked(&self, jti_or_family: &str) -> bool {
        let names = self.0.names.lock().unwrap();
        names.iter().any(|name| name == jti_or_family)
    }
}

/// One line per decision.
#[derive(Default)]
pub(crate) struct Log(pub(crate) Mutex<Vec<String>>);

impl Observer for Log {
    fn allowed(&self, seen: &Seen<'_>) {
        let tool = seen.look.and_then(|look| look.name.as_deref());
        let who = seen.principal.map(|principal| principal.sub.as_str());
        let line = format!("allowed {tool:?} {who:?}");
        self.0.lock().unwrap().push(line);
    }

    fn refused(&self, _: &Seen<'_>, refusal: &Refusal) {
        let line = format!("refused {:?}", refusal.reason);
        self.0.lock().unwrap().push(line);
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> i64 {
        self.body["error"]["code"].as_i64().unwrap_or_default()
    }
}

impl App {
    pub(crate) fn start(mode: Mode) -> Self {
        Self::start_with(mode, InBand::OpenAi)
    }

    pub(crate) fn start_with(mode: Mode, in_band: InBand) -> Self {
        let mut notes = mount(notes::app(), "/mcp/notes", Some("/mcp"));
        let mut ping = mount(notes::ping_app(), "/mcp/ping", None);
        for mount in [&mut notes, &mut ping] {
            (mount.mode, mount.in_band) = (mode, in_band);
        }
        Self::serving(vec![notes, ping])
    }

    pub(crate) fn serving(mounts: Vec<Mount>) -> Self {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let keys = Arc::new(KeySet::of([key.public()]));
        let clock = ManualClock::at(UnixTime(NOW));
        let revoked = Arc::new(Revoked::default());
        let log = Arc::new(Log::default());
        let verify = JwtVerifier::new(ORIGIN, move || Arc::clone(&keys))
            .with_clock(Clock::Manual(clock.clone()))
            .with_revocations(Shared(Arc::clone(&revoked)));
        let mut host = host(Arc::new(verify));
        host.observer = Some(Arc::clone(&log) as _);
        let connections = Arc::new(MemoryConnections::default());
        host.connections = Some(Arc::clone(&connections) as _);
        Self {
            router: router(&host, mounts).unwrap(),
            connections,
            key,
            clock,
            revoked,
            log,
        }
    }

    pub(crate) fn claims(scope: &str) -> Value {
        json!({
            "iss": ORIGIN, "sub": "ada", "aud": NOTES, "exp": NOW + 3600, "iat": NOW,
            "jti": "family.1", "client_id": "chat", "azp": "chat", "scope": scope,
            "auth_time": NOW, "email": "ada@example.com", "email_verified": true,
        })
    }

    /// An access token with these scopes and otherwise good claims.
    pub(crate) fn token(&self, scope: &str) -> String {
        self.sign(&Self::claims(scope))
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.key.sign_access(claims).unwrap()
    }

    pub(crate) fn sign_other(&self, claims: &Value) -> String {
        self.key.sign_jwt(claims).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    /// Posts any body to the notes app.
    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        self.post_to("/mcp/notes", headers, body).await
    }

    pub(crate) async fn post_to(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Posts with a token.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        token: &str,
        body: String,
    ) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [headers, &[("authorization", &bearer)]].concat();
        self.post_to(path, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Calls a tool with a token, if one is given.
    pub(crate) async fn call(&self, token: Option<&str>, tool: &str, arguments: Value) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = bearer
            .iter()
            .map(|b| ("authorization", b.as_str()))
            .collect();
        self.post(&headers, call(tool, &arguments)).await
    }
}

/// A call in the era before 2026-07-28.
pub(crate) fn call(tool: &str, arguments: &Value) -> String {
    let params = json!({ "name": tool, "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
}

pub(crate) fn host(verify: Arc<dyn Verify>) -> Host {
    Host {
        public_origin: ORIGIN.to_owned(),
        issuer: ORIGIN.to_owned(),
        verify,
        store: Arc::new(MemoryStore::default()),
        connections: None,
        observer: None,
        origins: vec!["https://inspector.example".to_owned()],
        body_bytes_max: 1024 * 1024,
    }
}

pub(crate) fn mount(app: toolbox::App, path: &str, alias: Option<&str>) -> Mount {
    Mount {
        app,
        path: path.to_owned(),
        alias: alias.map(str::to_owned),
        part: Part::default(),
        mode: Mode::Required,
        in_band: InBand::OpenAi,
    }
}
