//! Signing in with Privy: a page of ours, and the token that its script brings.

mod page;
mod token;

use axum::body::Body;
use http::Request;
use issuer::audit::Kind;
use serde_json::json;
use testkit::{Answer, App, Browser, FakePrivy, ORIGIN};

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
    assert_eq!(
        bring(&ada, &page, &token).await.member("next"),
        "/account/security"
    );
    assert_eq!(events(&app, Kind::IdentityLinked).await, ["Privy"]);
    let browser = app.browser();
    sign_in(&browser, &privy, "ada").await;
    assert_eq!(email_of(&browser).await, "ada2@example.com");
    let mut form = ada.visit("/account").await.form("/logout");
    form.action = "/account/identities/privy/unlink".to_owned();
    assert_eq!(ada.submit(&form).await.location(), "/account/security");
}
