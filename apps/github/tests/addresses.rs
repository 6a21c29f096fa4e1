//! Where requests go: never elsewhere, whatever GitHub or a model says.

use serde_json::{Value, json};

use super::desk::Desk;
use super::stand_in::{Canned, Github, PREFIX, answer, ok, raw};

const LIST: &str = "GET /repos/a/b/branches";

fn branches() -> Value {
    json!({ "owner": "a", "repo": "b" })
}

fn moved(status: u16, to: impl Into<String>) -> Canned {
    raw(status, "{}").header("location", to)
}

#[tokio::test]
async fn a_renamed_repository_is_followed_on_the_same_host() {
    let desk = Desk::start().await;
    for (status, to) in [
        (
            301,
            format!("{}/repositories/1/branches", desk.github.api()),
        ),
        (302, format!("{PREFIX}/repositories/1/branches")),
        (
            307,
            format!("{}/repositories/1/branches", desk.github.api()),
        ),
    ] {
        desk.github.on(LIST, moved(status, to)).on(
            "GET /repositories/1/branches",
            ok(json!([{ "name": "main" }])),
        );
        let value = desk.value("list_branches", branches()).await;
        assert_eq!(value["branches"][0]["name"], "main");
    }
}

#[tokio::test]
async fn no_token_follows_a_redirect_to_elsewhere() {
    let desk = Desk::start().await;
    let elsewhere = Github::start().await;
    for to in [
        format!("{}/repositories/1/branches", elsewhere.api()),
        elsewhere.api().replace("http:", ""),
        desk.github.api().replace("127.0.0.1", "localhost"),
        format!("{}/login", desk.github.origin),
        String::new(),
        "http://[".to_owned(),
    ] {
        desk.github.on(LIST, moved(301, to.clone()));
        let error = desk.error("list_branches", branches()).await;
        assert!(error.contains("this is not followed"), "{to}: {error}");
    }
    assert_eq!(elsewhere.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let desk = Desk::start().await;
    let to = format!("{}/repos/a/b/branches", desk.github.api());
    desk.github.always(LIST, move |_| moved(301, to.clone()));
    let error = desk.error("list_branches", branches()).await;
    assert!(error.contains("in circles"), "{error}");
    assert_eq!(desk.github.lines().len(), 4);
}

#[tokio::test]
async fn a_write_is_repeated_elsewhere_only_where_the_status_allows_it() {
    let desk = Desk::start().await;
    let arguments = json!({ "owner": "a", "repo": "b", "issue_number": 1, "body": "x" });
    let path = "POST /repos/a/b/issues/1/comments";
    let to = format!("{}/repositories/1/issues/1/comments", desk.github.api());
    for status in [301, 302] {
        desk.github.on(path, moved(status, to.clone()));
        let error = desk.error("add_issue_comment", arguments.clone()).await;
        assert!(
            error.contains("has moved, and nothing was changed"),
            "{error}"
        );
    }
    assert_eq!(desk.github.lines(), [path, path]);
    let comment = json!({ "id": 5, "html_url": "https://github.com/x" });
    desk.github.on(path, moved(307, to)).on(
        "POST /repositories/1/issues/1/comments",
        answer(201, comment),
    );
    assert_eq!(desk.value("add_issue_comment", arguments).await["id"], 5);
    let asked = desk.github.asked();
    assert_eq!(asked.last().unwrap().body, json!({ "body": "x" }));
}

#[tokio::test]
async fn pages_are_followed_on_our_own_host_only() {
    let desk = Desk::start().await;
    let elsewhere = Github::start().await;
    let repository =
        |id: u64, name: &str| json!([{ "id": id, "full_name": format!("ada/{name}") }]);
    let link = |base: &str| format!("<{base}/user/{}/repos?page=2>; rel=\"next\"", 7);
    let (own, foreign) = (link(&desk.github.api()), link(&elsewhere.api()));
    desk.github
        .on(
            "GET /user/repos",
            ok(repository(1, "one")).header("link", own),
        )
        .on(
            "GET /user/7/repos",
            ok(repository(2, "two")).header("link", foreign),
        );
    let value = desk
        .value("list_repositories", json!({ "repo": "ADA/" }))
        .await;
    assert_eq!(value["count"], 2);
    assert!(value["next_page"].is_null());
    assert_eq!(desk.github.lines()[1], "GET /user/7/repos?page=2");
    assert_eq!(elsewhere.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_search_for_a_name_ends_and_says_how_to_go_on() {
    let desk = Desk::start().await;
    let api = desk.github.api();
    desk.github.always("GET /user/repos", move |query| {
        let page: u64 = query["page"].parse().unwrap();
        let next = format!(
            "<{api}/user/repos?per_page=100&page={}>; rel=\"next\"",
            page + 1
        );
        ok(json!([{ "id": page, "full_name": format!("ada/n{page}") }])).header("link", next)
    });
    let value = desk
        .value("list_repositories", json!({ "repo": "/N3" }))
        .await;
    assert_eq!(value["repositories"][0]["id"], 3);
    assert_eq!(value["count"], 1);
    assert_eq!(
        (&value["next_page"], &value["next_per_page"]),
        (&json!(6), &json!(100))
    );
    assert_eq!(desk.github.lines().len(), 5);
}

#[tokio::test]
async fn names_are_encoded_and_cannot_lead_out_of_their_place() {
    let desk = Desk::start().await;
    let path = "GET /repos/a%2F..%2Fb/c%3Fd%23%20e/branches";
    desk.github.on(path, ok(json!([])));
    let arguments = json!({ "owner": "a/../b", "repo": "c?d# e" });
    desk.value("list_branches", arguments).await;
    for (owner, repo) in [("..", "x"), (".", "x"), ("", "x"), ("a", "..")] {
        let arguments = json!({ "owner": owner, "repo": repo });
        let error = desk.error("list_branches", arguments).await;
        assert!(error.contains("empty or consists of dots"), "{error}");
    }
    assert_eq!(desk.github.lines().len(), 1);
}
