//! Codes of an app, and recovery codes, after the password: what they open, and what they do not.

use aws_lc_rs::hmac;
use issuer::settings::Limit;
use oauth::time::Clock;
use testkit::{Answer, App, Browser, FakePrivy, PASSWORD};

use super::passkey;
use super::step_up::COOKIE;
use super::upstream::privy;

const SET_UP: &str = "/account/security/totp";
const SECOND: &str = "/login/second";

/// A person with an app, the app's key, and the recovery codes that came with it.
pub(super) struct Enrolled<'a> {
    pub(super) browser: Browser<'a>,
    app: &'a App,
    key: Vec<u8>,
    pub(super) recovery: Vec<String>,
}

fn codes(page: &Answer) -> Vec<String> {
    let codes = page.body.split("<code>").skip(1);
    let codes = codes.map(|rest| rest.split("</code>").next().unwrap().to_owned());
    codes.collect()
}

/// RFC 4648 §6
fn decode(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'a'..=b'z' => letter - b'a',
        _ => letter - b'2' + 26,
    };
    let mut bits = 0_u32;
    let (mut held, mut bytes) = (0_u32, Vec::new());
    for letter in text.bytes() {
        held = (held << 5 | u32::from(value(letter))) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    bytes
}

/// The code of the app, so many steps from now. RFC 6238 §4
pub(super) fn code(app: &App, key: &[u8], steps: i64) -> String {
    let step = Clock::Manual(app.clock.clone()).now().0 / 30 + steps;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().unwrap() & 0xf);
    let number = tag.get(offset..).unwrap().first_chunk().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(*number) & 0x7fff_ffff) % 1_000_000
    )
}

/// Sets up an app at a page; its key, and the page that follows.
pub(super) async fn set_up(app: &App, browser: &Browser<'_>, path: &str) -> (Vec<u8>, Answer) {
    let page = browser.get(path).await;
    let key = decode(codes(&page).first().unwrap());
    let form = page.form(SET_UP).with("code", &code(app, &key, 0));
    let page = browser.submit_and_follow(&form).await;
    (key, page)
}

pub(super) async fn enroll<'a>(app: &'a App, name: &str) -> Enrolled<'a> {
    let browser = app.person(name).await;
    let (key, page) = set_up(app, &browser, SET_UP).await;
    let recovery = codes(&page);
    assert_eq!(recovery.len(), 10, "{}", page.body);
    app.clock.advance(60);
    Enrolled {
        browser,
        app,
        key,
        recovery,
    }
}

impl Enrolled<'_> {
    pub(super) fn code(&self, steps: i64) -> String {
        code(self.app, &self.key, steps)
    }
}

pub(super) async fn password(browser: &Browser<'_>, email: &str, target: &str) -> Answer {
    let form = browser.get(&format!("/login{target}")).await.form("/login");
    browser
        .submit(&form.with("email", email).with("password", PASSWORD))
        .await
}

pub(super) async fn second(browser: &Browser<'_>, code: &str) -> Answer {
    let form = browser.get(SECOND).await.form(SECOND);
    browser.submit(&form.with("code", code)).await
}

fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.cookies().contains_key(COOKIE)
}

#[tokio::test]
async fn the_password_alone_signs_nobody_in_who_has_an_app() {
    let app = App::start().await;
    let ada = enroll(&app, "ada").await;
    let browser = app.browser();
    let answer = password(
        &browser,
        "ada@example.com",
        "?continue=%2Faccount%2Fsessions",
    )
    .await;
    assert_eq!(
        answer.location(),
        "/login/second?continue=%2Faccount%2Fsessions"
    );
    assert!(!is_signed_in(&browser));
    assert_eq!(browser.get("/account").await.location(), "/login");
    let page = browser.visit(answer.location()).await;
    assert!(page.body.contains("One more step"));
    let wrong = browser
        .submit(&page.form(SECOND).with("code", "000000"))
        .await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong
            .body
            .contains("The code is wrong, or was used before.")
    );
    assert!(!is_signed_in(&browser));
    let right = browser
        .submit(&page.form(SECOND).with("code", &ada.code(0)))
        .await;
    assert_eq!(right.location(), "/account/sessions");
    assert_eq!(browser.get("/account").await.status, 200);
    assert!(!browser.cookies().contains_key("__Host-vestibule_second"));
    // With both, what is dangerous is open too.
    assert_eq!(browser.get(SET_UP).await.status, 200);
}

