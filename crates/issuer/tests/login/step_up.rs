//! What is dangerous takes a sign-in that is recent, and nothing happens without one.

use issuer::settings::Limit;
use testkit::{App, Browser, ORIGIN, PASSWORD};

pub(super) const COOKIE: &str = "__Host-vestibule_session";
const CODES: &str = "/account/security/recovery-codes";

/// Lets the sign-in become too old for what is dangerous.
fn wait(app: &App) {
    app.clock.advance(601);
}

/// Makes new codes, and reads them.
async fn make_codes(browser: &Browser<'_>) -> Vec<String> {
    let form = browser.get(CODES).await.form(CODES);
    let page = browser.submit_and_follow(&form).await;
    let codes = page.body.split("<code>").skip(1);
    let codes = codes.map(|rest| rest.split("</code>").next().unwrap().to_owned());
    codes.collect()
}

#[tokio::test]
async fn a_recent_sign_in_suffices_and_an_older_one_does_not() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    app.clock.advance(600);
    let page = ada.get(CODES).await;
    assert_eq!(page.status, 200);
    let form = page.form(CODES);
    app.clock.advance(1);
    let confirm = "/account/confirm?continue=%2Faccount%2Fsecurity%2Frecovery-codes";
    assert_eq!(ada.get(CODES).await.location(), confirm);
    // The form that was open is not carried out either.
    let answer = ada.submit(&form).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/account/confirm?continue=");
    assert!(answer.headers.get("set-cookie").is_none());
    let overview = ada.get("/account/security").await;
    assert!(overview.body.contains("You have none."));
}

#[tokio::test]
async fn confirming_leads_back_and_moves_the_session() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    wait(&app);
    let page = ada.visit(CODES).await;
    assert!(page.body.contains("to change how you sign in"));
    let form = page.form("/account/confirm");
    let before = ada.cookies()[COOKIE].clone();
    let wrong = ada
        .submit(&form.clone().with("password", "not the password"))
        .await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("The password is wrong."));
    assert_eq!(ada.cookies()[COOKIE], before);
    assert_eq!(ada.get(CODES).await.status, 303);
    let right = ada.submit(&form.with("password", PASSWORD)).await;
    assert_eq!(right.location(), CODES);
    assert_eq!(ada.get(CODES).await.status, 200);
    let after = ada.cookies()[COOKIE].clone();
    assert_ne!(before, after);
    let old = http::Request::get("/account").header("cookie", format!("{COOKIE}={before}"));
    let old = app.send(old.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(old.location(), "/login");
}

#[tokio::test]
async fn nobody_is_confirmed_as_somebody_else_or_led_elsewhere() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    wait(&app);
    for target in [
        "https://evil.test/account",
        "//evil.test",
        "/logout?x",
        "/accounts",
    ] {
        let query: String = url::form_urlencoded::byte_serialize(target.as_bytes()).collect();
        let page = ada.get(&format!("/account/confirm?continue={query}")).await;
        assert_eq!(
            page.form("/account/confirm").get("continue"),
            Some("/account")
        );
    }
    // Another person's form and e-mail prove nothing about this one.
    let form = bob.get("/account/confirm").await.form("/account/confirm");
    let form = form.with("password", "another password");
    assert_eq!(ada.submit(&form).await.status, 403);
    assert_eq!(
        app.get(CODES).await.location(),
        format!(
            "/login?continue={}",
            "%2Faccount%2Fsecurity%2Frecovery-codes"
        )
    );
    assert_eq!(ada.get(CODES).await.status, 303);
}

#[tokio::test]
async fn after_a_form_the_person_comes_back_to_its_page() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let form = ada.get(CODES).await.form(CODES);
    wait(&app);
    for (referrer, back) in [
        (
            format!("{ORIGIN}{CODES}"),
            "%2Faccount%2Fsecurity%2Frecovery-codes",
        ),
        ("https://evil.test/account".to_owned(), ""),
        (format!("{ORIGIN}.evil.test/account"), ""),
    ] {
        let request = http::Request::post(CODES)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("referer", referrer)
            .header("sec-fetch-site", "same-origin");
        let answer = ada.send(request, form.encoded().into()).await;
        let location = format!("/account/confirm?continue={back}");
        assert_eq!(answer.location(), location);
        let page = ada.get(&location).await;
        let target = page.form("/account/confirm");
        let target = target.get("continue").unwrap();
        assert!(target == CODES || target == "/account", "{target}");
    }
}

