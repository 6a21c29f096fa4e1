//! The repositories of a GitHub App: of its installations, filtered, ordered and paged here.

use std::collections::HashMap;

use github::Settings;
use serde_json::{Value, json};

use super::desk::{Desk, text};
use super::reading::pages;
use super::stand_in::{Canned, ok, refused};

const INSTALLATIONS: &str = "GET /user/installations";

async fn desk(set: impl FnOnce(&mut Settings)) -> Desk {
    let desk = Desk::start_with("read:repos", set).await;
    desk.connect_by_app("ada");
    desk
}

fn installations(installations: Value) -> Canned {
    let total = installations.as_array().unwrap().len();
    ok(json!({ "total_count": total, "installations": installations }))
}

fn repository(id: u64, name: &str, owner: u64) -> Value {
    json!({
        "id": id, "full_name": name, "owner": { "id": owner }, "private": id.is_multiple_of(2),
        "updated_at": format!("2026-01-{:02}T00:00:00Z", id % 28 + 1),
        "created_at": format!("2025-01-{:02}T00:00:00Z", 28 - id % 28),
        "pushed_at": "2026-02-01T00:00:00Z",
    })
}

/// Installation 1 is on account 7, with three repositories; 2 on an organization, with one.
fn two_installations(desk: &Desk) {
    desk.github.always(INSTALLATIONS, |_| {
        installations(json!([{ "id": 1, "suspended_at": null }, { "id": 2 }]))
    });
    let own = [(1, "ada-l/one"), (2, "ada-l/two"), (3, "ada-l/Three")];
    let own = own.map(|(id, name)| repository(id, name, 7)).to_vec();
    let theirs = vec![repository(4, "org/two", 8)];
    for (id, repositories) in [(1, own), (2, theirs)] {
        let line = format!("GET /user/installations/{id}/repositories");
        pages(desk, &line, Some("repositories"), repositories);
    }
}

