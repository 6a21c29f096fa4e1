//! What goes out when something is written, and what is said of what came of it.

use serde_json::{Value, json};

use super::desk::{Desk, text};
use super::stand_in::{answer, ok, refused};

fn created(number: u64) -> Value {
    json!({
        "id": 100, "number": number, "title": "t", "state": "open", "draft": false,
        "html_url": format!("https://github.com/a/b/issues/{number}"),
    })
}

#[tokio::test]
async fn an_issue_is_created_as_asked_for() {
    let desk = Desk::start().await;
    desk.github
        .on("POST /repos/a/b/issues", answer(201, created(12)));
    let arguments = json!({ "owner": "a", "repo": "b", "title": "t", "body": "**x**\u{200b}" });
    let value = desk.value("create_issue", arguments).await;
    let expected = json!({
        "success": true,
        "issue": {
            "id": 100, "number": 12, "title": "t", "html_url": "https://github.com/a/b/issues/12",
        },
        "message": "Issue #12 created successfully",
    });
    assert_eq!(value, expected);
    // What the person's own words hold is theirs.
    let body = json!({ "title": "t", "body": "**x**\u{200b}" });
    assert_eq!(desk.github.asked()[0].body, body);
}

#[tokio::test]
async fn what_github_dropped_without_a_word_is_said() {
    let desk = Desk::start().await;
    let mut answered = created(12);
    answered["labels"] = json!([{ "name": "Bug" }]);
    desk.github
        .on("POST /repos/a/b/issues", answer(201, answered));
    let arguments = json!({
        "owner": "a", "repo": "b", "title": "t", "labels": ["bug", "ui"], "assignees": ["ada"],
        "milestone": 3, "type": "Task",
    });
    let result = desk.call("create_issue", arguments).await;
    let warnings = result["structuredContent"]["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    for (warning, dropped) in warnings
        .iter()
        .zip(["ui", "ada", "milestone 3", "type Task"])
    {
        assert!(warning.as_str().unwrap().contains(dropped), "{warning}");
        assert!(text(&result).contains(dropped));
    }
    assert!(!warnings[0].as_str().unwrap().contains("bug"));
}

#[tokio::test]
async fn an_update_sends_only_what_changes() {
    let desk = Desk::start().await;
    desk.github
        .on("PATCH /repos/a/b/issues/12", ok(created(12)));
    let arguments = json!({
        "method": "update", "owner": "a", "repo": "b", "issue_number": 12,
        "state": "closed", "state_reason": "not_planned", "labels": [],
    });
    let value = desk.value("issue_write", arguments).await;
    assert_eq!(value["message"], "Issue #12 updated successfully");
    assert!(value["warnings"].is_null());
    let body = json!({ "state": "closed", "state_reason": "not_planned", "labels": [] });
    assert_eq!(desk.github.asked()[0].body, body);
}

#[tokio::test]
async fn issue_write_creates_as_create_issue_does() {
    let desk = Desk::start().await;
    desk.github
        .on("POST /repos/a/b/issues", answer(201, created(12)));
    let arguments = json!({ "method": "create", "owner": "a", "repo": "b", "title": "t" });
    assert_eq!(
        desk.value("issue_write", arguments).await["issue"]["number"],
        12
    );
    assert_eq!(desk.github.asked()[0].body, json!({ "title": "t" }));
}

#[tokio::test]
async fn a_pull_request_is_there_even_if_nobody_can_be_asked_to_review_it() {
    let desk = Desk::start().await;
    desk.github
        .on("POST /repos/a/b/pulls", answer(201, created(4)))
        .on(
            "POST /repos/a/b/pulls/4/requested_reviewers",
            refused(422, "Reviews may only be requested from collaborators."),
        );
    let arguments = json!({
        "owner": "a", "repo": "b", "title": "t", "head": "ada:x", "base": "main", "draft": true,
        "reviewers": ["eve", "acme/team"],
    });
    let value = desk.value("create_pull_request", arguments).await;
    assert_eq!(value["number"], 4);
    let warnings = value["warnings"].to_string();
    assert!(warnings.contains("as a draft"), "{warnings}");
    assert!(
        warnings.contains("Nobody was asked to review: GitHub cannot do this"),
        "{warnings}"
    );
    let asked = desk.github.asked();
    let body = json!({ "title": "t", "head": "ada:x", "base": "main", "draft": true });
    assert_eq!(asked[0].body, body);
    let body = json!({ "reviewers": ["eve"], "team_reviewers": ["team"] });
    assert_eq!(asked[1].body, body);
}

#[tokio::test]
async fn an_issue_becomes_a_pull_request_with_its_own_title() {
    let desk = Desk::start().await;
    desk.github
        .on("POST /repos/a/b/pulls", answer(201, created(4)));
    let arguments = json!({
        "owner": "a", "repo": "b", "title": "t", "body": "x", "head": "x", "base": "main", "issue": 4,
    });
    let value = desk.value("create_pull_request", arguments).await;
    assert!(value["warnings"].is_null());
    let body = json!({ "head": "x", "base": "main", "draft": false, "issue": 4 });
    assert_eq!(desk.github.asked()[0].body, body);
}

#[tokio::test]
async fn what_cannot_be_changed_is_said_and_not_sent() {
    let desk = Desk::start().await;
    desk.github.on("GET /repos/a/b/pulls/4", ok(created(4)));
    let arguments = json!({ "owner": "a", "repo": "b", "pullNumber": 4, "draft": true });
    let value = desk.value("update_pull_request", arguments).await;
    assert!(
        value["warnings"][0]
            .as_str()
            .unwrap()
            .contains("draft was not changed")
    );
    desk.github.on("PATCH /repos/a/b/pulls/4", ok(created(4)));
    let arguments = json!({
        "owner": "a", "repo": "b", "pullNumber": 4, "title": "t", "state": "closed", "draft": false,
    });
    let value = desk.value("update_pull_request", arguments).await;
    assert!(value["warnings"].is_null());
    let asked = desk.github.asked();
    assert_eq!(asked[1].body, json!({ "title": "t", "state": "closed" }));
}

#[tokio::test]
async fn a_branch_begins_where_the_default_branch_is() {
    let desk = Desk::start().await;
    let branch = json!({ "name": "trunk/x", "commit": { "sha": "abc" } });
    desk.github
        .on("GET /repos/a/b", ok(json!({ "default_branch": "trunk/x" })))
        .on("GET /repos/a/b/branches/trunk%2Fx", ok(branch))
        .on(
            "POST /repos/a/b/git/refs",
            answer(201, json!({ "ref": "refs/heads/new" })),
        );
    let arguments = json!({ "owner": "a", "repo": "b", "branch": "new" });
    let value = desk.value("create_branch", arguments).await;
    assert_eq!(
        value,
        json!({ "branch": "new", "from_branch": "trunk/x", "sha": "abc" })
    );
    let body = json!({ "ref": "refs/heads/new", "sha": "abc" });
    assert_eq!(desk.github.asked()[2].body, body);
}

#[tokio::test]
async fn no_branch_begins_nowhere() {
    let desk = Desk::start().await;
    desk.github.on(
        "GET /repos/a/b/branches/gone",
        refused(404, "Branch not found"),
    );
    let arguments = json!({ "owner": "a", "repo": "b", "branch": "new", "from_branch": "gone" });
    let error = desk.error("create_branch", arguments).await;
    assert!(error.contains("does not find this"), "{error}");
    assert_eq!(desk.github.lines().len(), 1);
}
