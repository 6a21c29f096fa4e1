//! Signing in with Privy: a page of ours, and the token that its script brings.

use axum::body::Body;
use http::Request;
use issuer::audit::Kind;
use issuer::settings::{PrivyKeys, TokenEndpointAuth};
use serde_json::json;
use testkit::{Answer, App, Browser, FakePrivy, NOW, ORIGIN, PrivySpoil};

use super::{assert_nobody, assert_page, email_of, events};

pub(crate) const CALLBACK: &str = "/auth/privy/callback";

async fn start(privy: &FakePrivy) -> App {
    let settings = privy.settings();
    let builder = App::builder().with(|all| all.upstreams.push(settings));
    builder.start().await
}

/// The page that the button leads to.
pub(crate) async fn press(browser: &Browser<'_>, path: &str) -> Answer {
    let page = browser.visit(path).await;
    let answer = browser.submit(&page.form("/login/privy")).await;
    browser.get(answer.location()).await
}

/// What the page's script reads of the page.
fn data(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!(" data-{name}=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// What the page's script does in the end.
pub(crate) async fn bring(browser: &Browser<'_>, page: &Answer, token: &str) -> Answer {
    bring_both(browser, page, token, "").await
}

async fn bring_both(browser: &Browser<'_>, page: &Answer, token: &str, identity: &str) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("state", &data(page, "state"))
        .append_pair("csrf", &data(page, "csrf"));
    if !identity.is_empty() {
        form.append_pair("identity_token", identity);
    }
    let request = Request::post(CALLBACK)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
        .header("authorization", format!("Bearer {token}"));
    browser.send(request, Body::from(form.finish())).await
}

/// Signs in, on to the account.
pub(crate) async fn sign_in(browser: &Browser<'_>, privy: &FakePrivy, name: &str) -> Answer {
    let page = press(browser, "/login").await;
    bring(browser, &page, &privy.access_token(name, &json!({}))).await
}

fn assert_refused(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    let said = answer.member("sentence");
    assert!(said.contains(words), "{words}: {said}");
    assert_eq!(answer.member("next"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn somebody_new_signs_in_and_is_the_same_person_again() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    assert_page(&page, 200, "Continue with Privy");
    assert_eq!(data(&page, "app"), "our-app");
    assert_eq!(data(&page, "base"), privy.base());
    let done = bring(&browser, &page, &privy.access_token("ada", &json!({}))).await;
    assert_eq!(
        (done.status.as_u16(), done.member("next")),
        (200, "/account".to_owned())
    );
    let email = email_of(&browser).await;
    assert!(email.ends_with("@privy.invalid"), "{email}");
    let again = app.browser();
    sign_in(&again, &privy, "ada").await;
    assert_eq!(email_of(&again).await, email);
    let other = app.browser();
    sign_in(&other, &privy, "eve").await;
    assert_ne!(email_of(&other).await, email);
    assert_eq!(events(&app, Kind::SignedIn).await, ["with Privy"; 3]);
    assert_eq!(privy.calls(), 1, "the keys are asked for once");
}

#[tokio::test]
async fn it_goes_on_to_the_request_that_asked() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let (client, browser) = (app.client().await, app.browser());
    let path = client.authorize_path("&scope=openid");
    let page = press(&browser, &path).await;
    let done = bring(&browser, &page, &privy.access_token("ada", &json!({}))).await;
    let next = done.member("next");
    assert!(next.starts_with("/oauth/authorize?"), "{next}");
    let consent = browser.visit(&next).await;
    assert!(consent.body.contains("Test Client"), "{}", consent.body);
}

#[tokio::test]
async fn a_spoiled_token_lets_nobody_in() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    for people in [0, 1] {
        let browser = app.browser();
        for spoil in PrivySpoil::ALL {
            let page = press(&browser, "/login").await;
            let answer = bring(&browser, &page, &privy.spoiled("ada", spoil)).await;
            assert_eq!(answer.status, 400, "{spoil:?} {}", answer.body);
            assert_refused(&answer, 400, "did not accept this sign-in");
            assert_nobody(&app, &browser, people).await;
            // The state was used up with the try: the good token comes too late.
            let good = privy.access_token("ada", &json!({}));
            assert_refused(
                &bring(&browser, &page, &good).await,
                400,
                "begun in another",
            );
            assert_nobody(&app, &browser, people).await;
        }
        for broken in ["", "x", "a.b.c", &"x".repeat(20_000)] {
            let page = press(&browser, "/login").await;
            assert_refused(&bring(&browser, &page, broken).await, 400, "did not accept");
        }
        sign_in(&app.browser(), &privy, "ada").await;
    }
    assert_nobody(&app, &app.browser(), 1).await;
    // A key that is not known yet may have signed: it was asked for once more, and not each time.
    assert_eq!(privy.calls(), 2);
}

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
async fn whoever_is_closed_out_stays_out() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let browser = app.browser();
    sign_in(&browser, &privy, "ada").await;
    let email = email_of(&browser).await;
    let disabled = issuer::operate::people::set_disabled(&app.issuer, &email, true).await;
    assert!(disabled.unwrap());
    let again = app.browser();
    assert_refused(&sign_in(&again, &privy, "ada").await, 403, "closed");
    assert_nobody(&app, &again, 1).await;
    let settings = privy.settings();
    let closed = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.sign_up = issuer::settings::SignUp::Closed;
    });
    let closed = closed.start().await;
    let browser = closed.browser();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        403,
        "No account here",
    );
    assert_nobody(&closed, &browser, 0).await;
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
async fn rotated_keys_are_fetched_at_once_and_not_again_and_again() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    let old = privy.access_token("ada", &json!({}));
    privy.rotate_key();
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    assert_eq!(privy.calls(), 2);
    // The old key counts no more, and asking once a minute is enough.
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    assert_refused(&bring(&browser, &page, &old).await, 400, "did not accept");
    privy.rotate_key();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        400,
        "did not accept",
    );
    assert_eq!(privy.calls(), 2);
    app.clock.advance(60);
    assert_eq!(sign_in(&browser, &privy, "ada").await.status, 200);
    assert_eq!(privy.calls(), 3);
}

