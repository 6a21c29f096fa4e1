//! Serving: from an empty folder to a restart, behind bounds, and to the end.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::dance::{Dance, answer};
use crate::subject::{Home, Server, eventually};

async fn body(server: &Server, path: &str) -> String {
    let answer = server.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn an_empty_folder_serves_and_a_restart_keeps_everything_but_logs_no_secret() {
    let home = Home::new();
    let first = Server::start(&home).await;
    eventually("the set-up link", async || {
        home.read("out").contains("/setup?token=")
    })
    .await;
    let out = home.read("out");
    assert!(out.contains(&format!("{}/mcp\n", first.origin)), "{out}");
    let key = std::fs::metadata(home.0.join("data/sealing.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    for file in ["vestibule.db", "vestibule.db-wal"] {
        let file = std::fs::metadata(home.0.join("data").join(file)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    let mut dance = Dance::whole(&first, "ada@example.com").await;
    let added = dance
        .call("notes_add", json!({ "text": "remember me" }))
        .await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert_eq!(dance.refresh().await.status, StatusCode::OK);
    // Refused calls and failed requests are logged too, and tell as little.
    let access_token = std::mem::replace(&mut dance.access_token, "not-a-token-at-all".into());
    assert_eq!(
        dance.call("notes_list", json!({})).await.status,
        StatusCode::UNAUTHORIZED
    );
    dance.access_token = access_token;
    let wrong = [
        ("grant_type", "authorization_code"),
        ("code", "no-such-code-at-all"),
    ];
    assert_eq!(dance.token(&wrong).await.status, StatusCode::BAD_REQUEST);
    let issued = "vestibule_events_total{kind=\"grant_issued\",outcome=\"done\"} 1";
    assert!(first.metrics().await.contains(issued));
    let keys = body(&first, "/.well-known/jwks.json").await;
    let mut secrets = dance.secrets.clone();
    secrets.extend(["not-a-token-at-all".into(), "no-such-code-at-all".into()]);
    let cookies = dance.cookies.clone();
    let (client, secret) = (dance.client_id.clone(), dance.client_secret.clone());
    let (access_token, refresh_token) = (dance.access_token.clone(), dance.refresh_token.clone());
    let port = first.port;
    first.stop().await;

    // The same address again: it is the issuer's name.
    let listen = format!("127.0.0.1:{port}");
    let again = [("VESTIBULE_LISTEN", listen.as_str())];
    let mut second = Server::spawn(&home, "", &again);
    (second.port, second.origin) = (port, format!("http://localhost:{port}"));
    eventually("ready", async || {
        let ready = second.http.get(second.url("/health")).send().await;
        ready.is_ok_and(|answer| answer.status() == StatusCode::OK)
    })
    .await;
    assert_eq!(body(&second, "/.well-known/jwks.json").await, keys);
    let mut dance = Dance {
        server: &second,
        cookies,
        secrets: Vec::new(),
        client_id: client,
        client_secret: secret,
        access_token,
        refresh_token,
    };
    assert!(
        dance
            .page("/account")
            .await
            .body
            .contains("ada@example.com")
    );
    let list = dance.call("notes_list", json!({})).await;
    assert!(list.body.contains("remember me"), "{}", list.body);
    assert_eq!(dance.refresh().await.status, StatusCode::OK);
    secrets.append(&mut dance.secrets);
    second.stop().await;
    check_log(&home, &secrets);
    check_audit(&home);
}

/// Everything is in the log but what is nobody's business.
fn check_log(home: &Home, secrets: &[String]) {
    let log = home.read("log");
    assert!(
        log.lines().count() > 20 && log.contains("\"route\":\"/oauth/token\""),
        "{log}"
    );
    for secret in secrets {
        assert!(
            !log.contains(secret.as_str()),
            "a secret of {} bytes is in the log",
            secret.len()
        );
    }
}

fn check_audit(home: &Home) {
    let audit = String::from_utf8(home.run(&["audit", "export"]).stdout).unwrap();
    for kind in [
        "client_registered",
        "signed_up",
        "consent_given",
        "grant_issued",
        "grant_refreshed",
        "call_refused",
    ] {
        assert!(audit.contains(kind), "no {kind} in {audit}");
    }
}

#[tokio::test]
async fn forged_host_and_forwarded_headers_change_nothing() {
    let home = Home::new();
    let server = Server::start(&home).await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp/notes",
        "/mcp",
        "/login",
    ] {
        let plain = answer(server.http.get(server.url(path))).await;
        let forged = server
            .http
            .get(server.url(path))
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-for", "203.0.113.9")
            .header("forwarded", "host=evil.example;proto=https;for=203.0.113.9");
        let forged = answer(forged).await;
        assert_eq!(forged.status, plain.status, "{path}");
        assert!(!forged.body.contains("evil.example"), "{path}");
        assert!(
            !format!("{:?}", forged.headers).contains("evil.example"),
            "{path}"
        );
        if path != "/login" {
            assert_eq!(forged.body, plain.body, "{path}");
        }
    }
    server.stop().await;
    assert!(!home.read("log").contains("203.0.113.9"));
}

#[tokio::test]
async fn only_a_trusted_proxy_says_where_a_request_came_from() {
    let home = Home::new();
    let server = Server::start_with(&home, "trusted_proxies = [\"127.0.0.0/8\"]", &[]).await;
    let request = server
        .http
        .post(server.url("/mcp"))
        .header("x-forwarded-for", "203.0.113.9");
    assert_eq!(answer(request).await.status, StatusCode::UNAUTHORIZED);
    server.stop().await;
    assert!(home.read("log").contains("203.0.113.9"));
    let events = home.run(&["audit", "tail", "--json"]);
    let events = String::from_utf8(events.stdout).unwrap();
    let event: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&event["kind"], &event["source"]),
        (&json!("call_refused"), &json!("203.0.113.9"))
    );
}

#[tokio::test]
async fn every_answer_is_dressed_and_unknown_paths_are_json() {
    let home = Home::new();
    let server = Server::start(&home).await;
    for (path, status) in [
        ("/health/live", 200),
        ("/nowhere", 404),
        ("/.well-known/nothing", 404),
        ("/oauth/token", 405),
    ] {
        let answer = answer(server.http.get(server.url(path))).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not on http"
        );
    }
    let metrics = server.metrics().await;
    for series in [
        "vestibule_request_seconds_count{route=\"/health/live\",status=\"2xx\"} 1",
        "vestibule_request_seconds_count{route=\"other\",status=\"4xx\"} 1",
        "vestibule_database_connections ",
    ] {
        assert!(metrics.contains(series), "no {series} in {metrics}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_taken_metrics_port_is_said_and_people_are_served() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let server = Server::start_with(&home, "", &[("VESTIBULE_METRICS_LISTEN", &address)]).await;
    server.stop().await;
    assert!(home.read("log").contains("no metrics: cannot listen there"));
}

#[tokio::test]
async fn bounds_hold_and_say_so_in_json() {
    let home = Home::new();
    let settings = "[limits]\nbody_bytes = 2048\nrequests = 1\nheader_seconds = 1";
    let server = Server::start_with(&home, settings, &[]).await;
    let large = server
        .http
        .post(server.url("/oauth/token"))
        .body("x".repeat(2049));
    let large = answer(large).await;
    assert_eq!(
        (large.status.as_u16(), large.error()),
        (413, "invalid_request".to_owned())
    );

    let slow = half_a_request(&server).await;
    eventually("overload", async || {
        let refused = answer(server.http.get(server.url("/.well-known/jwks.json"))).await;
        if refused.status != StatusCode::SERVICE_UNAVAILABLE {
            return false;
        }
        assert_eq!(refused.error(), "temporarily_unavailable");
        assert_eq!(refused.header("retry-after"), "1");
        true
    })
    .await;
    drop(slow);

    // Who does not finish a header, or never says which protocol it speaks, is hung up on.
    for start in ["GET / HTTP/1.1\r\n", "", "PRI * HTTP/2", H2_HELLO] {
        let mut silent = TcpStream::connect(("127.0.0.1", server.port))
            .await
            .unwrap();
        silent.write_all(start.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = silent.read_to_end(&mut rest);
        let ended = tokio::time::timeout(Duration::from_secs(5), ended).await;
        assert!(ended.is_ok(), "{start:?} holds a connection");
    }
    server.stop().await;
}

/// The preface and empty settings: a whole HTTP/2 client that asks for nothing.
const H2_HELLO: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A token request whose body is one byte short.
async fn half_a_request(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let head = "POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_is_under_way() {
    let home = Home::new();
    let server = Server::start(&home).await;
    let mut slow = half_a_request(&server).await;
    eventually("the request under way", async || {
        server
            .metrics()
            .await
            .contains("vestibule_requests_under_way 1")
    })
    .await;
    let request = server.http.post(server.url("/mcp"));
    assert_eq!(answer(request).await.status, StatusCode::UNAUTHORIZED);
    server.tell_to_stop();
    eventually("closed door", async || {
        TcpStream::connect(("127.0.0.1", server.port))
            .await
            .is_err()
    })
    .await;
    slow.write_all(b"b").await.unwrap();
    let mut response = String::new();
    slow.read_to_string(&mut response).await.unwrap();
    assert!(
        response.starts_with("HTTP/1.1 4") && response.contains("\"error\""),
        "{response}"
    );
    assert!(server.ended_well().await);
    // What waited to be written is there.
    let audit = String::from_utf8(home.run(&["audit", "tail"]).stdout).unwrap();
    assert!(audit.contains("call_refused"), "{audit}");
}
