//! What an attacker or a broken client may send, and the answer to each.

use axum::body::Body;
use guard::Mode;
use http::Request;
use proptest::prelude::*;
use serde_json::json;

use crate::app::{App, call};

#[tokio::test]
async fn bad_messages_get_json_rpc_errors() {
    let app = App::start(Mode::Required);
    let token = format!("Bearer {}", app.token("notes:read profile:read"));
    let deep = |levels: usize| {
        let arguments = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"notes_list","arguments":{{"x":{arguments}}}}}}}"#
        )
    };
    let cases: Vec<(&str, Vec<u8>, u16, i64)> = vec![
        ("empty", b"".to_vec(), 400, -32700),
        ("no JSON", b"{".to_vec(), 400, -32700),
        ("trailing", b"{} {}".to_vec(), 400, -32700),
        ("invalid UTF-8", b"{\"jsonrpc\":\"\xff\"}".to_vec(), 400, -32700),
        ("NUL", b"\0".to_vec(), 400, -32700),
        ("a number too large", br#"{"jsonrpc":"2.0","id":1e999,"method":"ping"}"#.to_vec(), 400, -32700),
        ("lone surrogate", br#"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#.to_vec(), 400, -32700),
        ("a batch", br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#.to_vec(), 400, -32600),
        ("a string", br#""ping""#.to_vec(), 400, -32600),
        ("no version", br#"{"id":1,"method":"ping"}"#.to_vec(), 400, -32600),
        ("other version", br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#.to_vec(), 400, -32600),
        ("no method", br#"{"jsonrpc":"2.0","id":1}"#.to_vec(), 400, -32600),
        ("a response", br#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_vec(), 400, -32600),
        ("method is a number", br#"{"jsonrpc":"2.0","id":1,"method":1}"#.to_vec(), 400, -32600),
        ("id is null", br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.to_vec(), 400, -32600),
        ("id is a list", br#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#.to_vec(), 400, -32600),
        ("id twice", br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#.to_vec(), 400, -32600),
        ("params is a list", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[]}"#.to_vec(), 400, -32602),
        ("params is null", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}"#.to_vec(), 400, -32602),
        ("name missing", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#.to_vec(), 400, -32602),
        ("name is a list", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["notes_list"]}}"#.to_vec(), 400, -32602),
        ("name is an object", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":{"a":1}}}"#.to_vec(), 400, -32602),
        ("name twice", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"auth_whoami","name":"notes_add"}}"#.to_vec(), 400, -32600),
        ("name twice, one escaped", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"auth_whoami","n\u0061me":"notes_add"}}"#.to_vec(), 400, -32600),
        ("params twice", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"},"params":{"name":"b"}}"#.to_vec(), 400, -32600),
        ("arguments is a list", br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes_list","arguments":[]}}"#.to_vec(), 400, -32602),
        ("_meta is text", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":"x"}}"#.to_vec(), 400, -32602),
        ("a cursor of nobody", br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#.to_vec(), 400, -32602),
        ("no such method", br#"{"jsonrpc":"2.0","id":1,"method":"x"}"#.to_vec(), 200, -32601),
        ("65 levels", deep(62).into_bytes(), 400, -32600),
        ("20,000 levels", deep(20_000).into_bytes(), 400, -32600),
        ("levels without end", "[".repeat(100_000).into_bytes(), 400, -32600),
    ];
    for (name, body, status, code) in cases {
        let answer = app.post(&[("authorization", &token)], body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{name}"
        );
        assert_eq!(answer.body["jsonrpc"], "2.0", "{name}");
    }
    // The deepest that is allowed goes on to the tool, which takes no arguments.
    let answer = app.post(&[("authorization", &token)], deep(61)).await;
    assert_eq!(answer.body["result"]["isError"], true);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_the_tools_error() {
    let app = App::start(Mode::Required);
    let token = app.token("notes:write notes:read");
    let long = "ä".repeat(1_001);
    for arguments in [
        json!({}),
        json!({ "text": "" }),
        json!({ "text": "  \n" }),
        json!({ "text": 1 }),
        json!({ "text": "x", "surplus": 1 }),
        json!({ "text": long }),
    ] {
        let answer = app.call(Some(&token), "notes_add", arguments.clone()).await;
        assert_eq!(answer.status, 200, "{arguments}");
        assert_eq!(answer.body["result"]["isError"], true, "{arguments}");
    }
    let listed = app.call(Some(&token), "notes_list", json!({})).await;
    assert_eq!(
        listed.body["result"]["structuredContent"]["notes"],
        json!([])
    );
    let longest = json!({ "text": "ä".repeat(1_000) });
    let answer = app.call(Some(&token), "notes_add", longest).await;
    assert_eq!(answer.body["result"].get("isError"), None);
}

#[tokio::test]
async fn a_person_has_room_for_so_many_notes() {
    let app = App::start(Mode::Required);
    let token = app.token("notes:write");
    for _ in 0..100 {
        let answer = app
            .call(Some(&token), "notes_add", json!({ "text": "x" }))
            .await;
        assert_eq!(answer.body["result"].get("isError"), None);
    }
    let answer = app
        .call(Some(&token), "notes_add", json!({ "text": "x" }))
        .await;
    assert_eq!(answer.body["result"]["isError"], true);
}

#[tokio::test]
async fn a_call_without_arguments_is_a_call() {
    let app = App::start(Mode::Mixed);
    for params in [
        r#"{"name":"auth_show"}"#,
        r#"{"name":"auth_show","arguments":null}"#,
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{params}}}"#);
        let answer = app.post(&[], body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["id"], "a");
        assert_eq!(answer.body["result"].get("isError"), None);
    }
}

#[tokio::test]
async fn a_body_has_a_largest_size_and_a_type() {
    for mode in [Mode::Required, Mode::Mixed] {
        let app = App::start(mode);
        let token = format!("Bearer {}", app.token("notes:write"));
        let headers = [("authorization", token.as_str())];
        let large = call("notes_add", &json!({ "text": "x".repeat(1024 * 1024) }));
        assert_eq!(app.post(&headers, large.clone()).await.status, 413);
        // Without a length, chunk by chunk.
        let chunks: Vec<_> = large
            .into_bytes()
            .chunks(1_000)
            .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
            .collect();
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        assert_eq!(app.post(&headers, body).await.status, 413);
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/jsonp",
            "",
        ] {
            let request = Request::post("/mcp/notes")
                .header("authorization", &token)
                .header("content-type", media_type)
                .body(Body::from(call("notes_list", &json!({}))));
            assert_eq!(app.send(request.unwrap()).await.status, 415, "{media_type}");
        }
    }
}

#[tokio::test]
async fn only_exact_paths_and_post_are_served() {
    let app = App::start(Mode::Mixed);
    for (method, path, status) in [
        ("GET", "/mcp", 405),
        ("DELETE", "/mcp/notes", 405),
        ("PUT", "/mcp/notes", 405),
        ("HEAD", "/mcp/notes", 405),
        ("POST", "/mcp/", 404),
        ("POST", "/mcp/foo", 404),
        ("POST", "/mcp/notes/", 404),
        ("POST", "/mcp/notes/foo", 404),
        ("POST", "/MCP", 404),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty());
        assert_eq!(
            app.send(request.unwrap()).await.status,
            status,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn any_accept_header_is_good_enough() {
    let app = App::start(Mode::Mixed);
    for accept in [
        "application/json",
        "text/event-stream",
        "*/*",
        "text/html",
        "",
    ] {
        let answer = app
            .post(&[("accept", accept)], call("auth_show", &json!({})))
            .await;
        assert_eq!(answer.status, 200, "{accept}");
    }
    assert_eq!(
        app.post(&[], call("auth_show", &json!({}))).await.status,
        200
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever a signed-in client sends, the answer is one that the protocol knows.
    #[test]
    fn no_message_brings_the_endpoint_down(
        method in prop_oneof![Just("tools/call".to_owned()), Just("resources/read".to_owned()), Just("initialize".to_owned()), ".{0,12}"],
        name in prop_oneof![Just("notes_add".to_owned()), Just("auth_show".to_owned()), ".{0,12}"],
        text in "\\PC{0,40}",
        version in prop_oneof![Just("2026-07-28".to_owned()), Just("2025-11-25".to_owned()), "[ -~]{0,12}"],
        cut in 0..400_usize,
    ) {
        let params = json!({
            "name": name, "uri": text, "protocolVersion": version,
            "arguments": { "text": text }, "_meta": { "io.modelcontextprotocol/protocolVersion": version },
        });
        let mut body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string().into_bytes();
        // Some arrive in part.
        if cut < 100 {
            body.truncate(body.len().saturating_sub(cut));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = runtime.block_on(async {
            let app = App::start(Mode::Mixed);
            let token = format!("Bearer {}", app.token("notes:write"));
            app.post(&[("authorization", &token), ("mcp-protocol-version", &version)], body).await
        });
        prop_assert!(answer.status.as_u16() < 500);
        prop_assert!(answer.body["result"].is_object() != answer.body["error"].is_object());
    }
}
