//! A session's cookie that was copied ends the session; what honest browsers do does not
//! (docs/decisions/0011).

use axum::body::Body;
use issuer::audit::Source;
use testkit::{App, Browser};

const COOKIE: &str = "__Host-vestibule_session";
const MARK_SECONDS: i64 = 300;
const CHROME: &str = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/150.0.0.0 Mobile Safari/537.36";
const NEXT_CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/151.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

async fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/account").await.status == 200
}

/// What the log says of stolen sessions: whose, and why.
async fn incidents(app: &App) -> Vec<(String, String)> {
    let events = issuer::operate::audit::list_newest(&app.issuer, 1_000);
    let events = serde_json::to_value(events.await.unwrap()).unwrap();
    let events = events.as_array().unwrap().iter();
    let stolen = events.filter(|event| event["kind"] == "session_stolen");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    stolen
        .map(|event| (text(&event["person_id"]), text(&event["detail"])))
        .collect()
}

#[tokio::test]
async fn the_mark_is_replaced_while_the_session_is_used_and_open_pages_stay_good() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let first = ada.cookies()[COOKIE].clone();
    let page = ada.get(&client.authorize_path("")).await;
    app.clock.advance(MARK_SECONDS - 1);
    assert!(is_in(&ada).await);
    assert_eq!(ada.cookies()[COOKIE], first);
    app.clock.advance(1);
    let answer = ada.get("/account").await;
    let cookie = answer.header("set-cookie");
    for attribute in [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=2591700",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let second = ada.cookies()[COOKIE].clone();
    let ids = [&first, &second].map(|cookie| cookie.split_once('.').unwrap());
    assert!(ids[0].0 == ids[1].0 && ids[0].1 != ids[1].1, "{ids:?}");
    assert!(is_in(&ada).await);
    let form = page.form("/oauth/authorize/consent").ticked();
    let decided = ada.submit(&form.with("decision", "allow")).await;
    assert!(decided.redirect_param("code").is_some());
}

#[tokio::test]
async fn a_copy_that_was_left_behind_ends_the_session_and_is_an_incident() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let thief = ada.copy();
    for _ in 0..2 {
        app.clock.advance(MARK_SECONDS);
        assert!(is_in(&ada).await);
    }
    assert_eq!(incidents(&app).await, []);
    assert_eq!(thief.get("/account").await.location(), "/login");
    // Whoever was there first is out too, for nobody can tell the two apart. Others are not.
    assert!(!is_in(&ada).await);
    assert!(!is_in(&thief).await);
    assert!(is_in(&bob).await);
    let told = incidents(&app).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("two browsers hold a copy"), "{told:?}");
    for secret in ada.cookies()[COOKIE].split('.') {
        assert!(!format!("{told:?}").contains(secret));
    }
}

#[tokio::test]
async fn a_thief_who_goes_on_is_found_when_the_owner_comes_back() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let thief = ada.copy();
    for _ in 0..2 {
        app.clock.advance(MARK_SECONDS);
        assert!(is_in(&thief).await);
    }
    assert!(!is_in(&ada).await);
    assert!(!is_in(&thief).await);
    assert_eq!(incidents(&app).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_signs_nobody_out() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    app.clock.advance(MARK_SECONDS);
    // The browser sees nothing of these answers, or lost what it had not yet written down.
    for _ in 0..3 {
        assert!(is_in(&ada.copy()).await);
        app.clock.advance(MARK_SECONDS);
    }
    assert!(is_in(&ada).await);
    assert!(is_in(&ada).await);
    app.clock.advance(MARK_SECONDS);
    assert!(is_in(&ada).await);
    assert_eq!(incidents(&app).await, []);
}

#[tokio::test]
async fn another_network_an_update_and_the_desktop_site_sign_nobody_out() {
    let app = App::start().await;
    let phone = app.browser().called(CHROME);
    let page = phone.get("/signup").await.form("/signup");
    let form = page.with("email", "ada@example.com");
    phone
        .submit(&form.with("password", testkit::PASSWORD))
        .await;
    for address in ["192.0.2.1", "2001:db8::1", "198.51.100.7"] {
        let source = Source {
            address: address.parse().ok(),
            trace_id: String::new(),
        };
        let request = http::Request::get("/account").extension(source);
        assert_eq!(phone.send(request, Body::empty()).await.status, 200);
    }
    let phone = phone.called(NEXT_CHROME);
    assert!(is_in(&phone).await);
    assert_eq!(incidents(&app).await, []);
    // Another make of browser is another browser.
    assert!(!is_in(&phone.copy().called(FIREFOX)).await);
    assert!(!is_in(&phone).await);
    let told = incidents(&app).await;
    assert!(
        told.len() == 1 && told[0].1.contains("another kind of browser"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_guess_at_a_session_is_nothing() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let x = "x".repeat(43);
    for guess in [format!("{x}.{x}"), x.clone(), ".".to_owned(), String::new()] {
        let request = http::Request::get("/account").header("cookie", format!("{COOKIE}={guess}"));
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.location(), "/login", "{guess}");
    }
    assert!(is_in(&ada).await);
    assert_eq!(incidents(&app).await, []);
}

#[tokio::test]
async fn a_form_of_a_stolen_session_does_nothing() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let client = app.client().await;
    let page = ada.get(&client.authorize_path("")).await;
    let thief = ada.copy();
    for _ in 0..2 {
        app.clock.advance(MARK_SECONDS);
        assert!(is_in(&ada).await);
    }
    let form = page.form("/oauth/authorize/consent").ticked();
    let refused = thief.submit(&form.with("decision", "allow")).await;
    assert_eq!(refused.status, 403);
    assert!(refused.headers.get("location").is_none());
    assert_eq!(incidents(&app).await.len(), 1);
}

#[tokio::test]
async fn a_session_in_use_is_not_idle_however_short_that_is() {
    let app = App::builder()
        .with(|settings| settings.lifetimes.session_idle = 60)
        .start()
        .await;
    let ada = app.person("ada").await;
    for _ in 0..4 {
        app.clock.advance(59);
        assert!(is_in(&ada).await);
    }
    app.clock.advance(60);
    assert!(!is_in(&ada).await);
    assert_eq!(incidents(&app).await, []);
}
