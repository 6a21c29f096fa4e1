//! GitHub as its OAuth and user endpoints behave, and stricter: codes and refresh tokens work once, PKCE is
//! demanded, and what is dead stays dead. Loopback only; it ends with the test.
#![expect(
    clippy::indexing_slicing,
    reason = "what a test lacks is the test's failure"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use issuer::settings::{GithubKind, GithubSettings, UpstreamKind, UpstreamSettings};
use oauth::pkce::Verifier;
use oauth::secret::Secret;
use serde_json::{Value, json};
use url::Url;

const CLIENT_ID: &str = "Iv1.test";
const CLIENT_SECRET: &str = "the-secret-of-the-app";
pub const WEBHOOK_SECRET: &str = "the-secret-of-the-webhook";

/// An account there.
#[derive(Clone, Debug)]
pub struct GithubAccount {
    pub id: u64,
    pub login: String,
    /// The primary address, and whether it is verified.
    pub email: Option<(String, bool)>,
}

#[derive(Default)]
struct Inner {
    /// Codes with account, challenge, redirect URI and scope.
    codes: HashMap<String, (GithubAccount, String, String, String)>,
    /// Live access tokens.
    tokens: HashMap<String, GithubAccount>,
    /// Live refresh tokens with the access token that dies with them, and the scope.
    refreshes: HashMap<String, (GithubAccount, String, String)>,
    made: u32,
    expires: bool,
    away: bool,
    /// What was asked, method and path.
    calls: Vec<String>,
}

/// A GitHub on loopback.
pub struct FakeGithub {
    base: String,
    inner: Arc<Mutex<Inner>>,
    task: tokio::task::JoinHandle<()>,
}

type Shared = State<Arc<Mutex<Inner>>>;

fn lock(inner: &Mutex<Inner>) -> std::sync::MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakeGithub {
    /// # Panics
    /// If no port can be had.
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let router = Router::new()
            .route("/login/oauth/access_token", post(token))
            .route("/api/v3/user", get(user))
            .route("/api/v3/user/emails", get(emails))
            .route("/api/v3/applications/{client}/{part}", delete(revoke))
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let task =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { base, inner, task }
    }

    /// The settings of an issuer that uses it.
    #[must_use]
    pub fn settings(&self, kind: GithubKind) -> UpstreamSettings {
        let scopes = [("notes:read", "repo"), ("notes:write", "repo")];
        UpstreamSettings {
            name: "github".to_owned(),
            title: "GitHub".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            signs_in: true,
            trusts_email: false,
            base_scopes: vec!["read:user".to_owned(), "user:email".to_owned()],
            kind: UpstreamKind::Github(GithubSettings {
                kind,
                client_secret: Secret::new(CLIENT_SECRET.to_owned()),
                oauth_base: self.base.clone(),
                api_base: format!("{}/api/v3", self.base),
                api_version: None,
                callback_path: "/auth/github/callback".to_owned(),
                webhook_secret: Some(Secret::new(WEBHOOK_SECRET.to_owned())),
                scopes: scopes.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec(),
            }),
        }
    }

    /// The person allows what the browser was sent with. Where the browser goes then, on our origin.
    ///
    /// # Panics
    /// If the address is not one that GitHub would show a page for.
    #[must_use]
    pub fn allow(&self, location: &str, account: &GithubAccount) -> String {
        let query = self.asked(location);
        let (redirect, state) = (&query["redirect_uri"], &query["state"]);
        let mut inner = lock(&self.inner);
        inner.made += 1;
        let code = format!("code-{}", inner.made);
        let scope = query.get("scope").cloned().unwrap_or_default();
        let kept = (
            account.clone(),
            query["code_challenge"].clone(),
            redirect.clone(),
            scope,
        );
        inner.codes.insert(code.clone(), kept);
        let path = Url::parse(redirect).expect("a URL").path().to_owned();
        let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
        format!("{path}?code={code}&state={state}")
    }

    /// What the browser was sent with.
    ///
    /// # Panics
    /// If the address is not one that GitHub would show a page for.
    #[must_use]
    pub fn asked(&self, location: &str) -> HashMap<String, String> {
        let url = Url::parse(location).expect("a URL");
        assert!(location.starts_with(&format!("{}/login/oauth/authorize?", self.base)));
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["code_challenge_method"], "S256");
        query
    }

    /// From now on tokens expire after eight hours, and can be refreshed.
    pub fn expire_tokens(&self) {
        lock(&self.inner).expires = true;
    }

    /// Whether it answers at all.
    pub fn set_away(&self, away: bool) {
        lock(&self.inner).away = away;
    }

    /// Ends every token of every kind.
    pub fn forget(&self) {
        let mut inner = lock(&self.inner);
        inner.tokens.clear();
        inner.refreshes.clear();
    }

    /// How many access tokens are alive.
    #[must_use]
    pub fn live(&self) -> usize {
        lock(&self.inner).tokens.len()
    }

    /// Whether this access token is alive.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        lock(&self.inner).tokens.contains_key(token)
    }

    /// Every secret that it gave out and that lives.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let inner = lock(&self.inner);
        let all = inner.tokens.keys().chain(inner.refreshes.keys());
        all.cloned().chain([CLIENT_SECRET.to_owned()]).collect()
    }

    /// Calls so far whose method and path are this.
    #[must_use]
    pub fn calls(&self, call: &str) -> usize {
        let inner = lock(&self.inner);
        inner.calls.iter().filter(|made| *made == call).count()
    }
}

