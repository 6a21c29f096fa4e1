//! Who gets in, who is told what to do instead, and in which dialect.

use axum::body::{Body, Bytes};
use guard::oauth::challenge::Challenge;
use guard::oauth::error::ErrorCode;
use guard::{InBand, Mode};
use http::Request;
use serde_json::{Value, json};

use crate::app::{Answer, App, NOTES, ORIGIN, call};

fn challenge(answer: &Answer) -> Challenge {
    Challenge::parse(answer.header("www-authenticate")).unwrap()
}

const ALL: &str = "notes:read notes:write profile:read";
const DOCUMENT: &str = "https://h.example/.well-known/oauth-protected-resource/mcp/notes";

#[tokio::test]
async fn a_note_is_added_and_listed_for_its_person_only() {
    let app = App::start(Mode::Required);
    let ada = app.token(ALL);
    let added = app
        .call(Some(&ada), "notes_add", json!({ "text": " buy milk " }))
        .await;
    assert_eq!(added.status, 200);
    assert_eq!(
        added.body["result"]["structuredContent"]["note"]["text"],
        "buy milk"
    );
    let listed = app.call(Some(&ada), "notes_list", json!({})).await;
    assert_eq!(
        listed.body["result"]["structuredContent"]["notes"][0]["text"],
        "buy milk"
    );

    let mut claims = App::claims(ALL);
    claims["sub"] = json!("bob");
    let bob = app.sign(&claims);
    let listed = app.call(Some(&bob), "notes_list", json!({})).await;
    assert_eq!(
        listed.body["result"]["structuredContent"]["notes"],
        json!([])
    );
}

#[tokio::test]
async fn without_a_token_everything_is_a_challenge_with_the_useful_scopes() {
    let app = App::start(Mode::Required);
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        "",
        "{{{",
    ] {
        let answer = app.post(&[], body).await;
        assert_eq!(answer.status, 401, "{body}");
        assert_eq!(answer.header("content-type"), "application/json");
        let challenge = challenge(&answer);
        assert_eq!(challenge.scope.to_string(), ALL);
        assert_eq!(challenge.error, None);
        assert_eq!(challenge.resource_metadata.as_deref(), Some(DOCUMENT));
        let inside = &answer.body["error"]["data"]["_meta"]["mcp/www_authenticate"];
        assert_eq!(inside, &json!([answer.header("www-authenticate")]));
    }
}

#[tokio::test]
async fn an_empty_post_is_challenged_in_every_mode() {
    for mode in [Mode::Required, Mode::Mixed] {
        let app = App::start(mode);
        let request = Request::post("/mcp/notes").body(Body::empty()).unwrap();
        let answer = app.send(request).await;
        assert_eq!(answer.status, 401);
        assert_eq!(challenge(&answer).scope.to_string(), ALL);
    }
    let app = App::start(Mode::Mixed);
    let token = format!("Bearer {}", app.token(ALL));
    assert_eq!(app.post(&[("authorization", &token)], "").await.status, 400);
}

#[tokio::test]
async fn the_challenge_comes_before_the_body_is_read() {
    let app = App::start(Mode::Required);
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let request = Request::post("/mcp/notes").body(Body::from_stream(never));
    assert_eq!(app.send(request.unwrap()).await.status, 401);
}

#[tokio::test]
async fn forged_hosts_change_nothing() {
    let app = App::start(Mode::Required);
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
    ];
    let answer = app.post(&headers, "").await;
    let url = challenge(&answer).resource_metadata;
    assert_eq!(url.as_deref(), Some(DOCUMENT));
}

#[tokio::test]
async fn an_alias_leads_to_the_document_of_the_url_that_was_given() {
    let app = App::start(Mode::Required);
    let answer = app.post_to("/mcp", &[], "").await;
    let url = challenge(&answer).resource_metadata.unwrap();
    assert_eq!(
        url,
        format!("{ORIGIN}/.well-known/oauth-protected-resource/mcp")
    );
    // The audience is the canonical resource all the same.
    let token = format!("Bearer {}", app.token(ALL));
    let listed = call("notes_list", &json!({}));
    let answer = app
        .post_to("/mcp", &[("authorization", &token)], listed)
        .await;
    assert_eq!(answer.status, 200);
    for (path, resource) in [
        ("/.well-known/oauth-protected-resource/mcp/notes", NOTES),
        (
            "/.well-known/oauth-protected-resource/mcp",
            "https://h.example/mcp",
        ),
        (
            "/.well-known/oauth-protected-resource",
            "https://h.example/mcp",
        ),
        (
            "/.well-known/oauth-protected-resource/mcp/ping",
            "https://h.example/mcp/ping",
        ),
    ] {
        let answer = app
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.body["resource"], resource);
        assert_eq!(answer.body["authorization_servers"], json!([ORIGIN]));
    }
}

