//! Parts of an app, by configuration, path and header: they only take away.

use guard::oauth::challenge::Challenge;
use serde_json::{Value, json};
use toolbox::{
    Allowed, Answer, App as Served, Call, Hints, NoInput, Part, Principal, ScopeText, Tool,
    ToolError,
};

use crate::app::{App, call, mount};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    /// Always.
    done: bool,
}

async fn run(_: Call, _: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    Ok(Answer::new(Output { done: true }))
}

fn tool(name: &'static str, scope: &str, set: &'static str, hints: Hints) -> Tool {
    Tool::required(name, scope.parse().unwrap(), run)
        .toolset(set)
        .hints(hints)
}

fn scope(scope: &'static str, implies: &'static [&'static str]) -> ScopeText {
    ScopeText {
        scope,
        title: "A scope",
        description: "Of a test.",
        implies,
    }
}

fn issues() -> Served {
    let scopes = vec![scope("read", &[]), scope("write", &["read"])];
    Served {
        name: "desk",
        scopes: Box::leak(scopes.into_boxed_slice()),
        tools: vec![
            tool("who", "read", "", Hints::reads()),
            tool("list_issues", "read", "issues", Hints::reads()).aliases(&["issues"]),
            tool("add_issue", "write", "issues", Hints::adds()),
            tool("list_pulls", "read", "pulls", Hints::reads()),
            tool("add_pull", "write", "pulls", Hints::adds()),
        ],
        ..notes::ping_app()
    }
}

fn app(part: Part) -> App {
    let mut desk = mount(issues(), "/mcp/notes", Some("/mcp"));
    desk.part = part;
    App::serving(vec![desk])
}

async fn names(app: &App, path: &str, headers: &[(&str, &str)]) -> String {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let token = app.token("read write");
    let answer = app.post_with(path, headers, &token, body.to_string());
    let answer = answer.await;
    let tools = answer.body["result"]["tools"].as_array().unwrap();
    let names = tools.iter().map(|tool| tool["name"].as_str().unwrap());
    names.collect::<Vec<_>>().join(" ")
}

const ALL: &str = "who list_issues add_issue list_pulls add_pull";

#[tokio::test]
async fn a_part_is_named_by_path_and_header() {
    let app = app(Part::default());
    for (path, headers, expected) in [
        ("/mcp", &[][..], ALL),
        ("/mcp/notes/readonly", &[], "who list_issues list_pulls"),
        ("/mcp/notes/x/issues", &[], "who list_issues add_issue"),
        ("/mcp/notes/x/issues/readonly", &[], "who list_issues"),
        ("/mcp/notes", &[("x-mcp-toolsets", "all")], ALL),
        ("/mcp", &[("x-mcp-toolsets", "issues , pulls")], ALL),
        (
            "/mcp",
            &[("x-mcp-toolsets", "pulls")],
            "who list_pulls add_pull",
        ),
        ("/mcp", &[("x-mcp-toolsets", "")], "who"),
        ("/mcp", &[("x-mcp-toolsets", "nonsense")], "who"),
        (
            "/mcp",
            &[("x-mcp-readonly", "true")],
            "who list_issues list_pulls",
        ),
        ("/mcp", &[("x-mcp-readonly", "FALSE")], ALL),
        // What a path took away no header gives back.
        (
            "/mcp/notes/readonly",
            &[("x-mcp-readonly", "false")],
            "who list_issues list_pulls",
        ),
        (
            "/mcp/notes/x/issues",
            &[("x-mcp-toolsets", "all")],
            "who list_issues add_issue",
        ),
        ("/mcp/notes/x/issues", &[("x-mcp-toolsets", "pulls")], "who"),
    ] {
        assert_eq!(
            names(&app, path, headers).await,
            expected,
            "{path} {headers:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_in_the_part_cannot_be_called() {
    let whole = app(Part::default());
    let writer = whole.token("read write");
    for (path, headers, tool, done) in [
        ("/mcp", &[][..], "add_pull", true),
        ("/mcp/notes/readonly", &[], "add_pull", false),
        ("/mcp/notes/x/issues", &[], "add_pull", false),
        ("/mcp/notes/x/issues", &[], "add_issue", true),
        ("/mcp", &[("x-mcp-readonly", "1")], "add_issue", false),
        ("/mcp", &[("x-mcp-toolsets", "pulls")], "list_issues", false),
    ] {
        let answer = whole.post_with(path, headers, &writer, call(tool, &json!({})));
        let body = answer.await.body;
        let called = body["result"]["structuredContent"]["done"] == Value::Bool(true);
        assert_eq!(called, done, "{path} {headers:?} {tool}: {body}");
        assert_eq!(body["error"]["code"] == json!(-32602), !done, "{path}");
    }
    let part = app(Part::default().read_only());
    assert_eq!(
        names(&part, "/mcp", &[]).await,
        "who list_issues list_pulls"
    );
    let writer = part.token("read write");
    let answer = part.post_with("/mcp", &[], &writer, call("add_issue", &json!({})));
    assert_eq!(answer.await.code(), -32602);
}

#[tokio::test]
async fn a_path_of_its_own_has_a_document_of_its_own() {
    let app = app(Part::default());
    let answer = app
        .get("/.well-known/oauth-protected-resource/mcp/notes/x/issues/readonly")
        .await;
    assert_eq!(
        answer.body["resource"],
        "https://h.example/mcp/notes/x/issues/readonly"
    );
    let answer = app.post_to("/mcp/notes/readonly", &[], "{}").await;
    let challenge = Challenge::parse(answer.header("www-authenticate")).unwrap();
    assert_eq!(
        challenge.resource_metadata.as_deref(),
        Some("https://h.example/.well-known/oauth-protected-resource/mcp/notes/readonly")
    );
    // Nobody is asked for a scope that has no use here.
    assert_eq!(challenge.scope.to_string(), "read");
}

#[tokio::test]
async fn an_alias_is_called_and_not_listed_and_a_scope_may_imply_another() {
    let app = app(Part::default());
    for (scope, tool, status) in [
        ("read", "issues", 200),
        ("write", "issues", 200),
        ("write", "list_pulls", 200),
        ("read", "add_pull", 403),
        ("other", "issues", 403),
    ] {
        let token = app.token(scope);
        let answer = app.post_with("/mcp", &[], &token, call(tool, &json!({})));
        assert_eq!(answer.await.status, status, "{scope} {tool}");
    }
}
