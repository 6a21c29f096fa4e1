//! A tool that lacks a person's account elsewhere says how to connect one.

use guard::oauth::challenge::Challenge;
use guard::oauth::error::ErrorCode;
use serde_json::{Value, json};
use toolbox::{
    Allowed, Answer, App as Served, Call, Hints, NoInput, Principal, Secret, Tool, ToolError,
    UpstreamToken,
};

use crate::app::{App, call, mount};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Output {
    /// The account.
    login: String,
}

async fn run(call: Call, who: Allowed<Principal>, _: NoInput) -> Result<Answer<Output>, ToolError> {
    let connection = call.connection(&who, "forge")?;
    let token = connection.token().await?;
    let login = token.login.clone();
    if token.token.expose() == "stale" {
        connection.replace(&token).await?;
    }
    Ok(Answer::new(Output { login }))
}

fn app() -> App {
    let tool = Tool::required("forge", toolbox::ScopeSet::default(), run).hints(Hints::reads());
    let app = Served {
        tools: vec![tool],
        ..notes::ping_app()
    };
    App::serving(vec![mount(app, "/mcp/notes", Some("/mcp"))])
}

fn token(text: &str) -> UpstreamToken {
    UpstreamToken {
        token: Secret::new(text.to_owned()),
        api_base: "https://api.forge.example".to_owned(),
        account_id: "7".to_owned(),
        login: "ada-l".to_owned(),
        scopes: Vec::new(),
        is_app: false,
    }
}

async fn ask(app: &App) -> Value {
    let token = app.token("a b");
    let answer = app.post_with("/mcp", &[], &token, call("forge", &json!({})));
    let answer = answer.await;
    assert_eq!(answer.status, 200);
    answer.body["result"].clone()
}

#[tokio::test]
async fn whoever_has_no_account_is_led_to_the_page() {
    let app = app();
    let result = ask(&app).await;
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("https://h.example/connect/github"), "{text}");
    let meta = &result["_meta"];
    assert_eq!(
        meta["vestibule/connect_url"],
        "https://h.example/connect/github"
    );
    let challenge = meta["mcp/www_authenticate"][0].as_str().unwrap();
    let challenge = Challenge::parse(challenge).unwrap();
    assert_eq!(challenge.error, Some(ErrorCode::InsufficientScope));
    // The same scopes once more: what lacks is not a scope.
    assert_eq!(challenge.scope.to_string(), "a b");
    assert!(challenge.resource_metadata.unwrap().ends_with("/mcp"));
}

#[tokio::test]
async fn an_account_is_used_until_it_ends() {
    let app = app();
    app.connections
        .connect("ada", vec![token("stale"), token("good")]);
    assert_eq!(ask(&app).await["structuredContent"]["login"], "ada-l");
    app.connections.connect("ada", vec![token("stale")]);
    let result = ask(&app).await;
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("reconnect"), "{text}");
    assert!(!result.to_string().contains("stale"));
}
