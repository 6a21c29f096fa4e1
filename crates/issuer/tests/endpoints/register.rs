//! Registration: what real clients send, and what is refused.

use axum::body::Body;
use http::Request;
use issuer::settings::Limit;
use serde_json::{Value, json};
use testkit::{Answer, App};

/// Text in an answer.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("text")
}

async fn register(app: &App, sent: &Value) -> Value {
    let answer = app.post_json("/oauth/register", sent).await;
    assert_eq!(answer.status, 201, "{sent}: {}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.body.contains("null"), "{}", answer.body);
    answer.json()
}

/// A request to a registration's own address, with its token.
async fn manage(app: &App, method: &str, client: &Value, body: Option<Value>) -> Answer {
    let token = text(client, "registration_access_token");
    let uri = text(client, "registration_client_uri");
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {token}"))
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
    app.send(request.expect("a request")).await
}

#[tokio::test]
async fn known_clients_register_all_their_redirects() {
    // RFC 7591 §3.2.1
    let app = App::start().await;
    for (name, redirects) in [
        (
            "ChatGPT",
            &["https://chatgpt.com/connector_platform_oauth_redirect"][..],
        ),
        ("Claude", &["https://claude.ai/api/mcp/auth_callback"]),
        ("Claude Code", &["http://localhost:51234/callback"]),
        (
            "Cursor",
            &[
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback",
            ],
        ),
        (
            "Visual Studio Code",
            &[
                "http://127.0.0.1/",
                "http://127.0.0.1:33418/",
                "https://vscode.dev/redirect",
            ],
        ),
        ("GitHub Copilot CLI", &["http://127.0.0.1:40123/callback"]),
        ("MCP CLI Proxy", &["http://localhost:3335/oauth/callback"]),
        (
            "Antigravity",
            &["https://antigravity.google/oauth-callback"],
        ),
        ("Gemini CLI", &["http://localhost:7777/oauth/callback"]),
        (
            "Grok",
            &["https://grok.com/connectors-oauth-exchange-code/"],
        ),
        (
            "Perplexity",
            &["https://www.perplexity.ai/rest/connections/oauth_callback"],
        ),
        ("MCP Inspector", &["http://localhost:6274/oauth/callback"]),
        ("Reverse domain", &["com.example.app:/callback"]),
    ] {
        let client = register(
            &app,
            &json!({
                "client_name": name,
                "redirect_uris": redirects,
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token", "urn:x:other"],
                "response_types": ["code"],
                "application_type": "native",
                "scope": "notes:read something:unknown",
                "client_uri": null,
                "software_id": "x",
                "resource": "https://auth.test/mcp",
                "surprise": {"a": [1]},
            }),
        )
        .await;
        assert_eq!(client["redirect_uris"], json!(redirects), "{name}");
        assert_eq!(
            client["grant_types"],
            json!(["authorization_code", "refresh_token"])
        );
        assert_eq!(client["token_endpoint_auth_method"], "none");
        assert_eq!(client["scope"], "notes:read something:unknown");
        assert_eq!(client["client_id_issued_at"], testkit::NOW.0);
        assert!(client.get("client_secret").is_none());
        assert!(client.get("client_secret_expires_at").is_none());
        let id = client["client_id"].as_str().unwrap();
        let unreserved = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        assert!(id.starts_with("client_") && id.chars().all(unreserved));
        let uri = format!("https://auth.test/oauth/register/{id}");
        assert_eq!(client["registration_client_uri"], uri);
    }
}

#[tokio::test]
async fn an_unusable_redirect_is_dropped_and_the_rest_registered() {
    let app = App::start().await;
    let sent = json!({
        "redirect_uris": ["http://evil.example/", "myapp://cb", "https://a.example/cb", "javascript:1"],
        "token_endpoint_auth_method": "none",
    });
    let client = register(&app, &sent).await;
    assert_eq!(client["redirect_uris"], json!(["https://a.example/cb"]));
}

#[tokio::test]
async fn a_confidential_client_gets_a_secret_and_is_never_shared() {
    let app = App::start().await;
    let sent = json!({"redirect_uris": ["https://a.example/cb"], "client_name": "A"});
    let (first, second) = (register(&app, &sent).await, register(&app, &sent).await);
    assert_ne!(first["client_id"], second["client_id"]);
    for client in [&first, &second] {
        assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(client["client_secret"].as_str().unwrap().len(), 43);
        assert_eq!(client["client_secret_expires_at"], 0);
    }
    assert_ne!(first["client_secret"], second["client_secret"]);
}

#[tokio::test]
async fn equal_public_registrations_are_one_client_that_nobody_may_change() {
    let app = App::start().await;
    let sent = |port: u16| {
        json!({
            "redirect_uris": [format!("http://localhost:{port}/cb")],
            "token_endpoint_auth_method": "none",
        })
    };
    let first = register(&app, &sent(1)).await;
    let second = register(&app, &sent(2)).await;
    assert_eq!(first["client_id"], second["client_id"]);
    assert_eq!(second["redirect_uris"], json!(["http://localhost:2/cb"]));
    for client in [&first, &second] {
        assert_eq!(manage(&app, "GET", client, None).await.status, 200);
        let mut change = sent(1);
        change["client_id"] = client["client_id"].clone();
        change["redirect_uris"] = json!(["https://evil.example/"]);
        assert_eq!(manage(&app, "PUT", client, Some(change)).await.status, 403);
        assert_eq!(manage(&app, "DELETE", client, None).await.status, 403);
    }
    let other = register(
        &app,
        &json!({
            "redirect_uris": ["http://127.0.0.1:1/cb"], "token_endpoint_auth_method": "none",
        }),
    )
    .await;
    assert_ne!(first["client_id"], other["client_id"]);
}

#[tokio::test]
async fn a_registration_is_read_replaced_and_deleted_by_its_token_only() {
    // RFC 7592 §2, RFC 7592 §2.1, RFC 7592 §2.2, RFC 7592 §3
    let app = App::start().await;
    let sent = json!({"redirect_uris": ["https://a.example/cb"], "client_name": "A"});
    let client = register(&app, &sent).await;
    let read = manage(&app, "GET", &client, None).await;
    assert_eq!(read.status, 200);
    assert_eq!(read.json()["client_name"], "A");
    assert!(read.json().get("client_secret").is_none());

    let id = &client["client_id"];
    for bad in [
        json!({"redirect_uris": ["https://a.example/cb"]}),
        json!({"redirect_uris": ["https://a.example/cb"], "client_id": "other"}),
        json!({"redirect_uris": ["https://a.example/cb"], "client_id": id, "client_secret": "x"}),
        json!({"redirect_uris": [], "client_id": id}),
    ] {
        let answer = manage(&app, "PUT", &client, Some(bad)).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    let unchanged = manage(&app, "GET", &client, None).await;
    assert_eq!(unchanged.json(), read.json());

    let change = json!({"redirect_uris": ["https://b.example/cb"], "client_id": id});
    let changed = manage(&app, "PUT", &client, Some(change)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(
        changed.json()["redirect_uris"],
        json!(["https://b.example/cb"])
    );
    assert!(
        changed.json().get("client_name").is_none(),
        "replaced as a whole"
    );

    let stranger = register(&app, &sent).await;
    let mut forged = client.clone();
    forged["registration_access_token"] = stranger["registration_access_token"].clone();
    for method in ["GET", "PUT", "DELETE"] {
        let answer = manage(&app, method, &forged, None).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_token".into())
        );
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    assert_eq!(manage(&app, "DELETE", &client, None).await.status, 204);
    assert_eq!(manage(&app, "GET", &client, None).await.status, 401);
    assert_eq!(app.get("/oauth/register/client_unknown").await.status, 401);
    forged["registration_client_uri"] = json!("/oauth/register/%00");
    assert_eq!(manage(&app, "GET", &forged, None).await.status, 401);
}

#[tokio::test]
async fn bad_registrations_are_refused_and_keep_nothing() {
    // RFC 7591 §3.2.2, RFC 6749 §5.1, RFC 6749 §5.2
    let app = App::start().await;
    let large = json!({"redirect_uris": ["https://a.example/"], "x": "x".repeat(70_000)});
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for (body, code) in [
        (String::new(), "invalid_client_metadata"),
        ("[]".into(), "invalid_client_metadata"),
        (
            "redirect_uris=https://a.example/".into(),
            "invalid_client_metadata",
        ),
        (large.to_string(), "invalid_client_metadata"),
        (deep, "invalid_client_metadata"),
        (
            r#"{"redirect_uris":["https://a.example/"],"redirect_uris":[]}"#.into(),
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris":["https://a.example/"],"client_name":7}"#.into(),
            "invalid_client_metadata",
        ),
        ("{}".into(), "invalid_redirect_uri"),
        (
            r#"{"redirect_uris":["data:,x"]}"#.into(),
            "invalid_redirect_uri",
        ),
    ] {
        let request = Request::post("/oauth/register")
            .body(Body::from(body))
            .unwrap();
        let answer = app.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, code.into()));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn the_operators_policy_decides_over_redirects() {
    // RFC 8252 §7.1
    let app = App::builder()
        .with(|settings| {
            settings.registration.redirect_hosts = vec!["good.example".into()];
            settings.registration.redirect_uris = vec!["https://one.example/cb".into()];
            settings.registration.custom_schemes = vec!["myapp".into()];
        })
        .start()
        .await;
    for (uri, allowed) in [
        ("https://good.example/any", true),
        ("https://one.example/cb", true),
        ("https://one.example/other", false),
        ("https://good.example.evil.example/", false),
        ("https://good.example:8443/", false),
        ("http://localhost/cb", true),
        ("myapp:/cb", true),
        ("com.example.app:/cb", true),
        ("cursor://x/cb", false),
    ] {
        let sent = json!({"redirect_uris": [uri], "token_endpoint_auth_method": "none"});
        let answer = app.post_json("/oauth/register", &sent).await;
        assert_eq!(answer.status == 201, allowed, "{uri}");
    }
    let closed = App::builder().with(|settings| settings.registration.enabled = false);
    let answer = closed
        .start()
        .await
        .post_json("/register", &json!({}))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, "access_denied".into())
    );
}

#[tokio::test]
async fn deleting_a_registration_ends_what_was_allowed_to_it() {
    // RFC 7592 §2.3
    let app = App::start().await;
    let sent = json!({
        "redirect_uris": ["https://mine.example/cb"], "token_endpoint_auth_method": "none",
    });
    let registered = register(&app, &sent).await;
    let mut client = app.client().await;
    client.id = text(&registered, "client_id").to_owned();
    client.redirect_uri = "https://mine.example/cb".to_owned();
    let tokens = client.tokens(&app.person("ada").await, "notes:read").await;
    assert_eq!(manage(&app, "DELETE", &registered, None).await.status, 204);
    let refreshed = client.refresh(&tokens.refresh_token).await;
    assert_eq!(refreshed.error(), "invalid_client");
    let info = Request::get("/oauth/userinfo")
        .header("authorization", format!("Bearer {}", tokens.access_token))
        .body(Body::empty());
    let info = app.send(info.unwrap()).await;
    assert_eq!(info.status, 401, "{}", info.body);
}

#[tokio::test]
async fn registrations_are_limited_per_source_and_say_when_to_come_back() {
    let app = App::builder()
        .with(|settings| settings.limits.registrations_per_source = Limit::new(2, 60))
        .start()
        .await;
    let sent = json!({"redirect_uris": ["https://a.example/cb"]});
    let bad = app.post_json("/oauth/register", &json!({})).await;
    assert_eq!(bad.status, 400, "what is refused is not counted");
    register(&app, &sent).await;
    register(&app, &sent).await;
    let refused = app.post_json("/oauth/register", &sent).await;
    assert_eq!(
        (refused.status.as_u16(), refused.error()),
        (429, "too_many_requests".into())
    );
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds));
    app.clock.advance(seconds);
    register(&app, &sent).await;
}
