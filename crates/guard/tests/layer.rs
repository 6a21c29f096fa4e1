//! The guard as a layer around a server that knows nothing of it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router, routing::any};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use guard::oauth::jwt::JwtError;
use guard::oauth::resource::Resource;
use guard::oauth::time::UnixTime;
use guard::{Guard, Mode, Principal, Reason, Refusal, ToolPolicy, Verify};
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
            auth_time: None,
            email: None,
            email_verified: None,
        };
        let verified = match token {
            "good" => Ok(Arc::new(principal)),
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
