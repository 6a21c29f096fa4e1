//! Who may call what, and `github_connection`: how the connection stands, and its end.

use serde_json::json;

use super::desk::Desk;
use super::stand_in::ok;

#[tokio::test]
async fn the_status_asks_nobody() {
    let desk = Desk::start().await;
    let value = desk.value("github_connection", json!({})).await;
    let expected = json!({
        "connected": true, "login": "ada-l", "account_id": "7", "host": "github.com",
        "upstream_scopes": ["repo"],
        "held_scopes": ["read:repos", "read:user", "write:branches", "write:issues"],
        "manage_url": "https://h.example/account",
        "connect_url": "https://h.example/connect/github",
        "write_granted": true,
    });
    assert_eq!(value, expected);
    let result = desk.call_as("bob", "github_connection", json!({})).await;
    assert_eq!(result["structuredContent"]["connected"], false);
    assert!(result["structuredContent"]["login"].is_null());
    assert_eq!(desk.github.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_ends_once() {
    let desk = Desk::start().await;
    let disconnect = json!({ "action": "disconnect" });
    let value = desk.value("github_connection", disconnect.clone()).await;
    assert_eq!(value["connected"], false);
    let result = desk.call("github_connection", disconnect).await;
    assert!(super::desk::text(&result).contains("There was no connection to end"));
    let error = desk.error("get_me", json!({})).await;
    assert!(error.contains("No account is connected"), "{error}");
}

#[tokio::test]
async fn a_chat_that_may_not_even_know_the_person_ends_nothing() {
    let desk = Desk::start_with("read:repos", |_| {}).await;
    let disconnect = json!({ "action": "disconnect" });
    let error = desk.error("github_connection", disconnect).await;
    assert!(error.contains("needs the scope read:user"), "{error}");
    let value = desk.value("github_connection", json!({})).await;
    assert_eq!(
        (&value["connected"], &value["write_granted"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn a_scope_brings_what_it_implies_and_no_more() {
    let tools = [
        "get_me",
        "list_repositories",
        "get_repository_issues",
        "create_issue",
        "create_pull_request",
        "create_branch",
        "github_connection",
    ];
    for (scope, allowed) in [
        ("other", "github_connection"),
        ("read:issues", "get_repository_issues github_connection"),
        (
            "read:repos",
            "list_repositories get_repository_issues github_connection",
        ),
        (
            "write:issues",
            "get_repository_issues create_issue create_pull_request github_connection",
        ),
        ("write:pulls", "create_pull_request github_connection"),
        ("write:branches", "create_branch github_connection"),
    ] {
        let desk = Desk::start_with(scope, |_| {}).await;
        desk.github.always("GET /user/repos", |_| ok(json!([])));
        for tool in tools {
            let expected = allowed.split(' ').any(|name| name == tool);
            assert_eq!(desk.may_call(tool).await, expected, "{scope}: {tool}");
        }
    }
}

#[tokio::test]
async fn repositories_are_asked_for_by_get_too_but_not_without_a_token() {
    let desk = Desk::start().await;
    desk.github.on(
        "GET /user/repos",
        ok(json!([{ "id": 1, "full_name": "a/b" }])),
    );
    let path = "/tools/list_repositories";
    let (status, body) = desk.get(path, Some("ada")).await;
    assert_eq!(
        (status, &body["repositories"][0]["full_name"]),
        (200, &json!("a/b"))
    );
    assert_eq!(desk.get(path, None).await.0, 401);
    assert_eq!(desk.get("/tools/create_issue", Some("ada")).await.0, 404);
    assert_eq!(desk.github.lines().len(), 1);
}

#[tokio::test]
async fn the_views_are_pages() {
    let desk = Desk::start().await;
    for name in [
        "repositories",
        "issues",
        "issue_draft",
        "pull_request_draft",
        "connection",
    ] {
        let (status, _) = desk.get(&format!("/widgets/{name}.html"), None).await;
        assert_eq!(status, 200, "{name}");
    }
    assert_eq!(
        desk.get("/widgets/list_repositories.html", None).await.0,
        404
    );
}
