//! The guard as a layer around a server that knows nothing of it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router, routing::any};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use guard::oauth::acr::Acr;
use guard::oauth::challenge::Challenge;
use guard::oauth::jwt::JwtError;
use guard::oauth::resource::Resource;
use guard::oauth::time::{Clock, ManualClock, UnixTime};
use guard::{Assurance, Guard, InBand, Mode, Principal, Reason, Refusal, ToolPolicy, Verify};
use tower::ServiceExt as _;

/// Knows one token: `good`.
struct OneToken;

impl Verify for OneToken {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Arc<Principal>, Refusal>> {
        let principal = Principal {
            sub: "ada".to_owned(),
            audience: "https://h.example/mcp".to_owned(),
            client_id: "c".to_owned(),
            scopes: "a".parse().unwrap(),
            jti: "f.1".to_owned(),
            expires_at: UnixTime(2),
            auth_time: Some(UnixTime(1_000)),
            acr: (token != "good").then(|| token.to_owned()),
            email: None,
            email_verified: None,
        };
        let verified = match token {
            "good" | "phr" | "other" => Ok(Arc::new(principal)),
            "away" => Err(Reason::VerifierAway.into()),
            _ => Err(Reason::TokenInvalid(JwtError::Malformed).into()),
        };
        ready(verified).boxed()
    }
}

fn router(mode: Mode) -> Router {
    let handler = |who: Option<Extension<Arc<Principal>>>, body: String| async move {
        let name = who.map_or("nobody".to_owned(), |who| who.sub.clone());
        format!("{name}: {body}")
    };
    let guard = Guard::new(
        Resource::parse("https://h.example/mcp").unwrap(),
        Arc::new(OneToken),
    )
    .with_tool("open", ToolPolicy::Public)
    .with_tool("a", ToolPolicy::Required("a".parse().unwrap()))
    .with_tool("b", ToolPolicy::Required("b".parse().unwrap()))
    .with_mode(mode);
    Router::new().route("/mcp", any(handler).layer(guard))
}

async fn send(
    mode: Mode,
    method: &str,
    token: &str,
    body: &str,
) -> (StatusCode, String, Option<Refusal>) {
    let mut request = Request::builder()
        .method(method)
        .uri("/mcp")
        .header("content-type", "application/json; charset=utf-8");
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = router(mode).oneshot(request).await.unwrap();
    let refusal = response.extensions().get::<Refusal>().cloned();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap(), refusal)
}