#[tokio::test]
async fn a_privy_that_is_away_changes_nothing() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    privy.set_away(true);
    let browser = app.browser();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        502,
        "does not answer",
    );
    assert_nobody(&app, &browser, 0).await;
}

#[tokio::test]
async fn a_key_that_is_configured_is_not_fetched() {
    let privy = FakePrivy::start().await;
    let keys = PrivyKeys::Pem(privy.pem());
    let settings = privy.settings_with(keys, TokenEndpointAuth::ResourceServer);
    let app = App::builder().with(|all| all.upstreams.push(settings));
    let app = app.start().await;
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    privy.rotate_key();
    let browser = app.browser();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        400,
        "did not accept",
    );
    assert_eq!(privy.calls(), 0);
}

#[tokio::test]
async fn an_identity_token_brings_an_address_where_that_is_trusted() {
    let privy = FakePrivy::start().await;
    let arrive = async |app: &App, identity: &str| {
        let browser = app.browser();
        let page = press(&browser, "/login").await;
        let token = privy.access_token("ada", &json!({}));
        let answer = bring_both(&browser, &page, &token, identity).await;
        match answer.status.as_u16() {
            200 => email_of(&browser).await,
            _ => answer.member("sentence"),
        }
    };
    let ada = privy.identity_token("ada", Some("ada@example.com"));
    let app = start(&privy).await;
    assert!(arrive(&app, &ada).await.ends_with("@privy.invalid"));
    let mut settings = privy.settings();
    settings.trusts_email = true;
    let app = App::builder().with(|all| all.upstreams.push(settings));
    let app = app.start().await;
    // Somebody else's, and an access token in its place.
    let eve = privy.identity_token("eve", Some("eve@example.com"));
    for bad in [eve, privy.access_token("ada", &json!({})), "x".to_owned()] {
        assert!(arrive(&app, &bad).await.contains("did not accept"), "{bad}");
    }
    assert_nobody(&app, &app.browser(), 0).await;
    assert_eq!(arrive(&app, &ada).await, "ada@example.com");
    let none = privy.identity_token("ada", None);
    assert_eq!(arrive(&app, &none).await, "ada@example.com");
}

#[tokio::test]
async fn it_is_linked_and_unlinked_from_inside_a_session() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    let ada = app.person("ada").await;
    let link = async |browser: &Browser<'_>| {
        let mut form = browser.visit("/account").await.form("/logout");
        form.action = "/account/identities/privy".to_owned();
        let answer = browser.submit(&form).await;
        browser.get(answer.location()).await
    };
    let page = link(&ada).await;
    let token = privy.access_token("ada", &json!({}));
    // Begun as one person, it does not end as another.
    let mut out = ada.visit("/account").await.form("/logout");
    out.action = "/logout".to_owned();
    let signed_out = ada.copy();
    signed_out.submit(&out).await;
    assert_refused(
        &bring(&signed_out, &page, &token).await,
        403,
        "connected for another person",
    );
    assert_eq!(events(&app, Kind::IdentityLinked).await, [""; 0]);
    let ada = app.person("ada2").await;
    let page = link(&ada).await;
    assert_eq!(bring(&ada, &page, &token).await.member("next"), "/account");
    assert_eq!(events(&app, Kind::IdentityLinked).await, ["Privy"]);
    let browser = app.browser();
    sign_in(&browser, &privy, "ada").await;
    assert_eq!(email_of(&browser).await, "ada2@example.com");
    let mut form = ada.visit("/account").await.form("/logout");
    form.action = "/account/identities/privy/unlink".to_owned();
    assert_eq!(ada.submit(&form).await.location(), "/account");
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
        policy.contains(&connect) && policy.contains("script-src 'self';"),
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
