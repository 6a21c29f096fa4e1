//! Both eras of the protocol on one path.

use guard::Mode;
use serde_json::{Value, json};

use crate::app::{Answer, App};

const MODERN: &str = "2026-07-28";

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

async fn modern(app: &App, method: &str, mut params: Value) -> Answer {
    params["_meta"] = meta();
    let name = params["name"]
        .as_str()
        .or(params["uri"].as_str())
        .unwrap_or_default();
    let name = name.to_owned();
    let headers = [
        ("mcp-protocol-version", MODERN),
        ("mcp-method", method),
        ("mcp-name", &name),
    ];
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    app.post(&headers, body.to_string()).await
}

async fn legacy(app: &App, method: &str, params: Value) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    app.post(&[("mcp-protocol-version", "2025-11-25")], body.to_string())
        .await
}

#[tokio::test]
async fn a_client_that_initializes_gets_its_version_or_the_newest() {
    let app = App::start(Mode::Mixed);
    for (wanted, given) in [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let params = json!({ "protocolVersion": wanted, "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } });
        let answer = legacy(&app, "initialize", params).await;
        assert_eq!(answer.body["result"]["protocolVersion"], given);
        assert_eq!(answer.body["result"]["serverInfo"]["name"], "notes");
        assert_eq!(answer.header("mcp-session-id"), "");
    }
    let done = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(app.post(&[], done).await.status, 202);
    assert_eq!(
        legacy(&app, "ping", json!({})).await.body["result"],
        json!({})
    );
}

#[tokio::test]
async fn a_modern_client_discovers_and_calls() {
    let app = App::start(Mode::Mixed);
    let answer = modern(&app, "server/discover", json!({})).await;
    let result = &answer.body["result"];
    assert_eq!(answer.body["id"], 7);
    assert_eq!(result["supportedVersions"], json!([MODERN]));
    assert_eq!(result["resultType"], "complete");
    assert_eq!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
        "notes"
    );
    let answer = modern(&app, "tools/call", json!({ "name": "auth_show" })).await;
    let result = &answer.body["result"];
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["content"][0]["type"], "text");
    assert!(result["_meta"]["io.modelcontextprotocol/serverInfo"].is_object());
    // A refusal inside a result is a result of its era, too.
    let answer = modern(&app, "tools/call", json!({ "name": "notes_list" })).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["result"]["resultType"], "complete");
}

