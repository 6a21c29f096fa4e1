//! Every method and every small list reads what it is named for.

use serde_json::{Value, json};

use super::desk::{Desk, text};
use super::reading::issue;
use super::stand_in::{ok, raw};

#[tokio::test]
async fn a_diff_is_text() {
    let desk = Desk::start().await;
    let diff = "diff --git a/x b/x\n-old\n+new\u{200b}\n";
    desk.github.on("GET /repos/a/b/pulls/4", raw(200, diff));
    let arguments = json!({ "method": "get_diff", "owner": "a", "repo": "b", "pullNumber": 4 });
    let value = desk.value("pull_request_read", arguments).await;
    assert_eq!(value["diff"], "diff --git a/x b/x\n-old\n+new\n");
    assert_eq!(desk.github.asked()[0].accept, "application/vnd.github.diff");
}

#[tokio::test]
async fn statuses_and_checks_are_one_list() {
    let desk = Desk::start().await;
    let status = json!({ "context": "ci", "state": "success", "target_url": "https://ci.example" });
    let run = json!({ "name": "test", "status": "in_progress", "conclusion": null });
    let done = json!({ "name": "lint", "status": "completed", "conclusion": "failure" });
    desk.github
        .on(
            "GET /repos/a/b/pulls/4",
            ok(json!({ "head": { "sha": "abc" } })),
        )
        .on(
            "GET /repos/a/b/commits/abc/status",
            ok(json!({ "state": "pending", "statuses": [status], "total_count": 1 })),
        )
        .on(
            "GET /repos/a/b/commits/abc/check-runs",
            ok(json!({ "check_runs": [run, done], "total_count": 150 })),
        );
    let arguments = json!({
        "method": "get_status", "owner": "a", "repo": "b", "pullNumber": 4, "perPage": 2,
    });
    let value = desk.value("pull_request_read", arguments).await;
    let states = value["checks"].as_array().unwrap().iter();
    let states: Vec<_> = states
        .map(|check| check["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["success", "in_progress"]);
    assert_eq!(
        (value["next_page"].as_u64(), value["total_count"].as_u64()),
        (Some(2), Some(151))
    );
}

/// Reads one thing below issue or pull request 4, and looks for a value in the answer.
async fn check_method(tool: &str, method: &str, path: &str, body: Value, at: (&str, Value)) {
    let desk = Desk::start().await;
    desk.github.on(&format!("GET /repos/a/b/{path}"), ok(body));
    let number = match tool {
        "issue_read" => "issue_number",
        _ => "pullNumber",
    };
    let arguments = json!({ "method": method, "owner": "a", "repo": "b", number: 4 });
    let value = desk.value(tool, arguments).await;
    assert_eq!(value.pointer(at.0), Some(&at.1), "{tool} {method}: {value}");
}

#[tokio::test]
async fn every_method_of_issue_read_reads_what_it_is_named_for() {
    let comment = json!([{ "id": 1, "user": null, "body": "hi" }]);
    let (ghost, bug) = (json!("ghost"), json!("bug"));
    for (method, path, body, at) in [
        (
            "get_comments",
            "issues/4/comments",
            comment,
            ("/comments/0/user", ghost),
        ),
        (
            "get_sub_issues",
            "issues/4/sub_issues",
            json!([issue(9, "x")]),
            ("/sub_issues/0/number", json!(9)),
        ),
        (
            "get_parent",
            "issues/4/parent",
            issue(8, "x"),
            ("/issue/number", json!(8)),
        ),
        (
            "get_labels",
            "issues/4/labels",
            json!([{ "name": "bug" }]),
            ("/labels/0", bug),
        ),
    ] {
        check_method("issue_read", method, path, body, at).await;
    }
}

#[tokio::test]
async fn the_number_of_a_pull_request_is_told_from_an_issues() {
    let desk = Desk::start().await;
    let mut pull = issue(4, "x");
    pull["pull_request"] = json!({ "url": "https://api.github.com/repos/a/b/pulls/4" });
    let comment = |kind: &str| {
        let url = format!("https://github.com/a/b/{kind}/4#issuecomment-1");
        json!([{ "id": 1, "body": "hi", "html_url": url }])
    };
    let (one, comments) = (
        "GET /repos/a/b/issues/4",
        "GET /repos/a/b/issues/4/comments",
    );
    desk.github
        .on(one, ok(pull))
        .on(one, ok(issue(4, "x")))
        .on(comments, ok(comment("pull")))
        .on(comments, ok(comment("issues")));
    for method in ["get", "get_comments"] {
        let arguments = json!({ "method": method, "owner": "a", "repo": "b", "issue_number": 4 });
        let result = desk.call("issue_read", arguments.clone()).await;
        assert_eq!(result["structuredContent"]["is_pull_request"], true);
        assert!(text(&result).contains("pull_request_read with pullNumber 4"));
        let result = desk.call("issue_read", arguments).await;
        assert!(result["structuredContent"]["is_pull_request"].is_null());
        assert!(!text(&result).contains("pull_request_read"));
    }
}

#[tokio::test]
async fn every_method_of_pull_request_read_reads_what_it_is_named_for() {
    let comment = json!([{ "id": 1, "body": "hi" }]);
    let commit = json!([{ "sha": "abc", "commit": { "message": "m", "author": { "name": "n" } } }]);
    let review = json!([{ "id": 2, "state": "APPROVED", "user": { "login": "u" }, "body": "" }]);
    let file = json!([{ "filename": "f", "status": "added", "additions": 1, "patch": "+x" }]);
    for (method, path, body, at) in [
        (
            "get",
            "pulls/4",
            issue(4, "x"),
            ("/pull_request/body", json!("x")),
        ),
        (
            "get_comments",
            "issues/4/comments",
            comment,
            ("/comments/0/body", json!("hi")),
        ),
        (
            "get_commits",
            "pulls/4/commits",
            commit,
            ("/commits/0/author", json!("n")),
        ),
        (
            "get_reviews",
            "pulls/4/reviews",
            review,
            ("/reviews/0/state", json!("APPROVED")),
        ),
        (
            "get_files",
            "pulls/4/files",
            file,
            ("/files/0/patch", json!("+x")),
        ),
    ] {
        check_method("pull_request_read", method, path, body, at).await;
    }
}

#[tokio::test]
async fn the_small_lists_are_lists() {
    for (tool, path, body, at) in [
        (
            "list_label",
            "labels",
            json!([{ "name": "a b" }]),
            ("/labels/0/name", json!("a b")),
        ),
        (
            "list_issue_types",
            "issue-types",
            json!([{ "name": "Bug", "description": null }]),
            ("/issue_types/0", json!({ "name": "Bug" })),
        ),
        (
            "list_pull_requests",
            "pulls",
            json!([{ "id": 1, "number": 2, "head": { "label": "ada:x" }, "base": { "ref": "main" } }]),
            ("/pull_requests/0/head", json!("ada:x")),
        ),
        (
            "list_branches",
            "branches",
            json!([{ "name": "main", "commit": { "sha": "abc" }, "protected": true }]),
            (
                "/branches/0",
                json!({ "name": "main", "sha": "abc", "protected": true }),
            ),
        ),
    ] {
        let desk = Desk::start().await;
        desk.github.on(&format!("GET /repos/a/b/{path}"), ok(body));
        let value = desk.value(tool, json!({ "owner": "a", "repo": "b" })).await;
        assert_eq!(value.pointer(at.0), Some(&at.1), "{tool}: {value}");
        assert_eq!(value["next_page"], Value::Null);
    }
}