#[tokio::test]
async fn bad_tokens_are_invalid_also_where_none_is_needed() {
    // RFC 9068 §4, RFC 8707 §2
    let mut cases: Vec<(&str, String)> = Vec::new();
    let app = App::start(Mode::Mixed);
    let with = |name: &str, value: Value| {
        let mut claims = App::claims(ALL);
        claims[name] = value;
        app.sign(&claims)
    };
    cases.push(("other issuer", with("iss", json!("https://evil.example"))));
    cases.push((
        "issuer with slash",
        with("iss", json!("https://h.example/")),
    ));
    cases.push((
        "other resource",
        with("aud", json!("https://h.example/mcp/ping")),
    ));
    cases.push((
        "look-alike",
        with("aud", json!("https://h.example/mcp/notes/")),
    ));
    cases.push((
        "alias as audience",
        with("aud", json!("https://h.example/mcp")),
    ));
    cases.push((
        "two audiences",
        with("aud", json!([NOTES, "https://h.example/mcp/ping"])),
    ));
    cases.push(("no audience", with("aud", Value::Null)));
    cases.push(("expired", with("exp", json!(1_799_999_000))));
    cases.push(("no end", with("exp", Value::Null)));
    cases.push(("not yet", with("nbf", json!(1_800_000_900))));
    cases.push(("scope is a list", with("scope", json!(["notes:read"]))));
    cases.push(("no person", with("sub", Value::Null)));
    cases.push(("an ID token", app.sign_other(&App::claims(ALL))));
    cases.push(("other key", App::start(Mode::Mixed).token(ALL)));
    cases.push(("a refresh token", "family.3.c2VjcmV0".to_owned()));
    cases.push(("nonsense", "abc".to_owned()));
    let (start, _) = app
        .token(ALL)
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    cases.push(("no signature", format!("{start}.")));
    for (name, token) in cases {
        for tool in ["notes_list", "notes_teaser", "auth_show"] {
            let answer = app.call(Some(&token), tool, json!({})).await;
            assert_eq!(answer.status, 401, "{name}, {tool}");
            assert_eq!(
                challenge(&answer).error,
                Some(ErrorCode::InvalidToken),
                "{name}"
            );
            assert_eq!(answer.body["result"]["isError"], true, "{name}");
        }
    }
}

#[tokio::test]
async fn a_token_for_one_resource_is_useless_at_another() {
    let app = App::start(Mode::Required);
    let notes = format!("Bearer {}", app.token(ALL));
    let mut claims = App::claims("");
    claims["aud"] = json!("https://h.example/mcp/ping");
    let ping = format!("Bearer {}", app.sign(&claims));
    for (path, token, tool, status) in [
        ("/mcp/ping", &ping, "ping", 200),
        ("/mcp/ping", &notes, "ping", 401),
        ("/mcp/notes", &ping, "auth_show", 401),
        ("/mcp", &ping, "auth_show", 401),
        ("/mcp", &notes, "auth_show", 200),
    ] {
        let headers = [("authorization", token.as_str())];
        let answer = app.post_to(path, &headers, call(tool, &json!({}))).await;
        assert_eq!(answer.status, status, "{path} {tool}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_a_challenge_for_held_and_needed() {
    let app = App::start(Mode::Required);
    let token = app.token("notes:read offline_access openid");
    let answer = app
        .call(Some(&token), "notes_add", json!({ "text": "x" }))
        .await;
    assert_eq!(answer.status, 403);
    let challenge = challenge(&answer);
    assert_eq!(challenge.error, Some(ErrorCode::InsufficientScope));
    assert_eq!(challenge.scope.to_string(), "notes:read notes:write openid");
    let inside = &answer.body["result"]["_meta"]["mcp/www_authenticate"];
    assert_eq!(inside, &json!([answer.header("www-authenticate")]));
    let refused = app.log.0.lock().unwrap().pop().unwrap();
    assert!(refused.starts_with("refused ScopeMissing"), "{refused}");
}

#[tokio::test]
async fn in_mixed_mode_each_tool_decides() {
    let app = App::start(Mode::Mixed);
    assert_eq!(app.call(None, "auth_show", json!({})).await.status, 200);
    let teaser = app.call(None, "notes_teaser", json!({})).await;
    assert_eq!(
        teaser.body["result"]["structuredContent"]["signed_in"],
        false
    );
    let token = app.token("notes:read");
    let teaser = app.call(Some(&token), "notes_teaser", json!({})).await;
    assert_eq!(teaser.body["result"]["structuredContent"]["notes_count"], 0);
    // Signed in, but not for notes: as good as anyone.
    let token = app.token("profile:read");
    let teaser = app.call(Some(&token), "notes_teaser", json!({})).await;
    assert_eq!(
        teaser.body["result"]["structuredContent"]["signed_in"],
        false
    );
    for closed in ["notes_list", "auth_whoami", "no_such_tool"] {
        let answer = app.call(None, closed, json!({})).await;
        assert_eq!(answer.status, 401, "{closed}");
        assert_eq!(challenge(&answer).error, None);
    }
    let unknown = app.call(Some(&token), "no_such_tool", json!({})).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (200, -32602));
    for (method, status) in [
        ("tools/list", 200),
        ("ping", 200),
        ("prompts/get", 200),
        ("x/y", 200),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method }).to_string();
        assert_eq!(app.post(&[], body).await.status, status, "{method}");
    }
}

