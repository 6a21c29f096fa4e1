//! What a model is told when GitHub does not do what it was asked for, and what is not done then.

use serde_json::{Value, json};

use super::desk::Desk;
use super::stand_in::{Canned, answer, ok, raw, refused};

const LIST: &str = "GET /repos/a/b/branches";
const CREATE: &str = "POST /repos/a/b/issues";

fn branches() -> Value {
    json!({ "owner": "a", "repo": "b" })
}

fn issue() -> Value {
    json!({ "owner": "a", "repo": "b", "title": "t" })
}

fn troubles() -> Vec<Canned> {
    vec![
        refused(500, "Server Error"),
        raw(502, "<html>Bad gateway</html>"),
        refused(503, "Service unavailable"),
        ok(json!([])).after(2_000),
        raw(200, "[{\"name\": \"ma").broken(),
    ]
}

#[tokio::test]
async fn a_read_that_fails_says_so_and_is_not_repeated() {
    let desk = Desk::start().await;
    for canned in troubles() {
        desk.github.on(LIST, canned);
        let error = desk.error("list_branches", branches()).await;
        assert!(error.contains("Nothing was changed; try again"), "{error}");
    }
    assert_eq!(desk.github.lines().len(), troubles().len());
}

#[tokio::test]
async fn an_answer_that_is_no_answer_is_no_list() {
    let desk = Desk::start().await;
    for body in ["", "<html>", "null", "{}", "[1", "\"x\"", "{\"items\":[]}"] {
        desk.github.on(LIST, raw(200, body));
        let error = desk.error("list_branches", branches()).await;
        assert!(error.contains("cannot be read"), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_write_of_unknown_outcome_is_never_repeated_and_says_where_to_look() {
    for canned in troubles() {
        let desk = Desk::start().await;
        desk.github.on(CREATE, canned);
        let error = desk.error("create_issue", issue()).await;
        assert!(error.contains("may have been done or not"), "{error}");
        assert!(error.contains("get_repository_issues"), "{error}");
        assert_eq!(desk.github.lines(), [CREATE]);
    }
}

#[tokio::test]
async fn a_write_that_is_answered_with_something_odd_may_have_been_done() {
    for body in ["", "null", "{}", "[]", "{\"number\": -1}", "<html>"] {
        let desk = Desk::start().await;
        desk.github.on(CREATE, raw(201, body));
        let error = desk.error("create_issue", issue()).await;
        assert!(
            error.contains("look first") || error.contains("Look with"),
            "{error}"
        );
        assert!(!error.contains("Nothing was changed"), "{error}");
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_changed_nothing() {
    let desk = Desk::start().await;
    let gone = super::stand_in::Github::start().await;
    let api = gone.api();
    drop(gone);
    desk.connect_to("ada", &api);
    let error = desk.error("create_issue", issue()).await;
    assert!(
        error.contains("cannot be reached. Nothing was changed"),
        "{error}"
    );
    desk.connect_to("ada", "not an address");
    let error = desk.error("create_issue", issue()).await;
    assert!(error.contains("Its operator must correct it"), "{error}");
}

#[tokio::test]
async fn what_is_not_found_may_be_hidden_by_a_missing_scope() {
    let not_found = || refused(404, "Not Found").header("x-accepted-oauth-scopes", "repo");
    let desk = Desk::start().await;
    desk.github
        .on(LIST, not_found().header("x-oauth-scopes", "read:user"))
        .on(LIST, not_found().header("x-oauth-scopes", "repo"));
    let error = desk.error("list_branches", branches()).await;
    let expected =
        "lacks the GitHub scope repo: the person can reconnect at https://h.example/connect/github";
    assert!(error.contains(expected), "{error}");
    let error = desk.error("list_branches", branches()).await;
    assert!(
        error.contains("may not see it") && !error.contains("reconnect"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_is_sent_for_more_than_the_operator_wants() {
    let desk = Desk::start_with("read:repos", |settings| settings.public_only = true).await;
    let not_found = refused(404, "Not Found").header("x-accepted-oauth-scopes", "repo");
    desk.github.on(LIST, not_found);
    let error = desk.error("list_branches", branches()).await;
    assert!(!error.contains("reconnect"), "{error}");
}

#[tokio::test]
async fn refusals_say_what_would_help() {
    let errors = json!([{ "resource": "Issue", "field": "title", "code": "missing_field" }]);
    let invalid = json!({ "message": "Validation Failed", "errors": errors });
    for (canned, expected) in [
        (
            refused(410, "Issues has been disabled"),
            "issues may be disabled",
        ),
        (
            answer(422, invalid),
            "Validation Failed: title must be given.",
        ),
        (refused(451, "Blocked"), "legal reasons"),
        (refused(418, "odd"), "answers 418: odd"),
        (
            refused(403, "Resource not accessible by integration")
                .header("x-accepted-github-permissions", "issues=write"),
            "would need issues=write here",
        ),
        (
            refused(403, "SAML").header("x-github-sso", "required; url=https://127.0.0.1/sso?a=1"),
            "the person can open https://127.0.0.1/sso?a=1",
        ),
    ] {
        let desk = Desk::start().await;
        desk.github.on(CREATE, canned);
        let error = desk.error("create_issue", issue()).await;
        assert!(error.contains(expected), "{error}");
        assert_eq!(desk.github.lines(), [CREATE]);
    }
}

#[tokio::test]
async fn nobody_is_sent_to_a_stranger_for_single_sign_on() {
    let desk = Desk::start().await;
    let canned = refused(403, "SAML").header("x-github-sso", "required; url=https://evil.example/");
    desk.github.on(LIST, canned);
    let error = desk.error("list_branches", branches()).await;
    assert!(!error.contains("evil"), "{error}");
}

#[tokio::test]
async fn a_version_that_is_not_spoken_is_given_up_once_and_for_good() {
    let desk = Desk::start_with("read:repos write:issues", |settings| {
        settings.api_version = Some("2030-01-01".to_owned());
    });
    let desk = desk.await;
    let created = json!({ "id": 1, "number": 2, "title": "t", "html_url": "https://github.com/x" });
    desk.github
        .on(CREATE, answer(201, created))
        .on(LIST, ok(json!([])));
    assert_eq!(
        desk.value("create_issue", issue()).await["issue"]["number"],
        2
    );
    desk.value("list_branches", branches()).await;
    let versions = desk.github.asked().into_iter().map(|asked| asked.version);
    let versions: Vec<_> = versions.collect();
    assert_eq!(versions, ["2030-01-01", "2022-11-28", "2022-11-28"]);
}

#[tokio::test]
async fn a_server_that_speaks_no_version_of_ours_is_asked_once() {
    let desk = Desk::start().await;
    desk.github.speak("1999-01-01");
    let error = desk.error("list_branches", branches()).await;
    assert!(error.contains("answers 400"), "{error}");
    assert_eq!(desk.github.lines().len(), 1);
}

#[tokio::test]
async fn arguments_that_do_not_fit_reach_nobody() {
    let desk = Desk::start().await;
    for (tool, arguments) in [
        ("list_branches", json!({ "owner": "a" })),
        (
            "list_branches",
            json!({ "owner": "a", "repo": "b", "page": 0 }),
        ),
        (
            "list_branches",
            json!({ "owner": "a", "repo": "b", "perPage": 101 }),
        ),
        (
            "list_branches",
            json!({ "owner": "a", "repo": "b", "per_page": 5 }),
        ),
        (
            "get_repository_issues",
            json!({ "owner": "a", "repo": "b", "state": "merged" }),
        ),
        (
            "issue_write",
            json!({ "method": "update", "owner": "a", "repo": "b", "title": "t" }),
        ),
        (
            "issue_write",
            json!({ "method": "update", "owner": "a", "repo": "b", "issue_number": 1 }),
        ),
        (
            "issue_write",
            json!({ "method": "create", "owner": "a", "repo": "b" }),
        ),
        (
            "issue_write",
            json!({ "method": "create", "owner": "a", "repo": "b", "title": "t", "state": "open" }),
        ),
        (
            "update_pull_request",
            json!({ "owner": "a", "repo": "b", "pullNumber": 1 }),
        ),
        ("search_issues", json!({ "query": "x\" y" })),
        ("search_issues", json!({ "query": "x", "repo": "b" })),
    ] {
        let error = desk.error(tool, arguments.clone()).await;
        assert!(!error.is_empty(), "{tool} {arguments}");
    }
    assert_eq!(desk.github.lines(), Vec::<String>::new());
}
