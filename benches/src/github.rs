//! Our own part of a GitHub tool's call: many people at once, against a GitHub that takes its time. Reported is a
//! call's time less the time that this GitHub had the request.

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;

use crate::dance::{Client, Dancer, register};
use crate::discover::{Discovered, discover};
use crate::http::{Connection, request};
use crate::measure::{Round, Until, Work, drive};
use crate::page::Person;
use crate::process::{Program, machine};
use crate::servers::{CORE, Port, url};

/// As GitHub's own times, these differ, or all people would call at the same moment.
const ANSWER_MILLIS: std::ops::Range<u32> = 50..150;
/// Calls of each person that are not counted: the first ones look up and connect.
const WARM_UP: usize = 5;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// How many call at once.
    #[arg(long, default_value_t = 50)]
    people: usize,
    /// How often each of them calls.
    #[arg(long, default_value_t = 60)]
    calls: usize,
    /// The server to measure, if it is not the one under `target/release`.
    #[arg(long)]
    binary: Option<PathBuf>,
}

/// The stand-in. Accounts are numbers, in the order in which they are first sent here.
#[derive(Default)]
struct GitHub {
    seen: AtomicU32,
    /// By account, in microseconds: how long the last request was here.
    had: Vec<AtomicU32>,
}

impl GitHub {
    fn new(people: usize) -> Self {
        let had = (0..=people).map(|_| AtomicU32::new(0)).collect();
        Self {
            had,
            ..Self::default()
        }
    }

    fn had(&self, account: usize) -> u32 {
        let had = self.had.get(account);
        had.map_or(0, |had| had.load(Ordering::Relaxed))
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) -> Result<()> {
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let github = Arc::clone(&self);
            let service = hyper::service::service_fn(move |request| {
                let github = Arc::clone(&github);
                async move { Ok::<_, Infallible>(github.answer(request).await) }
            });
            let http = hyper::server::conn::http1::Builder::new();
            connections.spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let begun = Instant::now();
        let (head, body) = request.into_parts();
        let bytes = body.collect().await.map(|body| body.to_bytes());
        match head.uri.path() {
            "/login/oauth/authorize" => self.allow(head.uri.query().unwrap_or_default()),
            "/login/oauth/access_token" => {
                let form = bytes.unwrap_or_default();
                let code = url::form_urlencoded::parse(&form).find(|(name, _)| name == "code");
                let token = format!("token-{}", code.map(|(_, code)| code).unwrap_or_default());
                answer(&json!({ "access_token": token, "token_type": "bearer", "scope": "" }))
            }
            "/api/v3/user/emails" => answer(&json!([])),
            _ => {
                let bearer = head.headers.get("authorization");
                let bearer = bearer.and_then(|value| value.to_str().ok());
                let account = bearer.and_then(|value| value.rsplit('-').next()?.parse().ok());
                let account: usize = account.unwrap_or_default();
                tokio::time::sleep(pause()).await;
                let login = format!("person-{account}");
                let page = format!("https://github.com/{login}");
                let response = answer(&json!({ "id": account, "login": login, "html_url": page }));
                if let Some(had) = self.had.get(account) {
                    had.store(micros(begun), Ordering::Relaxed);
                }
                response
            }
        }
    }

    /// Whoever is sent here allows everything, as the next account.
    fn allow(&self, query: &str) -> Response<Full<Bytes>> {
        let code = (self.seen.fetch_add(1, Ordering::Relaxed) + 1).to_string();
        let find = |wanted: &str| {
            let found =
                url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let back = [("code", code), ("state", find("state"))];
        let to = Url::parse_with_params(&find("redirect_uri"), back);
        let to = to.map(String::from).unwrap_or_default();
        let response = Response::builder().status(302).header("location", to);
        response.body(Full::default()).unwrap_or_default()
    }
}

fn answer(body: &Value) -> Response<Full<Bytes>> {
    let response = Response::builder().header("content-type", "application/json");
    let body = Full::new(Bytes::from(body.to_string()));
    response.body(body).unwrap_or_default()
}

fn pause() -> Duration {
    let mut bytes = [0; 4];
    // Without randomness all wait equally long.
    aws_lc_rs::rand::fill(&mut bytes).unwrap_or_default();
    let spread = u32::from_ne_bytes(bytes) % (ANSWER_MILLIS.end - ANSWER_MILLIS.start);
    Duration::from_millis(u64::from(ANSWER_MILLIS.start + spread))
}

fn micros(begun: Instant) -> u32 {
    u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX)
}

/// One person's calls, and what each took beyond GitHub's own time.
struct Caller {
    github: Arc<GitHub>,
    account: usize,
    connection: Connection,
    bytes: Vec<u8>,
    own: Vec<u32>,
}

