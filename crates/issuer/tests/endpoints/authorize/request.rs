//! Requests that are wrong: told by a page until the redirect URI is known to be good, and to the
//! client from there on.

use testkit::{App, NOTES, ORIGIN, PING};

use super::{ask, assert_page, register};

const HOME: &str = "https://client.test/cb";

#[tokio::test]
async fn faults_before_the_redirect_is_known_are_pages() {
    let app = App::start().await;
    let one = register(&app, "One", &[HOME]).await;
    let two = register(&app, "Two", &[HOME, "https://client.test/other"]).await;
    let good = ask(&one, HOME, &[]);
    let long = format!("{good}&x={}", "x".repeat(16 * 1_024));
    // RFC 6749 §4.1.2.1
    for (path, words) in [
        (
            ask("nobody", HOME, &[]),
            "Remove the connection in the app and add it again",
        ),
        (ask("ünknown", HOME, &[]), "names no app"),
        (ask("", HOME, &[]), "names no app"),
        ("/oauth/authorize".to_owned(), "names no app"),
        (
            ask(&one, "https://evil.test/cb", &[]),
            "return address is not registered",
        ),
        (
            ask(&one, "https://client.test/cb/", &[]),
            "return address is not registered",
        ),
        (
            ask(&one, "https://client.test/cb?x=1", &[]),
            "return address is not registered",
        ),
        (
            ask(&one, "https://client.test:444/cb", &[]),
            "return address is not registered",
        ),
        (
            ask(&one, "javascript:alert(1)", &[]),
            "return address is not registered",
        ),
        (ask(&two, "", &[]), "does not say where to return"),
        (format!("{good}&state=again"), "given twice"),
        (format!("{good}&client_id={two}"), "given twice"),
        (format!("{good}&x=%00"), "NUL"),
        (format!("{good}&x=%ff"), "UTF-8"),
        (long, "Too much text"),
    ] {
        let answer = app.get(&path).await;
        let status = if words == "Too much text" { 413 } else { 400 };
        assert_page(&answer, status, words);
    }
}

#[tokio::test]
async fn faults_after_it_are_told_to_the_client_with_state_and_issuer() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let foreign = format!("{ORIGIN}/mcp/other");
    // RFC 6749 §4.1.2.1, RFC 8707 §2, RFC 9207 §2
    for (more, error) in [
        (
            &[("response_type", "token")][..],
            "unsupported_response_type",
        ),
        (&[("response_type", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("resource", &foreign)], "invalid_target"),
        (&[("resource", "https://evil.test/mcp")], "invalid_target"),
        (&[("resource", "urn:x")], "invalid_target"),
        (&[("resource", NOTES), ("resource", PING)], "invalid_target"),
        (&[("scope", "foreign")], "invalid_scope"),
        (&[("scope", "\"")], "invalid_scope"),
        (
            &[("scope", "notes:read"), ("resource", PING)],
            "invalid_scope",
        ),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("request", "x")], "request_not_supported"),
        (
            &[("request_uri", "https://evil.test/")],
            "request_uri_not_supported",
        ),
        (&[("prompt", "none")], "login_required"),
    ] {
        let more: Vec<_> = [("state", "a/+= ä&b")]
            .iter()
            .chain(more)
            .copied()
            .collect();
        let answer = app.get(&ask(&client, HOME, &more)).await;
        assert_eq!(answer.status, 303, "{more:?} {}", answer.body);
        assert!(
            answer
                .location()
                .starts_with("https://client.test/cb?error=")
        );
        assert_eq!(
            answer.redirect_param("error").as_deref(),
            Some(error),
            "{more:?}"
        );
        assert_eq!(answer.redirect_param("state").as_deref(), Some("a/+= ä&b"));
        assert_eq!(answer.redirect_param("iss").as_deref(), Some(ORIGIN));
        assert_eq!(answer.redirect_param("code"), None);
    }
}

#[tokio::test]
async fn a_stranger_signs_in_first_and_comes_back_to_the_same_request() {
    let app = App::start().await;
    let client = register(&app, "One", &[HOME]).await;
    let path = ask(
        &client,
        HOME,
        &[("state", "a/+= ä&b"), ("login_hint", "ada@example.com")],
    );
    let answer = app.get(&path).await;
    assert_eq!(answer.status, 303);
    assert!(
        answer
            .location()
            .starts_with("/login?continue=%2Foauth%2Fauthorize%3F")
    );
    assert_eq!(
        answer.redirect_param("continue").as_deref(),
        Some(path.as_str())
    );
    let page = app.get(answer.location()).await;
    assert!(
        page.body
            .contains("to continue to <strong><bdi>One</bdi></strong>")
    );
    assert!(page.body.contains("value=\"ada@example.com\""));
    // The aliases are the same endpoint.
    for alias in ["/oauth2/authorize", "/authorize"] {
        let answer = app.get(&path.replace("/oauth/authorize", alias)).await;
        assert_eq!(
            answer.redirect_param("continue").as_deref(),
            Some(path.as_str())
        );
    }
}

#[tokio::test]
async fn a_posted_request_is_asked_again_by_get() {
    let app = App::start().await;
    let path = ask("c", HOME, &[("state", "a/+= ä&b")]);
    let (_, form) = path.split_once('?').unwrap();
    // RFC 6749 §3.1
    let answer = app.post("/oauth/authorize", form.to_owned()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, path.as_str())
    );
    assert_page(
        &app.post("/oauth/authorize", "a=1&a=2").await,
        400,
        "given twice",
    );
    assert_page(
        &app.post("/oauth/authorize", vec![0xff; 8]).await,
        400,
        "UTF-8",
    );
}

#[tokio::test]
async fn volume_is_limited_per_window_with_an_honest_wait() {
    let app = App::builder()
        .with(|settings| {
            settings.limits.authorize_requests_per_source = issuer::settings::Limit::new(3, 60);
        })
        .start()
        .await;
    let path = ask("nobody", HOME, &[]);
    for _ in 0..3 {
        assert_eq!(app.get(&path).await.status, 400);
    }
    let refused = app.get(&path).await;
    assert_page(&refused, 429, "Please try again in");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait));
    app.clock.advance(wait - 1);
    assert_eq!(app.get(&path).await.status, 429);
    app.clock.advance(1);
    assert_eq!(app.get(&path).await.status, 400);
}
