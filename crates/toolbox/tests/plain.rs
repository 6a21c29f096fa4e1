//! What is served beside MCP: widgets as pages, and a tool asked by `GET`.

use guard::Mode;
use http::Request;
use serde_json::json;
use toolbox::{
    Allowed, Answer, App as Served, Call, Hints, NoInput, Principal, ScopeText, Tool, ToolError,
};

use crate::app::{App, mount};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    /// Who asked.
    who: String,
}

async fn run(_: Call, who: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    match who.sub.as_str() {
        "ada" => Ok(Answer::new(Output {
            who: who.sub.clone(),
        })),
        _ => Err(ToolError::new("Only for Ada.")),
    }
}

fn app() -> App {
    let tool = |name| {
        let tool = Tool::required(name, "read".parse().unwrap(), run);
        tool.hints(Hints::reads())
    };
    let app = Served {
        scopes: &[ScopeText {
            scope: "read",
            title: "Read",
            description: "Of a test.",
            implies: &[],
        }],
        tools: vec![tool("who").by_get(), tool("other")],
        ..notes::ping_app()
    };
    App::serving(vec![mount(app, "/mcp/notes", None)])
}

#[tokio::test]
async fn a_tool_is_asked_by_get_behind_the_same_guard() {
    let app = app();
    let ask = |path: &'static str, token: Option<String>| {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        app.send(request.body(axum::body::Body::empty()).unwrap())
    };
    let answer = ask("/tools/who", Some(app.token("read"))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body),
        (200, json!({ "who": "ada" }))
    );
    let answer = ask("/tools/who", None).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").contains("scope=\"read\""));
    assert_eq!(
        ask("/tools/who", Some(app.token("other"))).await.status,
        403
    );
    assert_eq!(ask("/tools/who", Some("x".to_owned())).await.status, 401);
    let mut claims = App::claims("read");
    claims["sub"] = json!("bob");
    let answer = ask("/tools/who", Some(app.sign(&claims))).await;
    assert_eq!(answer.status, 502);
    assert_eq!(answer.body["content"][0]["text"], "Only for Ada.");
    assert_eq!(
        ask("/tools/other", Some(app.token("read"))).await.status,
        404
    );
}

#[tokio::test]
async fn a_widget_is_a_page_without_our_origin() {
    let app = App::start(Mode::Required);
    let answer = app.get("/widgets/notes.html").await;
    assert_eq!(answer.status, 200);
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("sandbox allow-scripts") && !policy.contains("allow-same-origin"));
    assert_eq!(app.get("/widgets/none.html").await.status, 404);
}
