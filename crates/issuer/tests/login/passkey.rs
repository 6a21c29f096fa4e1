//! Passkeys: made by their person, found without a name, good once and for our own origin only.

use testkit::{Answer, App, Authenticator, Browser, PASSWORD};

use super::step_up::COOKIE;
use super::totp;

const NEW: &str = "/account/security/passkeys/new";
const SIGN_IN: &str = "/login/passkey";

/// A person with a passkey, named "Phone", and the browser it was made in.
pub(super) async fn enroll<'a>(app: &'a App, name: &str) -> (Browser<'a>, Authenticator) {
    let browser = app.person(name).await;
    let mut device = Authenticator::default();
    let form = device.create(&browser.get(NEW).await, NEW);
    let answer = browser.submit(&form.with("name", "Phone")).await;
    assert_eq!(
        answer.location(),
        "/account/security/recovery-codes",
        "{}",
        answer.body
    );
    (browser, device)
}

fn refused(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.headers.get("location").is_none());
}

fn is_signed_in(browser: &Browser<'_>) -> bool {
    browser.cookies().contains_key(COOKIE)
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_name() {
    let app = App::start().await;
    let (ada, mut device) = enroll(&app, "ada").await;
    let overview = ada.get("/account/security").await;
    assert!(overview.body.contains("Phone") && overview.body.contains("On one device"));
    assert!(overview.body.contains("not used yet") && overview.body.contains("10 left"));
    let other = app.browser();
    let page = other.get("/login?continue=%2Faccount%2Fsecurity").await;
    let answer = other.submit(&device.get(&page, SIGN_IN)).await;
    assert_eq!(answer.location(), "/account/security");
    let overview = other.get("/account/security").await;
    assert!(overview.body.contains("last used"));
    // It is all that is asked for, and recent.
    assert_eq!(other.get(NEW).await.status, 200);
}

#[tokio::test]
async fn a_new_passkey_must_be_kept_by_a_device_that_knows_its_owner() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let page = ada.get(NEW).await;
    let options = page.options(NEW).unwrap();
    assert!(
        options.contains("\"residentKey\":\"required\""),
        "{options}"
    );
    assert!(options.contains("\"userVerification\":\"required\""));
    assert!(
        options.contains("\"rp\":{\"id\":\"auth.test\",\"name\":\"Test House\"}"),
        "{options}"
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let plain = ada.get("/account").await;
    assert!(!plain.header("content-security-policy").contains("script"));
    for spoil in [
        |device: &mut Authenticator| device.verifies = false,
        |device: &mut Authenticator| device.origin = "https://evil.test".to_owned(),
        |device: &mut Authenticator| device.origin = "https://auth.test:444".to_owned(),
        |device: &mut Authenticator| device.origin = "http://auth.test".to_owned(),
    ] {
        let mut device = Authenticator::default();
        spoil(&mut device);
        refused(&ada.submit(&device.create(&ada.get(NEW).await, NEW)).await);
    }
    let garbage = ada.get(NEW).await.form(NEW);
    refused(&ada.submit(&garbage.with("credential", "{}")).await);
    assert!(
        !ada.get("/account/security")
            .await
            .body
            .contains("passkeys/edit")
    );
}

#[tokio::test]
async fn a_page_makes_one_passkey_for_its_own_person() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let mut device = Authenticator::default();
    let form = device.create(&ada.get(NEW).await, NEW);
    let of_bob = bob.get(NEW).await.form(NEW);
    let stolen = of_bob
        .with("state", form.get("state").unwrap())
        .with("credential", form.get("credential").unwrap());
    refused(&bob.submit(&stolen).await);
    assert_eq!(ada.submit(&form).await.status, 303);
    refused(&ada.submit(&form).await);
    let late = Authenticator::default().create(&ada.get(NEW).await, NEW);
    app.clock.advance(600);
    refused(&ada.submit(&late).await);
    let page = ada.get("/account/security").await.body;
    assert_eq!(page.matches("passkeys/edit").count(), 1);
    // Known devices are told apart.
    let form = ada.visit("/login").await;
    ada.submit(&device.get(&form, SIGN_IN)).await;
    let options = ada.get(NEW).await.options(NEW).unwrap();
    assert!(options.contains("excludeCredentials\":[{"));
}

