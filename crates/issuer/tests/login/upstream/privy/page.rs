//! The page that speaks with Privy, and for which sign-in its token counts.

use axum::body::Body;
use http::Request;
use issuer::audit::Kind;
use serde_json::json;
use testkit::{App, FakePrivy, NOW, ORIGIN};

use super::{CALLBACK, assert_refused, bring, data, press, start};
use crate::login::upstream::{assert_nobody, assert_page, events};

#[tokio::test]
async fn a_token_counts_for_the_sign_in_that_it_was_made_for() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let (browser, stolen) = (app.browser(), privy.access_token("ada", &json!({})));
    let page = press(&browser, "/login").await;
    // Another browser's, and somebody's without any.
    for thief in [app.browser(), app.person("eve").await] {
        press(&thief, "/login").await;
        let answer = bring(&thief, &page, &stolen).await;
        assert!(answer.status.is_client_error(), "{}", answer.body);
        assert_eq!(answer.member("next"), "");
    }
    assert_nobody(&app, &browser, 1).await;
    assert_eq!(bring(&browser, &page, &stolen).await.status, 200);
    assert_refused(
        &bring(&browser, &page, &stolen).await,
        400,
        "finished before",
    );
    // One that was lying about when the sign-in began.
    app.clock.advance(61);
    let page = press(&app.browser(), "/login").await;
    let late = app.browser();
    let page_of_late = press(&late, "/login").await;
    assert_refused(
        &bring(&late, &page_of_late, &stolen).await,
        400,
        "did not accept",
    );
    assert_nobody(&app, &late, 2).await;
    drop(page);
    // Nor does a page that waited too long.
    let page = press(&late, "/login").await;
    app.clock.advance(600);
    let fresh = privy.access_token("ada", &json!({"iat": NOW.0 + 661, "exp": NOW.0 + 4_000}));
    assert_refused(&bring(&late, &page, &fresh).await, 400, "too long ago");
    assert_nobody(&app, &late, 2).await;
}

#[tokio::test]
async fn of_two_that_bring_it_at_once_one_signs_in() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    let token = privy.access_token("ada", &json!({}));
    let (a, b) = tokio::join!(
        bring(&browser, &page, &token),
        bring(&browser, &page, &token)
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(events(&app, Kind::SignedIn).await.len(), 1);
}

#[tokio::test]
async fn only_our_own_page_brings_a_token() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    let token = privy.access_token("ada", &json!({}));
    let form = |csrf: &str| format!("state={}&csrf={csrf}", data(&page, "state"));
    let csrf = data(&page, "csrf");
    for (name, value, body, status) in [
        ("sec-fetch-site", "cross-site", form(&csrf), 403),
        ("origin", "https://evil.example", form(&csrf), 403),
        ("origin", ORIGIN, form("x"), 403),
    ] {
        let request = Request::post(CALLBACK)
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value)
            .header("authorization", format!("Bearer {token}"));
        let answer = browser.send(request, Body::from(body)).await;
        assert_refused(&answer, status, "");
    }
    let unsigned =
        Request::post(CALLBACK).header("content-type", "application/x-www-form-urlencoded");
    let answer = browser.send(unsigned, Body::from(form(&csrf))).await;
    assert_refused(&answer, 401, "did not accept");
    assert_eq!(browser.get(CALLBACK).await.status, 405);
    assert_nobody(&app, &browser, 0).await;
    // None of it used the page up.
    assert_eq!(bring(&browser, &page, &token).await.status, 200);
}

#[tokio::test]
async fn only_the_page_that_asks_privy_may_ask_it() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    let policy = page.header("content-security-policy");
    let connect = format!("connect-src 'self' {};", privy.base());
    assert!(
        policy.contains(&connect)
            && policy.contains("script-src 'self' https://challenges.cloudflare.com;"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && policy.starts_with("default-src 'none';"),
        "{policy}"
    );
    for path in [
        "/login",
        "/signup",
        "/forgot",
        "/auth/privy/page",
        "/oauth/authorize",
    ] {
        let other = browser.get(path).await;
        let policy = other.header("content-security-policy");
        assert!(
            !policy.contains("connect-src") && !policy.contains("http"),
            "{path}: {policy}"
        );
    }
    // Without a state of this browser there is no page.
    assert_page(
        &browser.get("/auth/privy/page?state=x").await,
        400,
        "no longer good",
    );
    let (_, rest) = page
        .body
        .split_once("<script type=\"module\" src=\"")
        .unwrap();
    let script = browser.get(rest.split('"').next().unwrap()).await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert!(script.body.len() > 100_000);
    assert_eq!(
        browser.get("/static/0123456789ab/privy.js").await.status,
        404
    );
    // Where it is not set up, nothing of it is there.
    let plain = App::start().await;
    assert!(!plain.get("/login").await.body.contains("Privy"));
    assert_page(&plain.get("/auth/privy/page?state=x").await, 404, "");
    assert_eq!(plain.post(CALLBACK, "state=x").await.status, 404);
    assert_eq!(
        plain
            .post("/token/privy/access-token", "token=x")
            .await
            .status,
        404
    );
}