fn names(value: &Value) -> Vec<&str> {
    let repositories = value["repositories"].as_array().unwrap().iter();
    repositories
        .map(|repository| repository["full_name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn repositories_are_those_that_the_app_is_installed_on() {
    let desk = desk(|_| {}).await;
    two_installations(&desk);
    for (arguments, expected) in [
        (
            json!({}),
            &["org/two", "ada-l/Three", "ada-l/two", "ada-l/one"][..],
        ),
        (
            json!({ "sort": "updated", "direction": "asc", "visibility": "private" }),
            &["ada-l/two", "org/two"],
        ),
        (
            json!({ "sort": "created" }),
            &["ada-l/one", "ada-l/two", "ada-l/Three", "org/two"],
        ),
        (
            json!({ "sort": "full_name" }),
            &["ada-l/one", "ada-l/Three", "ada-l/two", "org/two"],
        ),
        (
            json!({ "affiliation": "owner", "visibility": "public" }),
            &["ada-l/Three", "ada-l/one"],
        ),
        (
            json!({ "affiliation": "owner, collaborator,organization_member", "repo": "TWO" }),
            &["org/two", "ada-l/two"],
        ),
        (
            json!({ "sort": "full_name", "perPage": 3, "page": 2 }),
            &["org/two"],
        ),
    ] {
        let value = desk.value("list_repositories", arguments.clone()).await;
        assert_eq!(names(&value), expected, "{arguments}");
        assert_eq!(value["count"], expected.len());
        assert_eq!(
            (&value["notice"], &value["install_url"]),
            (&Value::Null, &Value::Null)
        );
    }
    assert!(
        !desk
            .github
            .lines()
            .iter()
            .any(|line| line.contains("/user/repos"))
    );
    let value = desk
        .value("list_repositories", json!({ "perPage": 3 }))
        .await;
    assert_eq!(
        (&value["next_page"], &value["next_per_page"]),
        (&json!(2), &json!(3))
    );
}

#[tokio::test]
async fn all_pages_of_an_installation_are_read_up_to_a_thousand() {
    let desk = desk(|_| {}).await;
    let one = |_: &HashMap<String, String>| installations(json!([{ "id": 1 }, { "id": 2 }]));
    desk.github.always(INSTALLATIONS, one);
    let many = (1..=1_001).map(|id| repository(id, &format!("a/r{id}"), 7));
    let line = "GET /user/installations/1/repositories";
    pages(&desk, line, Some("repositories"), many.collect());
    let api = desk.github.api();
    desk.github.always("GET /x", move |query| {
        // As GitHub does, the next page is at another address.
        let page: u64 = query["page"].parse().unwrap();
        let items = (page * 100 - 99..=page * 100).map(|id| repository(id, &format!("a/r{id}"), 7));
        let next = format!("<{api}/x?page={}&per_page=100>; rel=\"next\"", page + 1);
        ok(json!({ "repositories": items.collect::<Vec<_>>() })).header("link", next)
    });
    let value = desk
        .value("list_repositories", json!({ "repo": "r1000" }))
        .await;
    assert_eq!(names(&value), ["a/r1000"]);
    let notice = value["notice"].as_str().unwrap();
    assert!(notice.contains("There may be more"), "{notice}");
    // Ten pages of repositories, and the installations: the second is not looked at any more.
    assert_eq!(desk.github.lines().len(), 11);
}

#[tokio::test]
async fn installed_nowhere_says_how_to_install_it() {
    let url = "https://github.com/apps/octo/installations/new";
    let desk = desk(|settings| settings.install_url = Some(url.to_owned())).await;
    desk.github.on(INSTALLATIONS, installations(json!([])));
    let result = desk.call("list_repositories", json!({})).await;
    let value = &result["structuredContent"];
    assert_eq!(
        (&value["count"], &value["install_url"]),
        (&json!(0), &json!(url))
    );
    let words = text(&result);
    assert!(
        words.contains("not installed on any account") && words.contains(url),
        "{words}"
    );
}

#[tokio::test]
async fn without_the_page_the_operator_is_named() {
    let desk = desk(|_| {}).await;
    desk.github.on(INSTALLATIONS, installations(json!([])));
    let value = desk.value("list_repositories", json!({})).await;
    let notice = value["notice"].as_str().unwrap();
    assert!(notice.contains("ask this server's operator"), "{notice}");
    assert_eq!(value["install_url"], Value::Null);
}

#[tokio::test]
async fn an_installation_that_is_closed_does_not_hide_the_others() {
    let desk = desk(|_| {}).await;
    let all = json!([{ "id": 1, "suspended_at": "2026-01-01T00:00:00Z" }, { "id": 2 }, { "id": 3 }, { "id": 4 }]);
    desk.github.on(INSTALLATIONS, installations(all));
    for (id, canned) in [
        (
            2,
            refused(403, "Resource protected by organization SAML enforcement."),
        ),
        (3, refused(404, "Not Found")),
        (4, ok(json!({ "repositories": [repository(9, "a/b", 7)] }))),
    ] {
        let line = format!("GET /user/installations/{id}/repositories");
        desk.github.on(&line, canned);
    }
    let value = desk.value("list_repositories", json!({})).await;
    assert_eq!(names(&value), ["a/b"]);
    assert!(
        value["notice"]
            .as_str()
            .unwrap()
            .contains("suspended, closed")
    );
}

#[tokio::test]
async fn other_refusals_are_not_an_empty_list() {
    let desk = desk(|_| {}).await;
    let one = |_: &HashMap<String, String>| installations(json!([{ "id": 1 }]));
    desk.github.always(INSTALLATIONS, one);
    let line = "GET /user/installations/1/repositories";
    desk.github
        .on(line, refused(500, ""))
        .on(line, ok(json!({ "message": "?" })));
    let error = desk.error("list_repositories", json!({})).await;
    assert!(error.contains("in trouble"), "{error}");
    let error = desk.error("list_repositories", json!({})).await;
    assert!(error.contains("cannot be read"), "{error}");
}

#[tokio::test]
async fn what_an_app_cannot_know_is_not_asked() {
    let desk = desk(|settings| settings.public_only = true).await;
    for affiliation in ["collaborator", "owner,collaborator", "everyone"] {
        let error = desk
            .error("list_repositories", json!({ "affiliation": affiliation }))
            .await;
        assert!(error.contains("can only be owner"), "{error}");
    }
    assert_eq!(desk.github.lines(), Vec::<String>::new());
    two_installations(&desk);
    let value = desk
        .value("list_repositories", json!({ "visibility": "private" }))
        .await;
    assert_eq!(names(&value), ["ada-l/Three", "ada-l/one"]);
}