#[tokio::test]
async fn an_answer_counts_once_and_not_for_long() {
    let app = App::start().await;
    let (_, mut device) = enroll(&app, "ada").await;
    let browser = app.browser();
    let form = device.get(&browser.get("/login").await, SIGN_IN);
    assert_eq!(browser.submit(&form).await.status, 303);
    let thief = app.browser();
    let csrf = thief.get("/login").await.form(SIGN_IN);
    let replayed = csrf
        .with("state", form.get("state").unwrap())
        .with("credential", form.get("credential").unwrap());
    refused(&thief.submit(&replayed).await);
    let late = device.get(&thief.get("/login").await, SIGN_IN);
    app.clock.advance(600);
    refused(&thief.submit(&late).await);
    // A challenge of another page is another challenge.
    let one = device.get(&thief.get("/login").await, SIGN_IN);
    let other = thief.get("/login").await.form(SIGN_IN);
    let mixed = other.with("credential", one.get("credential").unwrap());
    refused(&thief.submit(&mixed).await);
    assert!(!is_signed_in(&thief));
}

#[tokio::test]
async fn what_is_not_the_passkey_of_its_person_is_refused() {
    let app = App::start().await;
    let (_, mut device) = enroll(&app, "ada").await;
    let (_, mut of_bob) = enroll(&app, "bob").await;
    let browser = app.browser();
    for spoil in [
        |device: &mut Authenticator| device.verifies = false,
        |device: &mut Authenticator| device.origin = "https://evil.test".to_owned(),
        // It was made for one device, and says now that there are copies.
        |device: &mut Authenticator| device.synced = true,
    ] {
        spoil(&mut device);
        refused(
            &browser
                .submit(&device.get(&browser.get("/login").await, SIGN_IN))
                .await,
        );
        (device.verifies, device.synced) = (true, false);
        device.origin = testkit::ORIGIN.to_owned();
    }
    let page = browser.get("/login").await;
    let (ours, theirs) = (device.get(&page, SIGN_IN), of_bob.get(&page, SIGN_IN));
    let (ours, theirs) = (
        ours.get("credential").unwrap(),
        theirs.get("credential").unwrap(),
    );
    let ours: serde_json::Value = serde_json::from_str(ours).unwrap();
    let mut theirs: serde_json::Value = serde_json::from_str(theirs).unwrap();
    // Another person's handle, and another person's signature.
    theirs["response"]["userHandle"] = ours["response"]["userHandle"].clone();
    let form = browser.get("/login").await.form(SIGN_IN);
    refused(
        &browser
            .submit(&form.with("credential", &theirs.to_string()))
            .await,
    );
    let mut unknown = Authenticator::default();
    refused(&browser.submit(&unknown.get(&page, SIGN_IN)).await);
    assert!(!is_signed_in(&browser));
    issuer::operate::people::set_disabled(&app.issuer, "ada@example.com", true)
        .await
        .unwrap();
    refused(
        &browser
            .submit(&device.get(&browser.get("/login").await, SIGN_IN))
            .await,
    );
}