#[tokio::test]
async fn a_code_works_once_and_around_its_own_time_only() {
    let app = App::start().await;
    let ada = enroll(&app, "ada").await;
    for (steps, status) in [
        (-2, 400),
        (2, 400),
        (0, 303),
        (0, 400),
        (-1, 400),
        (1, 303),
        (1, 400),
    ] {
        let browser = app.browser();
        password(&browser, "ada@example.com", "").await;
        // RFC 6238 §5.2
        let answer = second(&browser, &ada.code(steps)).await;
        assert_eq!(answer.status, status, "{steps}");
        assert_eq!(is_signed_in(&browser), status == 303);
    }
}

#[tokio::test]
async fn a_recovery_code_opens_once() {
    let app = App::start().await;
    let ada = enroll(&app, "ada").await;
    let bob = enroll(&app, "bob").await;
    for (code, status) in [
        (&ada.recovery[0], 303),
        (&ada.recovery[0], 400),
        (&bob.recovery[0], 400),
        (&ada.recovery[1], 303),
    ] {
        let browser = app.browser();
        password(&browser, "ada@example.com", "").await;
        assert_eq!(second(&browser, code).await.status, status, "{code}");
    }
    let overview = ada.browser.get("/account/security").await;
    assert!(
        overview.body.contains("You have 8 left."),
        "{}",
        overview.body
    );
}

#[tokio::test]
async fn half_a_sign_in_is_bound_to_its_browser_and_does_not_last() {
    let app = App::start().await;
    let ada = enroll(&app, "ada").await;
    let browser = app.browser();
    assert_eq!(browser.get(SECOND).await.location(), "/login");
    password(&browser, "ada@example.com", "").await;
    let form = browser.get(SECOND).await.form(SECOND);
    let half = browser.cookies()["__Host-vestibule_second"].clone();
    // Another browser has nothing to finish.
    let other = app.browser();
    let csrf = other.get("/login").await.form("/login");
    let mut foreign = form.clone().with("code", &ada.code(0));
    foreign = foreign.with("csrf", csrf.get("csrf").unwrap());
    assert_eq!(other.submit(&foreign).await.location(), "/login");
    assert!(!is_signed_in(&other));
    app.clock.advance(300);
    let late = browser.submit(&form.with("code", &ada.code(0))).await;
    assert_eq!(late.location(), "/login");
    assert!(!is_signed_in(&browser));
    // One that was finished is finished.
    password(&browser, "ada@example.com", "").await;
    let form = browser.get(SECOND).await.form(SECOND);
    let used = browser.cookies()["__Host-vestibule_second"].clone();
    assert_ne!(half, used);
    assert_eq!(
        browser
            .submit(&form.clone().with("code", &ada.code(0)))
            .await
            .status,
        303
    );
    let request = http::Request::post(SECOND)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", format!("__Host-vestibule_second={used}"));
    let again = form.with("code", &ada.recovery[3]);
    let answer = other.send(
        request,
        again
            .with("csrf", csrf.get("csrf").unwrap())
            .encoded()
            .into(),
    );
    assert_eq!(answer.await.status, 400);
    let overview = ada.browser.get("/account/security").await;
    assert!(overview.body.contains("You have 10 left."));
}

#[tokio::test]
async fn guesses_are_limited_for_each_sign_in_and_lock_nobody_out() {
    let app = App::builder()
        .with(|settings| {
            settings.limits.second_factor_failures_per_sign_in = Limit::new(3, 3_600);
        })
        .start()
        .await;
    let ada = enroll(&app, "ada").await;
    let thief = app.browser();
    password(&thief, "ada@example.com", "").await;
    for _ in 0..3 {
        assert_eq!(second(&thief, "000000").await.status, 400);
    }
    let limited = second(&thief, &ada.code(0)).await;
    assert_eq!(limited.status, 429);
    assert!(limited.headers.contains_key("retry-after") && !is_signed_in(&thief));
    // Somebody without the password has nothing to guess at.
    let stranger = app.browser();
    for _ in 0..9 {
        assert_eq!(stranger.get(SECOND).await.location(), "/login");
    }
    let own = app.browser();
    password(&own, "ada@example.com", "").await;
    assert_eq!(second(&own, &ada.code(0)).await.status, 303);
}