impl Drop for FakeGithub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    fn note(&mut self, call: &str, headers: &HeaderMap) -> Result<(), StatusCode> {
        self.calls.push(call.to_owned());
        if !headers.contains_key("user-agent") {
            return Err(StatusCode::FORBIDDEN);
        }
        if self.away {
            Err(StatusCode::BAD_GATEWAY)
        } else {
            Ok(())
        }
    }

    fn grant(&mut self, account: GithubAccount, scope: String) -> Value {
        self.made += 1;
        let (access, refresh) = (format!("ghu_{}", self.made), format!("ghr_{}", self.made));
        self.tokens.insert(access.clone(), account.clone());
        let mut answer = json!({
            "access_token": access, "token_type": "bearer", "scope": scope.replace(' ', ","),
        });
        if self.expires {
            let kept = (account, access, scope);
            self.refreshes.insert(refresh.clone(), kept);
            answer["expires_in"] = 28_800.into();
            answer["refresh_token"] = refresh.into();
        }
        answer
    }
}

async fn token(
    State(inner): Shared,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("POST /login/oauth/access_token", &headers)?;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    // As GitHub does: 200 with an error.
    let refuse = |error: &str| Ok(Json(json!({ "error": error })));
    if (field("client_id"), field("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
        return refuse("incorrect_client_credentials");
    }
    if field("grant_type") == "refresh_token" {
        let Some((account, access, scope)) = inner.refreshes.remove(field("refresh_token")) else {
            return refuse("bad_refresh_token");
        };
        inner.tokens.remove(&access);
        return Ok(Json(inner.grant(account, scope)));
    }
    let Some((account, challenge, redirect, scope)) = inner.codes.remove(field("code")) else {
        return refuse("bad_verification_code");
    };
    let verifier = Verifier::parse(field("code_verifier"));
    let meets = verifier.is_ok_and(|verifier| verifier.challenge().as_str() == challenge);
    if !meets || field("redirect_uri") != redirect {
        return refuse("bad_verification_code");
    }
    Ok(Json(inner.grant(account, scope)))
}

fn whose(inner: &Inner, headers: &HeaderMap) -> Result<GithubAccount, StatusCode> {
    let bearer = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let account = token.and_then(|token| inner.tokens.get(token));
    account.cloned().ok_or(StatusCode::UNAUTHORIZED)
}

async fn user(State(inner): Shared, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("GET /user", &headers)?;
    let account = whose(&inner, &headers)?;
    Ok(Json(
        json!({ "id": account.id, "login": account.login, "name": null }),
    ))
}

async fn emails(State(inner): Shared, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("GET /user/emails", &headers)?;
    let account = whose(&inner, &headers)?;
    let Some((email, verified)) = account.email else {
        return Err(StatusCode::NOT_FOUND);
    };
    Ok(Json(json!([
        { "email": "other@example.com", "primary": false, "verified": true },
        { "email": email, "primary": true, "verified": verified },
    ])))
}

async fn revoke(
    State(inner): Shared,
    Path((client, part)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<StatusCode, StatusCode> {
    let mut inner = lock(&inner);
    inner.note(&format!("DELETE /applications/{part}"), &headers)?;
    let basic = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if client != CLIENT_ID || !basic.is_some_and(|value| value.starts_with("Basic ")) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let token = body["access_token"].as_str().unwrap_or_default();
    let Some(account) = inner.tokens.remove(token) else {
        return Err(StatusCode::NOT_FOUND);
    };
    if part == "grant" {
        inner.tokens.retain(|_, other| other.id != account.id);
    }
    Ok(StatusCode::NO_CONTENT)
}