fn call(tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

#[tokio::test]
async fn the_body_and_the_principal_arrive_as_they_were() {
    for mode in [Mode::Required, Mode::Mixed] {
        let body = format!(" {} ", call("a"));
        let (status, text, refusal) = send(mode, "POST", "good", &body).await;
        assert_eq!((status, text), (StatusCode::OK, format!("ada: {body}")));
        assert_eq!(refusal, None);
    }
    let (_, text, _) = send(Mode::Mixed, "POST", "", &call("open")).await;
    assert!(text.starts_with("nobody: "), "{text}");
}

#[tokio::test]
async fn a_refusal_travels_in_the_extensions() {
    for (token, tool, status) in [
        ("", "a", 401),
        ("bad", "a", 401),
        ("bad", "open", 401),
        ("good", "b", 403),
        ("away", "a", 503),
        ("good", "unknown", 200),
    ] {
        let (got, text, refusal) = send(Mode::Mixed, "POST", token, &call(tool)).await;
        assert_eq!(got, status, "{token} {tool}");
        assert_eq!(refusal.unwrap().reason.status(), status);
        assert!(text.starts_with(r#"{"jsonrpc""#), "{text}");
    }
}

#[tokio::test]
async fn in_mixed_mode_only_finding_out_is_open() {
    for (method, status) in [
        ("tools/list", 200),
        ("server/discover", 200),
        ("resources/read", 401),
        ("prompts/get", 401),
        ("x/y", 401),
    ] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}"}}"#);
        assert_eq!(
            send(Mode::Mixed, "POST", "", &body).await.0,
            status,
            "{method}"
        );
        assert_eq!(send(Mode::Required, "POST", "", &body).await.0, 401);
    }
}

#[tokio::test]
async fn streams_and_session_ends_need_a_token_in_every_mode() {
    for mode in [Mode::Required, Mode::Mixed] {
        for method in ["GET", "DELETE"] {
            assert_eq!(send(mode, method, "", "").await.0, 401);
            assert_eq!(send(mode, method, "bad", "").await.0, 401);
            assert_eq!(send(mode, method, "good", "").await.0, 200);
        }
    }
}

#[tokio::test]
async fn a_tool_without_a_policy_cannot_be_called() {
    // RFC 8707 §2: nor can anything by a token for another resource.
    let other = Resource::parse("https://h.example/other").unwrap();
    let guard = Guard::new(other, Arc::new(OneToken)).with_tool("a", ToolPolicy::Public);
    let router = Router::new().route("/mcp", any(|| async { "let in" }).layer(guard));
    let request = Request::post("/mcp")
        .header("authorization", "Bearer good")
        .header("content-type", "application/json")
        .body(Body::from(call("a")));
    let response = router.oneshot(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 401);
    let refusal = response.extensions().get::<Refusal>().unwrap();
    assert_eq!(refusal.reason, Reason::WrongResource);
}

#[tokio::test]
async fn a_tool_may_demand_how_and_how_lately_the_person_signed_in() {
    // RFC 9470 §3
    let clock = ManualClock::at(UnixTime(1_300));
    let level = Assurance::level(Acr::MultiFactor);
    let guard = Guard::new(
        Resource::parse("https://h.example/mcp").unwrap(),
        Arc::new(OneToken),
    )
    .with_tool("plain", ToolPolicy::Required("a".parse().unwrap()))
    .with_tool("strong", ToolPolicy::Required("a".parse().unwrap()))
    .with_tool("both", ToolPolicy::Required("a".parse().unwrap()))
    .with_tool("open", ToolPolicy::Public)
    .with_tool("scope", ToolPolicy::Required("b".parse().unwrap()))
    .with_assurance("strong", level.clone())
    .with_assurance("both", level.clone().within(300))
    .with_assurance("open", Assurance::recent(300))
    .with_assurance("scope", level.clone())
    .with_clock(Clock::Manual(clock.clone()))
    .with_mode(Mode::Mixed)
    .with_in_band(InBand::Always);
    let refusal = async |tool: &str, token: &str| {
        let router = Router::new().route("/mcp", any(|| async { "let in" }).layer(guard.clone()));
        let mut request = Request::post("/mcp").header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(call(tool))).unwrap();
        let response = router.oneshot(request).await.unwrap();
        response.extensions().get::<Refusal>().cloned()
    };
    for (tool, token) in [
        ("plain", "good"),
        ("strong", "phr"),
        ("both", "phr"),
        ("open", "good"),
    ] {
        assert_eq!(refusal(tool, token).await, None, "{tool} {token}");
    }
    for (tool, token) in [("strong", "good"), ("strong", "other"), ("both", "good")] {
        let refusal = refusal(tool, token).await.unwrap();
        let insufficient = matches!(refusal.reason, Reason::AuthenticationInsufficient { .. });
        assert!(
            insufficient && refusal.reason.status() == 401,
            "{tool} {token}"
        );
        let challenge = refusal.challenge.clone().unwrap();
        assert_eq!(
            challenge.assurance.clone().unwrap().acr_values,
            level.acr_values
        );
        assert_eq!(challenge.scope.to_string(), "a");
        // The same in the header and in the result of the tool.
        let response = refusal.into_response(None);
        let header = response.headers()["www-authenticate"].to_str().unwrap();
        assert_eq!(Challenge::parse(header), Some(challenge));
    }
    // Nobody is more than everybody, and what a scope lacks is said after it.
    assert_eq!(
        refusal("open", "").await.unwrap().reason,
        Reason::TokenMissing
    );
    let missing = refusal("scope", "phr").await.unwrap().reason;
    assert!(matches!(missing, Reason::ScopeMissing { .. }));
    clock.advance(1);
    for tool in ["both", "open"] {
        let challenge = refusal(tool, "phr").await.unwrap().challenge.unwrap();
        assert_eq!(challenge.assurance.unwrap().max_age_seconds, Some(300));
    }
    assert_eq!(refusal("strong", "phr").await, None);
}