#[tokio::test]
async fn a_count_that_goes_back_is_refused_and_recorded() {
    let app = App::start().await;
    let jobs = app.issuer.start_jobs();
    let (_, mut device) = enroll(&app, "ada").await;
    let browser = app.browser();
    for (count, status) in [(0, 303), (7, 303), (7, 400), (6, 400), (0, 400), (8, 303)] {
        device.count = count;
        let form = device.get(&browser.get("/login").await, SIGN_IN);
        assert_eq!(browser.submit(&form).await.status, status, "{count}");
    }
    jobs.stop().await;
    let events = issuer::operate::audit::list_newest(&app.issuer, 100)
        .await
        .unwrap();
    let text = serde_json::to_string(&events).unwrap();
    assert_eq!(text.matches("two may have the same key").count(), 3);
    assert_eq!(text.matches("passkey_added").count(), 1);
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let app = App::start().await;
    let (ada, mut device) = enroll(&app, "ada").await;
    let page = ada.get("/account/security").await.body;
    let edit = page
        .split("href=\"/account/security/passkeys/edit")
        .nth(1)
        .unwrap();
    let edit = edit.split('"').next().unwrap();
    let edit = format!("/account/security/passkeys/edit{edit}");
    let form = ada
        .get(&edit)
        .await
        .form("/account/security/passkeys/rename");
    ada.submit(&form.clone().with("name", "  Blue \u{202e}key "))
        .await;
    assert!(
        ada.get("/account/security")
            .await
            .body
            .contains(">Blue key<")
    );
    let nameless = ada.submit(&form.with("name", " \u{200b}")).await;
    assert_eq!(nameless.status, 400);
    // Another person neither sees nor removes it.
    let bob = app.person("bob").await;
    assert_eq!(bob.get(&edit).await.status, 400);
    let remove = ada
        .get(&edit)
        .await
        .form("/account/security/passkeys/remove");
    app.clock.advance(601);
    assert!(
        ada.submit(&remove)
            .await
            .location()
            .starts_with("/account/confirm")
    );
    let confirm = ada
        .visit("/account/confirm?continue=%2Faccount%2Fsecurity")
        .await;
    // The password alone does not do for somebody who has a passkey.
    assert!(!confirm.body.contains("name=\"password\""));
    let form = ada.get("/account/confirm").await.form("/account/confirm");
    let mut weak = form.with("password", PASSWORD);
    weak.fields.retain(|(name, _)| name != "code");
    assert_eq!(ada.submit(&weak).await.status, 400);
    assert_eq!(
        ada.submit(&device.get(&confirm, SIGN_IN)).await.location(),
        "/account/security"
    );
    assert_eq!(ada.submit(&remove).await.location(), "/account/security");
    assert!(!ada.get("/account/security").await.body.contains("Blue key"));
    let other = app.browser();
    let gone = device.get(&other.get("/login").await, SIGN_IN);
    refused(&other.submit(&gone).await);
}

/// A person with an app for codes and a passkey.
pub(super) async fn with_both<'a>(app: &'a App, name: &str) -> totp::Enrolled<'a> {
    let ada = totp::enroll(app, name).await;
    let form = Authenticator::default().create(&ada.browser.get(NEW).await, NEW);
    let answer = ada.browser.submit(&form.with("name", "Phone")).await;
    assert_eq!(answer.location(), "/account/security", "{}", answer.body);
    ada
}

#[tokio::test]
async fn codes_make_and_remove_no_passkeys_beside_one_that_there_is() {
    let app = App::start().await;
    let ada = with_both(&app, "ada").await;
    let thief = app.browser();
    totp::password(&thief, "ada@example.com", "").await;
    totp::second(&thief, &ada.code(0)).await;
    let to_level = "/account/level?continue=%2Faccount%2Fsecurity%2Fpasskeys%2Fnew";
    assert!(thief.get(NEW).await.location().starts_with(to_level));
    let csrf = thief.visit("/account").await.form("/logout");
    let csrf = csrf.get("csrf").unwrap().to_owned();
    let form = Authenticator::default().create(&ada.browser.get(NEW).await, NEW);
    let answer = thief.submit(&form.with("csrf", &csrf)).await;
    assert!(answer.location().starts_with(to_level));
    let edit = ada.browser.get("/account/security").await.body;
    let (_, edit) = edit.split_once("/passkeys/edit").unwrap();
    let edit = format!("{NEW}{edit}").replace("/new?", "/edit?");
    let edit = edit.split('"').next().unwrap();
    let remove = thief
        .get(edit)
        .await
        .form("/account/security/passkeys/remove");
    assert!(
        thief
            .submit(&remove)
            .await
            .location()
            .starts_with("/account/level?")
    );
    let overview = ada.browser.get("/account/security").await.body;
    assert_eq!(
        overview.matches("/account/security/passkeys/edit").count(),
        1
    );
    // Whoever lost the passkey has recovery codes, and is told so.
    let page = thief.visit(NEW).await;
    assert!(page.body.contains("a passkey, use one that you have"));
    let (_, link) = page.body.split_once("href=\"/account/confirm").unwrap();
    let link = format!("/account/confirm{}", link.split('"').next().unwrap());
    let form = thief.get(&link).await.form("/account/confirm");
    let answer = thief.submit(&form.with("code", &ada.recovery[0])).await;
    assert_eq!(answer.location(), NEW);
    assert_eq!(thief.get(NEW).await.status, 200);
}