#[tokio::test]
async fn chatgpt_finds_the_challenge_inside_a_result() {
    let app = App::start(Mode::Mixed);
    let agent = ("user-agent", "openai-mcp/1.0.0");
    let answer = app.post(&[agent], call("notes_list", &json!({}))).await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.get("www-authenticate").is_none());
    let result = &answer.body["result"];
    assert_eq!(result["isError"], true);
    let inside = result["_meta"]["mcp/www_authenticate"][0].as_str().unwrap();
    let inside = Challenge::parse(inside).unwrap();
    assert_eq!(inside.resource_metadata.as_deref(), Some(DOCUMENT));
    assert!(inside.error.is_some() && inside.error_description.is_some());

    let token = format!("Bearer {}", app.token("notes:read"));
    let headers = [agent, ("authorization", token.as_str())];
    let answer = app
        .post(&headers, call("notes_add", &json!({ "text": "x" })))
        .await;
    assert_eq!(answer.status, 200);
    let inside = answer.body["result"]["_meta"]["mcp/www_authenticate"][0]
        .as_str()
        .unwrap();
    assert_eq!(
        Challenge::parse(inside).unwrap().error,
        Some(ErrorCode::InsufficientScope)
    );

    // Not in required mode, not if switched off.
    for app in [
        App::start(Mode::Required),
        App::start_with(Mode::Mixed, InBand::Never),
    ] {
        let answer = app.post(&[agent], call("notes_list", &json!({}))).await;
        assert_eq!(answer.status, 401);
    }
    let app = App::start_with(Mode::Mixed, InBand::Always);
    assert_eq!(app.call(None, "notes_list", json!({})).await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_refused_on_the_next_call() {
    for revoked in ["family.1", "family"] {
        let app = App::start(Mode::Required);
        let token = app.token(ALL);
        assert_eq!(
            app.call(Some(&token), "notes_list", json!({})).await.status,
            200
        );
        app.revoked.add("somebody-else");
        assert_eq!(
            app.call(Some(&token), "notes_list", json!({})).await.status,
            200
        );
        app.revoked.add(revoked);
        for _ in 0..2 {
            assert_eq!(
                app.call(Some(&token), "notes_list", json!({})).await.status,
                401
            );
        }
    }
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let app = App::start(Mode::Required);
    let token = app.token(ALL);
    assert_eq!(
        app.call(Some(&token), "notes_list", json!({})).await.status,
        200
    );
    app.clock.advance(3_629);
    assert_eq!(
        app.call(Some(&token), "notes_list", json!({})).await.status,
        200
    );
    app.clock.advance(1);
    assert_eq!(
        app.call(Some(&token), "notes_list", json!({})).await.status,
        401
    );
}

#[tokio::test]
async fn tokens_in_other_places_are_refused() {
    // RFC 6750 §2.1, RFC 6750 §2.3
    let app = App::start(Mode::Required);
    let token = app.token(ALL);
    let bearer = format!("Bearer {token}");
    let listed = call("notes_list", &json!({}));
    let uri = format!("/mcp/notes?access_token={token}");
    let good = ("authorization", bearer.as_str());
    assert_eq!(app.post_to(&uri, &[], listed.clone()).await.status, 400);
    assert_eq!(app.post_to(&uri, &[good], listed.clone()).await.status, 400);
    let form = format!("access_token={token}");
    assert_eq!(app.post(&[], form).await.status, 401);
    assert_eq!(app.post(&[good, good], listed.clone()).await.status, 400);
    for header in [
        token.as_str(),
        "Basic YTpi",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer \"a\"",
    ] {
        let answer = app.post(&[("authorization", header)], listed.clone()).await;
        assert_eq!(answer.status, 400, "{header}");
        assert_eq!(challenge(&answer).error, Some(ErrorCode::InvalidRequest));
    }
    let lower = format!("bearer {token}");
    assert_eq!(
        app.post(&[("authorization", &lower)], listed).await.status,
        200
    );
}