#[tokio::test]
async fn a_recovery_code_confirms_once() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let codes = make_codes(&ada).await;
    assert_eq!(codes.len(), 10);
    wait(&app);
    // Nobody else's, and no other.
    make_codes_after_password(&bob).await;
    wait(&app);
    let page = bob.visit(CODES).await;
    let form = page.form("/account/confirm");
    let code_form = |code: &str| {
        let mut form = form.clone().with("code", code);
        form.fields.retain(|(name, _)| name != "password");
        form
    };
    for code in [codes[0].as_str(), "", "aaaa-aaaa-aaaa-aaaa"] {
        assert_eq!(bob.submit(&code_form(code)).await.status, 400, "{code}");
    }
    let csrf = ada.visit(CODES).await.form("/account/confirm");
    let code_form = |code: &str| csrf.clone().with("code", code);
    let used = ada.submit(&code_form(&codes[0].to_uppercase())).await;
    assert_eq!(used.location(), CODES);
    assert!(
        ada.get("/account/security")
            .await
            .body
            .contains("You have 9 left.")
    );
    wait(&app);
    assert_eq!(ada.submit(&code_form(&codes[0])).await.status, 400);
    assert_eq!(ada.get(CODES).await.status, 303);
}

async fn make_codes_after_password(browser: &Browser<'_>) {
    let form = browser.visit(CODES).await.form("/account/confirm");
    browser.submit(&form.with("password", PASSWORD)).await;
    assert_eq!(make_codes(browser).await.len(), 10);
}

#[tokio::test]
async fn guesses_at_codes_are_limited_for_each_session_and_source() {
    let app = App::builder()
        .with(|settings| {
            settings.limits.second_factor_failures_per_sign_in = Limit::new(2, 3_600);
            settings.limits.second_factor_failures_per_source = Limit::new(4, 900);
        })
        .start()
        .await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    for (browser, heard) in [(&ada, 2), (&bob, 1)] {
        let codes = make_codes(browser).await;
        let form = browser
            .get("/account/confirm")
            .await
            .form("/account/confirm");
        let wrong = form.clone().with("code", "aaaa-aaaa-aaaa-aaaa");
        for _ in 0..heard {
            assert_eq!(browser.submit(&wrong).await.status, 400);
        }
        let limited = browser.submit(&form.with("code", &codes[0])).await;
        assert_eq!(limited.status, 429);
        assert!(limited.headers.contains_key("retry-after"));
        // The code still counts: nothing was tried.
        assert!(
            browser
                .get("/account/security")
                .await
                .body
                .contains("You have 10 left.")
        );
    }
}

#[tokio::test]
async fn new_codes_replace_the_old_and_are_not_shown_for_long() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let first = make_codes(&ada).await;
    let second = make_codes(&ada).await;
    assert!(first.iter().all(|code| !second.contains(code)));
    let text = ada.get(&format!("{CODES}/download")).await;
    assert_eq!(text.body, second.join("\n") + "\n");
    assert!(text.header("content-disposition").starts_with("attachment"));
    let form = ada.get("/account/confirm").await.form("/account/confirm");
    let old = ada.submit(&form.clone().with("code", &first[0])).await;
    assert_eq!(old.status, 400);
    // They are shown for some minutes, in this browser only.
    assert_eq!(ada.submit(&form.with("code", &second[0])).await.status, 303);
    let shown = |page: &str| {
        second
            .iter()
            .filter(|code| page.contains(code.as_str()))
            .count()
    };
    assert_eq!(shown(&ada.get(CODES).await.body), 10);
    let bob = app.person("bob").await;
    assert_eq!(shown(&bob.get(CODES).await.body), 0);
    app.clock.advance(300);
    assert_eq!(shown(&ada.get(CODES).await.body), 0);
    assert_eq!(
        ada.get(&format!("{CODES}/download")).await.location(),
        CODES
    );
}
