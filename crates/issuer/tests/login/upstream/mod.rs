//! Signing in with an account elsewhere.

mod github;
mod link;
mod oidc;
pub(crate) mod privy;
mod spoiled;
mod trust;

pub(crate) use github::{account, app, builder};

use issuer::audit::Kind;
use serde_json::{Value, json};
use testkit::{Answer, App, Browser, FakeGithub, FakeOidc};

/// An app whose people sign in with providers, each under its name.
async fn app_with(providers: &[(&str, &FakeOidc)]) -> App {
    let settings = providers.iter().map(|(name, op)| op.settings(name));
    let settings: Vec<_> = settings.collect();
    let builder = App::builder().with(|all| all.upstreams.extend(settings));
    builder.start().await
}

pub(super) fn ada() -> Value {
    json!({"sub": "7", "name": "Ada", "email": "ada@example.com", "email_verified": true})
}

/// Presses the button; the address of the provider's page.
async fn press(browser: &Browser<'_>, name: &str) -> String {
    let page = browser.get("/login").await;
    let answer = browser.submit(&page.form(&format!("/login/{name}"))).await;
    leaving(&answer)
}

/// Where the page that goes on by itself leads.
fn leaving(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (_, rest) = answer.body.split_once("content=\"0;url=").unwrap();
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

pub(super) async fn sign_in(
    browser: &Browser<'_>,
    op: &FakeOidc,
    name: &str,
    claims: &Value,
) -> Answer {
    let location = press(browser, name).await;
    browser.get(&op.allow(&location, claims)).await
}

fn assert_page(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(words), "{words}: {}", answer.body);
    assert!(answer.headers.get("location").is_none());
}

/// Nobody is signed in here, and there are only so many people.
async fn assert_nobody(app: &App, browser: &Browser<'_>, people: usize) {
    assert!(browser.get("/account").await.status.is_redirection());
    let all = issuer::operate::people::list(&app.issuer).await.unwrap();
    assert_eq!(all.len(), people, "{all:?}");
}

async fn email_of(browser: &Browser<'_>) -> String {
    let page = browser.visit("/account").await;
    let (_, rest) = page.body.split_once("<strong><bdi>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

/// The details of the events so far of one kind.
pub(crate) async fn events(app: &App, kind: Kind) -> Vec<String> {
    let all = issuer::operate::audit::list_newest(&app.issuer, 1_000).await;
    let all = all.unwrap().into_iter();
    let kind = serde_json::to_string(&kind).unwrap();
    let of_kind = all.filter(|entry| format!("\"{}\"", entry.kind) == kind);
    of_kind.map(|entry| entry.detail).collect()
}

/// A GitHub account that is used as a way in beside others.
async fn github() -> FakeGithub {
    FakeGithub::start().await
}
