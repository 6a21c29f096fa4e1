//! Whose token goes out, and what happens when GitHub refuses it.

use serde_json::{Value, json};

use super::desk::{Desk, NEXT_TOKEN, OTHER_TOKEN, TOKEN, text};
use super::stand_in::{answer, ok, refused};

fn user() -> Value {
    json!({ "id": 7, "login": "ada-l" })
}

/// Who acted by which tool with which account.
fn used(desk: &Desk) -> Vec<(String, &'static str, String)> {
    let used = desk.connections.used().into_iter();
    used.map(|(person, tool, account)| {
        let account = format!("{} {} at {}", account.login, account.id, account.provider);
        (person, tool, account)
    })
    .collect()
}

fn tokens(desk: &Desk) -> Vec<String> {
    let asked = desk.github.asked().into_iter();
    asked.map(|asked| asked.token).collect()
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_asked_with_once_more() {
    let desk = Desk::start().await;
    desk.connect("ada", &[TOKEN, NEXT_TOKEN]);
    desk.github.accept_tokens(&[NEXT_TOKEN]);
    desk.github.on("GET /user", ok(user()));
    assert_eq!(desk.value("get_me", json!({})).await["login"], "ada-l");
    assert_eq!(tokens(&desk), [TOKEN, NEXT_TOKEN]);
}

#[tokio::test]
async fn a_write_that_was_refused_with_401_is_done_once() {
    let desk = Desk::start().await;
    desk.connect("ada", &[TOKEN, NEXT_TOKEN]);
    desk.github.accept_tokens(&[NEXT_TOKEN]);
    let comment = json!({ "id": 5, "html_url": "https://github.com/a/b/issues/1#c" });
    desk.github
        .on("POST /repos/a/b/issues/1/comments", answer(201, comment));
    let arguments = json!({ "owner": "a", "repo": "b", "issue_number": 1, "body": "hello" });
    assert_eq!(desk.value("add_issue_comment", arguments).await["id"], 5);
    assert_eq!(tokens(&desk), [TOKEN, NEXT_TOKEN]);
    for asked in desk.github.asked() {
        assert_eq!(asked.body, json!({ "body": "hello" }));
    }
}

#[tokio::test]
async fn a_connection_whose_new_token_is_refused_too_must_be_made_anew() {
    let desk = Desk::start().await;
    desk.connect("ada", &[TOKEN, NEXT_TOKEN]);
    desk.github.accept_tokens(&[]);
    let result = desk.call("get_me", json!({})).await;
    assert_eq!(result["isError"], true);
    assert!(text(&result).contains("reconnect it at https://h.example/connect/github"));
    assert_eq!(
        result["_meta"]["vestibule/connect_url"],
        "https://h.example/connect/github"
    );
    assert_eq!(tokens(&desk), [TOKEN, NEXT_TOKEN]);
}

#[tokio::test]
async fn nobody_without_a_connection_reaches_github() {
    let desk = Desk::start().await;
    for tool in ["get_me", "list_repositories"] {
        let result = desk.call_as("bob", tool, json!({})).await;
        assert_eq!(result["isError"], true);
        assert!(text(&result).contains("No account is connected yet"));
        let challenge = &result["_meta"]["mcp/www_authenticate"][0];
        assert!(challenge.as_str().unwrap().starts_with("Bearer "));
    }
    assert_eq!(desk.github.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_403_is_no_reason_to_replace_a_token() {
    let desk = Desk::start().await;
    desk.connect("ada", &[TOKEN, NEXT_TOKEN]);
    desk.github.on("GET /user", refused(403, "Forbidden"));
    let error = desk.error("get_me", json!({})).await;
    assert!(error.contains("refuses this: Forbidden"), "{error}");
    assert_eq!(tokens(&desk), [TOKEN]);
}

#[tokio::test]
async fn the_host_is_told_once_per_call_whose_account_acted() {
    let desk = Desk::start().await;
    desk.connect("ada", &[TOKEN, NEXT_TOKEN]);
    desk.connect("bob", &[OTHER_TOKEN]);
    desk.github.accept_tokens(&[NEXT_TOKEN, OTHER_TOKEN]);
    let path = "/repos/a/b/git/refs";
    let branch = json!({ "commit": { "sha": "abc" } });
    desk.github
        .on("GET /repos/a/b", ok(json!({ "default_branch": "main" })))
        .on("GET /repos/a/b/branches/main", ok(branch))
        .on(&format!("POST {path}"), answer(201, json!({})));
    // Three requests and a replaced token are one use.
    let arguments = json!({ "owner": "a", "repo": "b", "branch": "c" });
    desk.value("create_branch", arguments).await;
    desk.github.on("GET /user", refused(403, "Forbidden"));
    desk.call_as("bob", "get_me", json!({})).await;
    let account = |id: u8| format!("ada-l {id} at github");
    let ada = ("ada".to_owned(), "create_branch", account(7));
    let bob = ("bob".to_owned(), "get_me", account(9));
    assert_eq!(used(&desk), [ada, bob]);
    // Who has no account acted with none, and a look at the connection is no use of it.
    desk.call_as("eve", "get_me", json!({})).await;
    desk.value("github_connection", json!({})).await;
    assert_eq!(used(&desk).len(), 2);
}

#[tokio::test]
async fn the_host_is_told_also_of_a_call_that_nobody_waits_for() {
    let desk = Desk::start().await;
    desk.github.on("GET /user", ok(user()).after(5_000));
    tokio::select! {
        _ = desk.call("get_me", json!({})) => unreachable!("it takes five seconds"),
        () = desk.github.until_asked() => {}
    }
    assert_eq!(used(&desk).len(), 1);
}