impl Work for Caller {
    async fn run(&mut self) -> Result<()> {
        let begun = Instant::now();
        let answer = self.connection.send(&self.bytes).await?.expect(200)?;
        let took = micros(begun);
        let login = format!("person-{}", self.account);
        if !answer.text().contains(&login) {
            bail!("not the answer for {login}: {}", answer.describe());
        }
        self.own
            .push(took.saturating_sub(self.github.had(self.account)));
        Ok(())
    }
}

pub(crate) async fn run(plan: &Plan) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()?;
    let folder = root.join("target/bench/github");
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder)?;
    let binary = plan.binary.clone();
    let binary = binary.unwrap_or_else(|| root.join("target/release/vestibule"));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let api = Url::parse(&format!("http://{}/api/v3/user", listener.local_addr()?))?;
    let github = Arc::new(GitHub::new(plan.people));
    let mut serving = JoinSet::new();
    serving.spawn(Arc::clone(&github).serve(listener));
    let process = ours(&folder, &binary, &api)?.start(CORE).await?;
    let mcp = url(Port::Ours, "/mcp/github")?;
    let mut found = discover(&mcp).await?;
    found.scope = "read:user".into();
    let client = register(&found, "none").await?;
    let mut tokens = Vec::new();
    for _ in 0..plan.people {
        tokens.push(sign_in(&found, &client).await?);
    }
    eprintln!("{}", machine()?);
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "get_me", "arguments": {} },
    });
    let call = call.to_string();
    let headers = |token: &str| {
        format!("content-type: application/json\r\nauthorization: Bearer {token}\r\n")
    };
    let tool = |_: usize, token: &str| request("POST", &mcp, &headers(token), &call);
    show(
        "the tool",
        &measure(plan, &github, &mcp, callers(&tokens, tool)).await?,
    );
    let itself =
        |account: usize, _: &str| request("GET", &api, &headers(&format!("token-{account}")), "");
    let round = measure(plan, &github, &api, callers(&tokens, itself)).await?;
    show("GitHub itself, asked by the generator", &round);
    process.stop().await
}

/// The request of each person, who is the account of that number.
fn callers(tokens: &[String], request: impl Fn(usize, &str) -> Vec<u8>) -> Vec<Vec<u8>> {
    let numbered = tokens.iter().enumerate();
    numbered.map(|(at, token)| request(at + 1, token)).collect()
}

async fn measure(
    plan: &Plan,
    github: &Arc<GitHub>,
    to: &Url,
    requests: Vec<Vec<u8>>,
) -> Result<Round> {
    let callers = requests.into_iter().enumerate().map(|(at, bytes)| {
        Ok(Caller {
            github: Arc::clone(github),
            account: at + 1,
            connection: Connection::to(to)?,
            bytes,
            own: Vec::new(),
        })
    });
    let mut callers: Vec<_> = callers.collect::<Result<_>>()?;
    let round = drive(&mut callers, Until::Count(plan.calls + WARM_UP), None).await?;
    let own = callers
        .into_iter()
        .flat_map(|caller| caller.own.into_iter().skip(WARM_UP));
    Ok(Round {
        latencies: own.collect(),
        ..round
    })
}

/// A new person signs in with GitHub and consents; gives the access token.
async fn sign_in(found: &Discovered, client: &Client) -> Result<String> {
    let nobody = Person {
        email: String::new(),
        password: String::new(),
    };
    let mut dancer = Dancer::new(found, client, nobody)?;
    dancer.press("/login", "/login/github").await?;
    let tokens = dancer
        .dance()
        .await
        .context("no token after a sign-in with GitHub")?;
    Ok(tokens.access_token)
}

fn ours(folder: &Path, binary: &Path, github: &Url) -> Result<Program> {
    let origin = url(Port::Ours, "")?;
    let origin = origin.as_str().trim_end_matches('/');
    let config = format!(
        r#"public_url = "{origin}"
listen = "127.0.0.1:{}"
data_dir = "{}"

[metrics]
listen = "off"

[github]
client_id = "bench"
client_secret = "bench"
url = "{}"

[limits]
sign_ups_per_source = "off"
registrations_per_source = "off"
authorize_requests_per_source = "off"
"#,
        Port::Ours as u16,
        folder.display(),
        github.origin().ascii_serialization(),
    );
    let file = folder.join("vestibule.toml");
    fs::write(&file, config)?;
    let words = [
        &binary.display().to_string(),
        "serve",
        "--config",
        &file.display().to_string(),
    ];
    Ok(Program {
        name: "Vestibule".into(),
        command: words.map(str::to_owned).to_vec(),
        ready: url(Port::Ours, "/.well-known/oauth-authorization-server")?,
        folder: folder.to_owned(),
    })
}

fn show(title: &str, round: &Round) {
    let [p50, p90, p99] = [0.5, 0.9, 0.99].map(|q| round.quantile(q));
    let count = round.latencies.len();
    eprintln!("{title}, {count} calls, GitHub's time taken off:");
    eprintln!("p50 {p50:.2} ms, p90 {p90:.2} ms, p99 {p99:.2} ms");
}
