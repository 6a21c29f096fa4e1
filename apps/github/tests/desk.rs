//! The app behind its guard, with a person whose account at the stand-in is connected.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::future::{BoxFuture, FutureExt as _, ready};
use github::{Settings, app};
use guard::oauth::time::ManualClock;
use guard::{InBand, Mode, Refusal, Verify};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use toolbox::serve::{Host, Mount, router};
use toolbox::{
    Clock, MemoryConnections, MemoryStore, Part, Principal, Secret, UnixTime, UpstreamToken,
};
use tower::ServiceExt as _;

use super::stand_in::Github;

pub(crate) const TOKEN: &str = "gho_Secret1";
pub(crate) const NEXT_TOKEN: &str = "gho_Secret2";
/// Of another account than the first two.
pub(crate) const OTHER_TOKEN: &str = "gho_Secret9";
pub(crate) const NOW: i64 = 1_800_000_000;
const ORIGIN: &str = "https://h.example";
const SCOPES: &str = "read:user read:repos write:issues write:branches";

/// Everything that a test needs.
pub(crate) struct Desk {
    pub(crate) github: Github,
    pub(crate) connections: Arc<MemoryConnections>,
    pub(crate) clock: ManualClock,
    router: Router,
}

impl Desk {
    /// Ada is connected as account 7.
    pub(crate) async fn start() -> Self {
        Self::start_with(SCOPES, |_| {}).await
    }

    pub(crate) async fn start_with(scopes: &str, set: impl FnOnce(&mut Settings)) -> Self {
        let github = Github::start().await;
        let clock = ManualClock::at(UnixTime(NOW));
        let mut settings = Settings {
            write_branches: true,
            timeout: Duration::from_millis(400),
            clock: Clock::Manual(clock.clone()),
            ..Settings::default()
        };
        set(&mut settings);
        let connections = Arc::new(MemoryConnections::default());
        connections.connect("ada", vec![token(&github.api(), TOKEN)]);
        let host = Host {
            public_origin: ORIGIN.to_owned(),
            issuer: ORIGIN.to_owned(),
            verify: Arc::new(Names(scopes.to_owned())),
            store: Arc::new(MemoryStore::default()),
            connections: Some(Arc::clone(&connections) as _),
            observer: None,
            origins: Vec::new(),
            body_bytes_max: 1024 * 1024,
        };
        let mount = Mount {
            app: app(&settings),
            path: "/mcp/github".to_owned(),
            alias: None,
            part: Part::default(),
            mode: Mode::Required,
            in_band: InBand::OpenAi,
        };
        Self {
            router: router(&host, vec![mount]).unwrap(),
            github,
            connections,
            clock,
        }
    }

    /// Gives the person tokens: each is replaced by the next.
    pub(crate) fn connect(&self, person: &str, tokens: &[&str]) {
        let api = self.github.api();
        let tokens = tokens.iter().map(|text| token(&api, text)).collect();
        self.connections.connect(person, tokens);
    }

    /// Connects a person through a GitHub App, as account 7.
    pub(crate) fn connect_by_app(&self, person: &str) {
        let token = UpstreamToken {
            is_app: true,
            scopes: Vec::new(),
            ..token(&self.github.api(), TOKEN)
        };
        self.connections.connect(person, vec![token]);
    }

    /// Connects a person at another host.
    pub(crate) fn connect_to(&self, person: &str, api: &str) {
        self.connections.connect(person, vec![token(api, TOKEN)]);
    }

    /// The result of a tool, for Ada. No token of hers is ever in it.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.call_as("ada", tool, arguments).await
    }

    pub(crate) async fn call_as(&self, person: &str, tool: &str, arguments: Value) -> Value {
        let (_, body) = self.post(person, tool, arguments).await;
        assert!(!body.to_string().contains("gho_"), "a token is in {body}");
        assert!(body["result"].is_object(), "{body}");
        body["result"].clone()
    }

    /// Whether the guard lets Ada call a tool, whatever comes of it.
    pub(crate) async fn may_call(&self, tool: &str) -> bool {
        let (status, _) = self.post("ada", tool, json!({})).await;
        assert!(status == 200 || status == 403, "{tool}: {status}");
        status == 200
    }

    async fn post(&self, person: &str, tool: &str, arguments: Value) -> (u16, Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = Request::post("/mcp/github")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {person}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Asks for a page or a tool by `GET`.
    pub(crate) async fn get(&self, path: &str, bearer: Option<&str>) -> (u16, Value) {
        let mut request = Request::get(path);
        if let Some(person) = bearer {
            request = request.header("authorization", format!("Bearer {person}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The value of a success.
    pub(crate) async fn value(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{result}");
        result["structuredContent"].clone()
    }

    /// The words of an error.
    pub(crate) async fn error(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{result}");
        assert!(result["structuredContent"].is_null(), "{result}");
        text(&result).to_owned()
    }
}

/// What a result says in words.
pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

fn token(api: &str, text: &str) -> UpstreamToken {
    UpstreamToken {
        token: Secret::new(text.to_owned()),
        api_base: api.to_owned(),
        account_id: if text == OTHER_TOKEN { "9" } else { "7" }.to_owned(),
        login: "ada-l".to_owned(),
        scopes: vec!["repo".to_owned()],
        is_app: false,
    }
}

/// Takes a token for the name of whom it speaks for.
struct Names(String);

impl Verify for Names {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>> {
        let principal = Principal {
            sub: token.to_owned(),
            audience: format!("{ORIGIN}/mcp/github"),
            client_id: "chat".to_owned(),
            scopes: self.0.parse().unwrap(),
            jti: "family.1".to_owned(),
            expires_at: UnixTime(i64::MAX),
            auth_time: None,
            acr: None,
            email: None,
            email_verified: None,
        };
        ready(Ok(Arc::new(principal))).boxed()
    }
}
