//! The token endpoint: what bodies it reads, and what it never does.

mod authorization_code;
mod refresh_token;

use axum::body::Body;
use http::Request;
use issuer::settings::Limit;
use testkit::{App, VERIFIER};

fn request(kind: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/oauth/token").header("content-type", kind);
    request.body(body.into()).unwrap()
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn what_is_no_small_form_is_refused_in_json() {
    let app = App::start().await;
    let large = format!("a={}", "x".repeat(16 * 1024));
    let many = vec!["a=1"; 65].join("&");
    let cases: [(&str, &[u8], u16, &str); 14] = [
        (FORM, b"", 401, "invalid_client"),
        (FORM, b"grant_type=x&grant_type=x", 400, "invalid_request"),
        (FORM, b"client_id=%00", 400, "invalid_request"),
        (FORM, b"client_id=%ff", 400, "invalid_request"),
        (FORM, b"client_id=\xff", 400, "invalid_request"),
        (FORM, large.as_bytes(), 413, "invalid_request"),
        (FORM, many.as_bytes(), 400, "invalid_request"),
        ("application/json", b"[]", 400, "invalid_request"),
        (
            "application/json",
            br#"{"client_id":1}"#,
            400,
            "invalid_request",
        ),
        (
            "application/json",
            br#"{"a":"1","a":"2"}"#,
            400,
            "invalid_request",
        ),
        ("application/json", large.as_bytes(), 413, "invalid_request"),
        ("text/plain", b"client_id=x", 400, "invalid_request"),
        (
            "multipart/form-data; boundary=x",
            b"--x--",
            400,
            "invalid_request",
        ),
        ("", b"client_id=x", 400, "invalid_request"),
    ];
    for (kind, body, status, error) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = app.send(request(kind, body.to_vec())).await;
        assert_eq!(answer.status, status, "{kind} {shown} {}", answer.body);
        assert_eq!(answer.error(), error, "{kind} {shown}");
        // RFC 6749 §5.1
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn what_a_client_does_wrong_has_its_own_code() {
    let app = App::start().await;
    let client = app.client().await;
    for (form, status, error) in [
        ("", 400, "invalid_request"),
        ("&grant_type=", 400, "invalid_request"),
        (
            "&grant_type=password&username=a&password=b",
            400,
            "unsupported_grant_type",
        ),
        (
            "&grant_type=client_credentials",
            400,
            "unsupported_grant_type",
        ),
        ("&grant_type=authorization_code", 400, "invalid_request"),
        (
            "&grant_type=authorization_code&code=x",
            400,
            "invalid_request",
        ),
        (
            "&grant_type=authorization_code&code=x&code_verifier=short",
            400,
            "invalid_request",
        ),
        ("&grant_type=refresh_token", 400, "invalid_request"),
        (
            "&grant_type=refresh_token&refresh_token=x",
            400,
            "invalid_grant",
        ),
        (
            "&grant_type=refresh_token&refresh_token=x&scope=%22",
            400,
            "invalid_scope",
        ),
        (
            "&grant_type=refresh_token&refresh_token=x&resource=x",
            400,
            "invalid_target",
        ),
        (
            "&grant_type=refresh_token&refresh_token=x&resource=https://e.test",
            400,
            "invalid_target",
        ),
    ] {
        let answer = app
            .post("/oauth/token", format!("client_id={}{form}", client.id))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (status, error),
            "{form}"
        );
    }
    let unknown = app
        .post("/oauth/token", "client_id=nobody&grant_type=refresh_token")
        .await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.error().as_str()),
        (401, "invalid_client")
    );
    let answer = app.get("/oauth/token").await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn a_client_that_used_the_header_is_challenged() {
    // RFC 6749 §5.2
    let app = App::start().await;
    let request = Request::post("/oauth/token")
        .header("content-type", FORM)
        .header("authorization", "Basic bm9ib2R5OnNlY3JldA==")
        .body(Body::from("grant_type=refresh_token&refresh_token=x"));
    let answer = app.send(request.unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error().as_str()),
        (401, "invalid_client")
    );
    assert!(answer.header("www-authenticate").starts_with("Basic "));
}

#[tokio::test]
async fn aliases_and_json_reach_the_same_handler() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    for path in ["/oauth/token", "/oauth2/token", "/token"] {
        let code = client.code(&browser, "notes:read").await;
        let sent = serde_json::json!({
            "grant_type": "authorization_code",
            "client_id": client.id,
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": VERIFIER,
        });
        let answer = app.post_json(path, &sent).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
    }
}

#[tokio::test]
async fn failures_are_slowed_down_and_successes_are_not() {
    let app = App::builder();
    let app = app.with(|settings| {
        settings.limits.token_failures_per_source = Limit::new(3, 100);
    });
    let app = app.start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let code = client.code(&browser, "notes:read").await;
    for _ in 0..3 {
        assert_eq!(client.refresh("x").await.error(), "invalid_grant");
    }
    for _ in 0..2 {
        let answer = client.refresh("x").await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (429, "too_many_requests")
        );
        let seconds: i64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=100).contains(&seconds));
    }
    assert_eq!(client.exchange(&code).await.status, 200);
    app.clock.advance(100);
    assert_eq!(client.refresh("x").await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_database_that_is_away_is_told_as_such() {
    let app = App::start().await;
    let client = app.client().await;
    // Known from its cache, so that the request gets as far as the grant.
    assert_eq!(client.refresh("x").await.status, 400);
    app.db.close().await;
    let code = client.exchange("x").await;
    assert_eq!(
        (code.status.as_u16(), code.error().as_str()),
        (503, "temporarily_unavailable")
    );
    assert!(code.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(code.header("access-control-allow-origin"), "*");
    assert_eq!(app.get("/.well-known/jwks.json").await.status, 200);
}