#[tokio::test]
async fn lists_say_how_long_they_keep_in_the_modern_era_only() {
    let app = App::start(Mode::Mixed);
    for (method, member) in [
        ("tools/list", "tools"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ] {
        let result = &modern(&app, method, json!({})).await.body["result"];
        assert!(result[member].is_array(), "{method}");
        assert_eq!(result["cacheScope"], "public");
        assert!(result["ttlMs"].is_u64() && result["resultType"] == "complete");
        let result = &legacy(&app, method, json!({})).await.body["result"];
        assert_eq!(result.as_object().unwrap().len(), 1, "{method}");
        assert!(result[member].is_array(), "{method}");
    }
}

#[tokio::test]
async fn every_tool_says_its_schemes_twice() {
    let app = App::start(Mode::Mixed);
    let answer = legacy(&app, "tools/list", json!({})).await;
    let tools = answer.body["result"]["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 5);
    for tool in tools {
        assert_eq!(tool["securitySchemes"], tool["_meta"]["securitySchemes"]);
        assert!(tool["securitySchemes"][0]["type"].is_string());
    }
}

#[tokio::test]
async fn widgets_are_listed_and_read_in_both_dialects() {
    let app = App::start(Mode::Mixed);
    let listed = legacy(&app, "resources/list", json!({})).await;
    let entry = &listed.body["result"]["resources"][0];
    let uri = entry["uri"].as_str().unwrap();
    assert!(uri.starts_with("ui://notes/auth_show.html?v="));
    let tools = legacy(&app, "tools/list", json!({})).await;
    let meta = &tools.body["result"]["tools"][0]["_meta"];
    for link in [
        &meta["ui"]["resourceUri"],
        &meta["ui/resourceUri"],
        &meta["openai/outputTemplate"],
    ] {
        assert_eq!(link, uri);
    }
    // An older version is answered with the page there is.
    for uri in [
        uri,
        "ui://notes/auth_show.html",
        "ui://notes/auth_show.html?v=older",
    ] {
        for answer in [
            modern(&app, "resources/read", json!({ "uri": uri })).await,
            legacy(&app, "resources/read", json!({ "uri": uri })).await,
        ] {
            let content = &answer.body["result"]["contents"][0];
            assert_eq!(content["uri"], uri);
            assert_eq!(content["mimeType"], "text/html;profile=mcp-app");
            assert_eq!(content["_meta"], entry["_meta"]);
            assert!(
                content["text"]
                    .as_str()
                    .unwrap()
                    .contains("<!doctype html>")
            );
            let meta = &content["_meta"];
            assert_eq!(
                meta["ui"]["csp"],
                json!({ "connectDomains": [], "resourceDomains": [] })
            );
            assert_eq!(meta["ui"].get("domain"), None);
            assert_eq!(meta["openai/widgetDomain"], "https://h.example");
        }
    }
    for uri in [
        "ui://auth_show",
        "ui://notes/auth_show.htmlx",
        "ui://other/view.html",
        "file:///etc/passwd",
    ] {
        let params = json!({ "uri": uri });
        assert_eq!(
            modern(&app, "resources/read", params.clone()).await.code(),
            -32602
        );
        assert_eq!(legacy(&app, "resources/read", params).await.code(), -32002);
    }
}

#[tokio::test]
async fn what_is_gone_or_unknown_is_404_in_the_modern_era() {
    let app = App::start(Mode::Mixed);
    let token = format!("Bearer {}", app.token(""));
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "x/y",
        "prompts/list",
    ] {
        let body =
            json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": { "_meta": meta() } });
        let headers = [
            ("mcp-protocol-version", MODERN),
            ("mcp-method", method),
            ("authorization", &token),
        ];
        let answer = app.post(&headers, body.to_string()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, -32601),
            "{method}"
        );
        assert_eq!(answer.body["id"], 7);
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[tokio::test]
async fn modern_headers_and_body_must_agree() {
    let app = App::start(Mode::Mixed);
    let version = ("mcp-protocol-version", MODERN);
    let body = |method: &str, params: Value| {
        json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string()
    };
    let list = || body("tools/list", json!({ "_meta": meta() }));
    let call = || {
        body(
            "tools/call",
            json!({ "name": "auth_show", "_meta": meta() }),
        )
    };
    let is_list = ("mcp-method", "tools/list");
    let is_call = ("mcp-method", "tools/call");
    let future = json!({ "io.modelcontextprotocol/protocolVersion": "2099-01-01", "io.modelcontextprotocol/clientCapabilities": {} });
    let legacy = json!({ "io.modelcontextprotocol/protocolVersion": "2025-11-25", "io.modelcontextprotocol/clientCapabilities": {} });
    let no_capabilities = json!({ "io.modelcontextprotocol/protocolVersion": MODERN });
    let listed = json!({ "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": [] });
    let only_capabilities = json!({ "io.modelcontextprotocol/clientCapabilities": {} });
    let cases = vec![
        ("good", vec![version, is_list], list(), 200, 0),
        (
            "good call",
            vec![version, is_call, ("mcp-name", " auth_show ")],
            call(),
            200,
            0,
        ),
        (
            "encoded name",
            vec![version, is_call, ("mcp-name", "=?base64?YXV0aF9zaG93?=")],
            call(),
            200,
            0,
        ),
        (
            "bad encoding",
            vec![version, is_call, ("mcp-name", "=?base64?YXV0aF9za!?=")],
            call(),
            400,
            -32020,
        ),
        ("no version header", vec![is_list], list(), 400, -32020),
        (
            "other version header",
            vec![("mcp-protocol-version", "2025-11-25"), is_list],
            list(),
            400,
            -32020,
        ),
        (
            "version header twice",
            vec![version, version, is_list],
            list(),
            400,
            -32020,
        ),
        ("no method header", vec![version], list(), 400, -32020),
        (
            "other method header",
            vec![version, is_call],
            list(),
            400,
            -32020,
        ),
        (
            "method in capitals",
            vec![version, ("mcp-method", "TOOLS/LIST")],
            list(),
            400,
            -32020,
        ),
        (
            "no name header",
            vec![version, is_call],
            call(),
            400,
            -32020,
        ),
        (
            "other name header",
            vec![version, is_call, ("mcp-name", "notes_list")],
            call(),
            400,
            -32020,
        ),
        (
            "no _meta",
            vec![version, is_list],
            body("tools/list", json!({})),
            400,
            -32602,
        ),
        (
            "no version in _meta",
            vec![version, is_list],
            body("tools/list", json!({ "_meta": only_capabilities })),
            400,
            -32602,
        ),
        (
            "no capabilities",
            vec![version, is_list],
            body("tools/list", json!({ "_meta": no_capabilities })),
            400,
            -32602,
        ),
        (
            "capabilities are a list",
            vec![version, is_list],
            body("tools/list", json!({ "_meta": listed })),
            400,
            -32602,
        ),
        (
            "future",
            vec![("mcp-protocol-version", "2099-01-01"), is_list],
            body("tools/list", json!({ "_meta": future })),
            400,
            -32022,
        ),
        (
            "legacy in _meta",
            vec![("mcp-protocol-version", "2025-11-25"), is_list],
            body("tools/list", json!({ "_meta": legacy })),
            400,
            -32022,
        ),
        (
            "unknown header alone",
            vec![("mcp-protocol-version", "2099-01-01")],
            body("tools/list", json!({})),
            400,
            -32022,
        ),
        (
            "no header at all",
            vec![],
            body("tools/list", json!({})),
            200,
            0,
        ),
        (
            "the oldest",
            vec![("mcp-protocol-version", "2024-11-05")],
            body("tools/list", json!({})),
            200,
            0,
        ),
    ];
    for (name, headers, body, status, code) in cases {
        let answer = app.post(&headers, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{name}"
        );
        assert_eq!(answer.body["id"], 7, "{name}");
        if code == -32022 {
            assert_eq!(answer.body["error"]["data"]["supported"], json!([MODERN]));
            assert!(answer.body["error"]["data"]["requested"].is_string());
        }
    }
}
