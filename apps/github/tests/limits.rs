//! What happens when GitHub has had enough of an account.

use serde_json::{Value, json};

use super::desk::{Desk, NOW, OTHER_TOKEN, TOKEN};
use super::stand_in::{Canned, answer, ok, refused};

const LIST: &str = "GET /repos/a/b/branches";

fn branches() -> Value {
    json!({ "owner": "a", "repo": "b" })
}

fn used_up(reset: i64) -> Canned {
    refused(403, "API rate limit exceeded for user ID 7.")
        .header("x-ratelimit-remaining", "0")
        .header("x-ratelimit-reset", reset.to_string())
}

#[tokio::test]
async fn while_the_hour_is_used_up_github_is_left_alone() {
    let desk = Desk::start().await;
    desk.github
        .on(LIST, used_up(NOW + 120))
        .on(LIST, ok(json!([])));
    for _ in 0..3 {
        let error = desk.error("list_branches", branches()).await;
        assert!(error.contains("in 120 seconds"), "{error}");
    }
    assert_eq!(desk.github.lines().len(), 1);
    desk.clock.advance(119);
    let error = desk.error("list_branches", branches()).await;
    assert!(error.contains("in 1 seconds"), "{error}");
    desk.clock.advance(1);
    assert_eq!(desk.value("list_branches", branches()).await["count"], 0);
    assert_eq!(desk.github.lines().len(), 2);
}

// RFC 9110 §5.6.7: a date is one of a fixed length, in GMT.
#[tokio::test]
async fn the_wait_goes_by_githubs_clock() {
    let desk = Desk::start().await;
    // Ours is an hour ahead: the reset is in our past, and two minutes away.
    let date = "Fri, 15 Jan 2027 07:00:00 GMT";
    let canned = used_up(NOW - 3_600 + 120).header("date", date);
    desk.github.on(LIST, canned);
    let error = desk.error("list_branches", branches()).await;
    assert!(error.contains("in 120 seconds"), "{error}");
    // What is no date is none.
    desk.clock.advance(120);
    desk.github
        .on(LIST, used_up(NOW + 180).header("date", "yesterday"));
    let error = desk.error("list_branches", branches()).await;
    assert!(error.contains("in 60 seconds"), "{error}");
}

#[tokio::test]
async fn a_secondary_limit_waits_as_long_as_github_says_and_else_ever_longer() {
    let desk = Desk::start().await;
    let message = "You have exceeded a secondary rate limit.";
    for (canned, expected) in [
        (
            refused(429, message).header("retry-after", "7"),
            "in 7 seconds",
        ),
        (refused(403, message), "in 120 seconds"),
        (refused(429, ""), "in 240 seconds"),
    ] {
        desk.github.on(LIST, canned);
        let error = desk.error("list_branches", branches()).await;
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("Nothing was changed"), "{error}");
        // Everything of the account waits, and a write is not tried either.
        let comment = json!({ "owner": "a", "repo": "b", "issue_number": 1, "body": "x" });
        let error = desk.error("add_issue_comment", comment).await;
        assert!(error.contains(expected), "{error}");
        desk.clock.advance(1_000);
    }
    assert_eq!(desk.github.lines().len(), 3);
}

#[tokio::test]
async fn searches_are_counted_apart() {
    let desk = Desk::start().await;
    desk.github
        .on("GET /search/issues", used_up(NOW + 30))
        .on(LIST, ok(json!([])));
    let error = desk.error("search_issues", json!({ "query": "x" })).await;
    assert!(error.contains("in 30 seconds"), "{error}");
    assert_eq!(desk.value("list_branches", branches()).await["count"], 0);
    desk.error("search_issues", json!({ "query": "x" })).await;
    assert_eq!(desk.github.lines().len(), 2);
}

#[tokio::test]
async fn another_account_is_not_held_up() {
    let desk = Desk::start().await;
    desk.connect("bob", &[OTHER_TOKEN]);
    desk.github.accept_tokens(&[TOKEN, OTHER_TOKEN]);
    desk.github
        .on(LIST, used_up(NOW + 30))
        .on(LIST, ok(json!([])));
    desk.error("list_branches", branches()).await;
    let result = desk.call_as("bob", "list_branches", branches()).await;
    assert_eq!(result["structuredContent"]["count"], 0);
}

#[tokio::test]
async fn one_account_asks_one_thing_at_a_time() {
    let desk = Desk::start().await;
    desk.github.always(LIST, |_| ok(json!([])).after(30));
    let calls = (0..4).map(|_| desk.value("list_branches", branches()));
    for value in futures_util::future::join_all(calls).await {
        assert_eq!(value["count"], 0);
    }
    assert_eq!(
        (desk.github.lines().len(), desk.github.running_max()),
        (4, 1)
    );
}

#[tokio::test]
async fn whoever_waited_while_a_limit_was_met_does_not_ask() {
    let desk = Desk::start().await;
    desk.github.on(LIST, used_up(NOW + 30).after(50));
    let call = || desk.error("list_branches", branches());
    let (first, second) = tokio::join!(call(), call());
    assert_eq!(first, second);
    assert_eq!(desk.github.lines().len(), 1);
}

#[tokio::test]
async fn writes_of_an_account_are_a_second_apart() {
    let desk = Desk::start().await;
    let comment = json!({ "id": 5, "html_url": "https://github.com/x" });
    let path = "POST /repos/a/b/issues/1/comments";
    desk.github
        .always(path, move |_| answer(201, comment.clone()));
    let arguments = json!({ "owner": "a", "repo": "b", "issue_number": 1, "body": "x" });
    let call = || desk.value("add_issue_comment", arguments.clone());
    tokio::join!(call(), call());
    let asked = desk.github.asked();
    let gap = asked[1].at - asked[0].at;
    // The stand-in's clock starts when a request has arrived, which may take a little longer for the first.
    assert!(gap.as_millis() >= 900, "{gap:?}");
}
