//! A strict stand-in of GitHub on loopback: it answers what a test told it to, and notes whoever asks wrongly.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Where the API begins, as on a server of one's own.
pub(crate) const PREFIX: &str = "/api/v3";

/// What its clock says: the time at which tests begin.
const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";

/// An answer to give.
#[derive(Clone, Default)]
pub(crate) struct Canned {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    delay: Duration,
    broken: bool,
}

pub(crate) fn ok(body: Value) -> Canned {
    answer(200, body)
}

pub(crate) fn answer(status: u16, body: Value) -> Canned {
    raw(status, body.to_string())
}

pub(crate) fn refused(status: u16, message: &str) -> Canned {
    answer(status, json!({ "message": message }))
}

pub(crate) fn raw(status: u16, body: impl Into<String>) -> Canned {
    Canned {
        status,
        body: body.into(),
        ..Canned::default()
    }
}

impl Canned {
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Comes late.
    pub(crate) fn after(mut self, milliseconds: u64) -> Self {
        self.delay = Duration::from_millis(milliseconds);
        self
    }

    /// Breaks off before its end.
    pub(crate) fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    fn respond(self) -> Response {
        let mut response = Response::builder().status(self.status);
        if !self.headers.iter().any(|(name, _)| *name == "date") {
            response = response.header("date", DATE);
        }
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = if self.broken {
            let cut = std::io::Error::other("cut");
            Body::from_stream(stream::iter([Ok(Bytes::from(self.body)), Err(cut)]))
        } else {
            Body::from(self.body)
        };
        response.body(body).unwrap()
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET /user`, with the query.
    pub(crate) line: String,
    pub(crate) body: Value,
    pub(crate) token: String,
    pub(crate) version: String,
    pub(crate) accept: String,
    pub(crate) if_none_match: String,
    pub(crate) at: Instant,
}

type Rule = Box<dyn Fn(&HashMap<String, String>) -> Canned + Send>;

#[derive(Default)]
struct State {
    tokens: Vec<String>,
    versions: Vec<String>,
    rules: HashMap<String, Rule>,
    queues: HashMap<String, VecDeque<Canned>>,
    asked: Vec<Asked>,
    running: usize,
    running_max: usize,
    wrong: Vec<String>,
}

/// The server. Dropping it fails the test if anything was asked that was not foreseen.
pub(crate) struct Github {
    pub(crate) origin: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Github {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            tokens: vec![super::desk::TOKEN.to_owned()],
            versions: vec!["2022-11-28".to_owned()],
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let handler = move |request: Request| handle(Arc::clone(&shared), request);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(handler);
        #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            origin,
            state,
            task,
        }
    }

    pub(crate) fn api(&self) -> String {
        format!("{}{PREFIX}", self.origin)
    }

    /// Answers `GET /user` and the like, once. Several are given one after the other.
    pub(crate) fn on(&self, line: &str, canned: Canned) -> &Self {
        let mut state = self.state.lock().unwrap();
        let queue = state.queues.entry(line.to_owned()).or_default();
        queue.push_back(canned);
        drop(state);
        self
    }

    /// Answers by the query, as often as it is asked.
    pub(crate) fn always(
        &self,
        line: &str,
        rule: impl Fn(&HashMap<String, String>) -> Canned + Send + 'static,
    ) {
        let mut state = self.state.lock().unwrap();
        state.rules.insert(line.to_owned(), Box::new(rule));
    }

    /// Only these tokens count from now on.
    pub(crate) fn accept_tokens(&self, tokens: &[&str]) {
        let tokens = tokens.iter().map(ToString::to_string);
        self.state.lock().unwrap().tokens = tokens.collect();
    }

    /// Only this version is spoken.
    pub(crate) fn speak(&self, version: &str) {
        self.state.lock().unwrap().versions = vec![version.to_owned()];
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Until something was asked.
    pub(crate) async fn until_asked(&self) {
        while self.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub(crate) fn running_max(&self) -> usize {
        self.state.lock().unwrap().running_max
    }
}

impl Drop for Github {
    fn drop(&mut self) {
        self.task.abort();
        if std::thread::panicking() {
            return;
        }
        let state = self.state.lock().unwrap();
        assert_eq!(state.wrong, Vec::<String>::new(), "asked wrongly");
        let left = state.queues.iter().filter(|(_, queue)| !queue.is_empty());
        let left: Vec<_> = left.map(|(line, _)| line).collect();
        assert!(left.is_empty(), "never asked for: {left:?}");
    }
}

async fn handle(state: Arc<Mutex<State>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    let header = |name: &str| {
        let value = parts.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let path = parts.uri.path();
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    let query = parts.uri.query().unwrap_or_default();
    let asked = Asked {
        line: format!("{} {path}?{query}", parts.method)
            .trim_end_matches('?')
            .to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        token: header("authorization")
            .trim_start_matches("Bearer ")
            .to_owned(),
        version: header("x-github-api-version"),
        accept: header("accept"),
        if_none_match: header("if-none-match"),
        at: Instant::now(),
    };
    let with_body = parts.method == "POST" || parts.method == "PATCH";
    let well_formed = header("user-agent").starts_with("vestibule/")
        && asked.accept.starts_with("application/vnd.github")
        && header("authorization").starts_with("Bearer ")
        && header("cookie").is_empty()
        && (!with_body || header("content-type") == "application/json");
    let canned = {
        let mut state = state.lock().unwrap();
        state.running += 1;
        state.running_max = state.running_max.max(state.running);
        if !well_formed {
            state.wrong.push(format!("{asked:?}"));
        }
        let canned = state.choose(&asked, &format!("{} {path}", parts.method), query);
        state.asked.push(asked);
        canned
    };
    tokio::time::sleep(canned.delay).await;
    state.lock().unwrap().running -= 1;
    canned.respond()
}

impl State {
    fn choose(&mut self, asked: &Asked, line: &str, query: &str) -> Canned {
        if !self.tokens.contains(&asked.token) {
            return refused(401, "Bad credentials");
        }
        if !self.versions.contains(&asked.version) {
            let text =
                "The version in the \"X-GitHub-API-Version\" header is not a supported version.";
            return refused(400, text);
        }
        let queue = self.queues.get_mut(line);
        if let Some(canned) = queue.and_then(VecDeque::pop_front) {
            return canned;
        }
        let url = reqwest::Url::parse(&format!("http://x/?{query}")).unwrap();
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        match self.rules.get(line) {
            Some(rule) => rule(&query),
            None => {
                self.wrong.push(format!("not foreseen: {line}"));
                refused(404, "Not Found")
            }
        }
    }
}