#[tokio::test]
async fn an_app_is_set_up_by_its_first_code() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let page = ada.get(SET_UP).await;
    assert!(page.body.contains("<svg") && page.body.contains("aria-label"));
    let wrong = ada.submit(&page.form(SET_UP).with("code", "123456")).await;
    assert_eq!(wrong.status, 400);
    // The same key is shown again.
    assert_eq!(codes(&wrong), codes(&page));
    let bob = app.person("bob").await;
    let key = decode(codes(&page).first().unwrap());
    let form = bob.get(SET_UP).await.form(SET_UP);
    let stolen = form.with("state", page.form(SET_UP).get("state").unwrap());
    assert_eq!(
        bob.submit(&stolen.with("code", &code(&app, &key, 0)))
            .await
            .status,
        400
    );
    app.clock.advance(599);
    let form = page.form(SET_UP).with("code", &code(&app, &key, 0));
    assert_eq!(ada.submit(&form).await.status, 303);
    app.clock.advance(1);
    assert_eq!(ada.submit(&form).await.status, 400);
    for (person, on) in [(&ada, true), (&bob, false)] {
        let page = person.get("/account/security").await;
        assert_eq!(page.body.contains("totp/remove"), on);
    }
    let text = std::fs::read(&app.files()[0]).unwrap();
    assert!(!text.windows(key.len()).any(|bytes| bytes == key));
}

#[tokio::test]
async fn a_session_from_before_the_app_confirms_with_it() {
    let app = App::start().await;
    let first = app.person("ada").await;
    let other = app.browser();
    password(&other, "ada@example.com", "").await;
    assert_eq!(other.get(SET_UP).await.status, 200);
    let page = first.get(SET_UP).await;
    let key = decode(codes(&page).first().unwrap());
    let form = page.form(SET_UP).with("code", &code(&app, &key, 0));
    assert_eq!(first.submit(&form).await.status, 303);
    // Only the session that proved it may go on without being asked.
    assert_eq!(first.get(SET_UP).await.status, 200);
    let confirm = other.visit(SET_UP).await;
    assert!(confirm.body.contains("Confirm that it is you"));
    assert!(!confirm.body.contains("name=\"password\""));
    app.clock.advance(30);
    let form = confirm
        .form("/account/confirm")
        .with("code", &code(&app, &key, 0));
    assert_eq!(other.submit(&form).await.location(), SET_UP);
    let remove = other
        .get("/account/security")
        .await
        .form("/account/security/totp/remove");
    assert_eq!(other.submit(&remove).await.status, 303);
    assert!(
        !other
            .get("/account/security")
            .await
            .body
            .contains("totp/remove")
    );
    let plain = app.browser();
    assert_eq!(
        password(&plain, "ada@example.com", "").await.location(),
        "/account"
    );
}

#[tokio::test]
async fn a_passkey_takes_the_place_of_the_second_factor() {
    let app = App::start().await;
    let (_, mut device) = passkey::enroll(&app, "ada").await;
    let (_, mut of_bob) = passkey::enroll(&app, "bob").await;
    let browser = app.browser();
    assert_eq!(
        password(&browser, "ada@example.com", "").await.location(),
        "/login/second?continue=%2Faccount"
    );
    let page = browser.get(SECOND).await;
    let wrong = browser.submit(&of_bob.get(&page, "/login/passkey")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("Another account"));
    assert!(!is_signed_in(&browser));
    let right = browser.submit(&device.get(&page, "/login/passkey")).await;
    assert_eq!(right.location(), "/account");
}

#[tokio::test]
async fn privy_is_a_first_factor_and_its_token_waits_for_the_second() {
    let fake = FakePrivy::start().await;
    let settings = fake.settings();
    let app = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.clients = vec![crate::endpoints::configured("notes", &[testkit::NOTES])];
    });
    let app = app.start().await;
    let ada = enroll(&app, "ada").await;
    let mut form = ada.browser.visit("/account").await.form("/logout");
    form.action = "/account/identities/privy".to_owned();
    let page = ada.browser.submit(&form).await.location().to_owned();
    let page = ada.browser.get(&page).await;
    let token = fake.access_token("ada", &serde_json::json!({}));
    assert_eq!(privy::bring(&ada.browser, &page, &token).await.status, 200);
    let browser = app.browser();
    let page = privy::press(&browser, "/login").await;
    let token = fake.access_token("ada", &serde_json::json!({}));
    let answer = privy::bring(&browser, &page, &token).await;
    assert_eq!(answer.member("next"), "/login/second?continue=%2Faccount");
    assert!(!is_signed_in(&browser));
    let right = second(&browser, &ada.code(0)).await;
    assert_eq!(right.location(), "/account");
    let tokens = app.client().await.tokens(&browser, "notes:read").await;
    let form = format!(
        "client_id=notes&client_secret=secret&token={}",
        tokens.access_token
    );
    let handed = app.post("/token/privy/access-token", form).await;
    assert_eq!(handed.member("access_token"), token);
}
