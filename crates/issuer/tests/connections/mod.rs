//! Connections: made at the moment of need, renewed once, ended everywhere, and never seen.

mod allowing;
mod renewing;
mod unseen;

use aws_lc_rs::hmac;
use http::Request;
use issuer::operate::connections::{self, TokenError};
use testkit::{Answer, App, Browser, FakeGithub, Form, GithubAccount, WEBHOOK_SECRET};

use crate::login::upstream::{account, app};

const READ: &str = "&scope=notes%3Aread";

/// The person's id, which the account page does not show.
async fn id_of(app: &App, email: &str) -> String {
    let people = issuer::operate::people::list(&app.issuer).await.unwrap();
    let person = people.into_iter().find(|person| person.email == email);
    person.unwrap().id
}

/// Goes through the page to connect, at an address that leads to it, and through GitHub.
async fn connect_at(
    browser: &Browser<'_>,
    path: &str,
    github: &FakeGithub,
    who: &GithubAccount,
) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let sent = browser.submit(&page.form("/connect/github")).await;
    browser.get(&github.allow(sent.location(), who)).await
}

async fn connect(browser: &Browser<'_>, github: &FakeGithub, who: &GithubAccount) -> Answer {
    connect_at(browser, "/connect/github", github, who).await
}

/// Ada, connected as account 7, and her id.
async fn ada<'a>(app: &'a App, github: &FakeGithub) -> (Browser<'a>, String) {
    let ada = app.person("ada").await;
    connect(&ada, github, &account(7, "ada-l", None)).await;
    (ada, id_of(app, "ada@example.com").await)
}

/// Signs in with GitHub.
async fn sign_in(browser: &Browser<'_>, github: &FakeGithub, who: &GithubAccount) {
    let page = browser.get("/login").await;
    let sent = browser.submit(&page.form("/login/github")).await;
    browser.get(&github.allow(sent.location(), who)).await;
}

async fn disconnect(browser: &Browser<'_>) {
    let page = browser.get("/account/connections").await;
    let form = page.form("/connect/github/disconnect");
    browser.submit(&form).await;
}

/// The consent page of a client that asks, and its form with everything allowed.
async fn consent(browser: &Browser<'_>, path: &str) -> (Answer, Form) {
    let page = browser.get(path).await;
    let form = page
        .form("/oauth/authorize/consent")
        .ticked()
        .with("decision", "allow");
    (page, form)
}

/// Allows a client what it asks for; gives where the person is sent then.
async fn allow(browser: &Browser<'_>, path: &str) -> String {
    let (_, form) = consent(browser, path).await;
    browser.submit(&form).await.location().to_owned()
}

async fn token(app: &App, person: &str) -> Result<String, TokenError> {
    let token = connections::token(&app.issuer, person, "github").await?;
    Ok(token.token.expose().clone())
}

fn needed(result: Result<String, TokenError>) -> (String, bool) {
    match result {
        Err(TokenError::Needed { url, again }) => (url, again),
        other => panic!("{other:?}"),
    }
}

async fn webhook(app: &App, delivery: &str, body: &str, secret: &str) -> u16 {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = oauth::secret::hex(hmac::sign(&key, body.as_bytes()).as_ref());
    let request = Request::post("/webhooks/github")
        .header("x-github-event", "github_app_authorization")
        .header("x-github-delivery", delivery)
        .header("x-hub-signature-256", format!("sha256={tag}"))
        .body(axum::body::Body::from(body.to_owned()));
    app.send(request.unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn who_lacks_an_account_is_sent_to_a_page_for_them_alone() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let id = id_of(&app, "ada@example.com").await;
    let (url, again) = needed(token(&app, &id).await);
    assert!(!again && url.starts_with("https://auth.test/connect/github?for="));
    let path = url.strip_prefix("https://auth.test").unwrap();
    let page = bob.get(path).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("another person"));
    let stranger = app.browser().get(path).await;
    assert!(
        stranger
            .location()
            .starts_with("/login?continue=%2Fconnect%2Fgithub%3Ffor%3D")
    );
    let page = ada.get(path).await;
    let sent = ada.submit(&page.form("/connect/github")).await;
    // Bob takes over the browser's session: Ada's account is not connected for him, nor for her.
    let back = github.allow(sent.location(), &account(7, "ada-l", None));
    assert_eq!(bob.get(&back).await.status, 400);
    assert_eq!(ada.get(&back).await.location(), "/account");
    assert!(github.knows(&token(&app, &id).await.unwrap()));
    let account = ada.get("/account/connections").await;
    assert!(account.body.contains("Connected as <bdi>ada-l</bdi>"));
}

#[tokio::test]
async fn another_account_never_slips_in() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, id) = ada(&app, &github).await;
    let first = token(&app, &id).await.unwrap();
    let answer = connect(&ada, &github, &account(8, "other", None)).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer
            .body
            .contains("connected as \u{2068}ada-l\u{2069}, and came back as \u{2068}other\u{2069}")
    );
    assert_eq!(token(&app, &id).await.unwrap(), first);
    assert_eq!(github.live(), 1);
    // The same account again is a new token, and the old one is dead.
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    assert!(!github.knows(&first) && github.live() == 1);
    disconnect(&ada).await;
    assert_eq!(github.live(), 0);
    assert_eq!(github.calls("DELETE /applications/grant"), 1);
    assert!(!needed(token(&app, &id).await).1);
}

#[tokio::test]
async fn a_signed_webhook_disconnects_and_nothing_else_does() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, id) = ada(&app, &github).await;
    let revoked = r#"{"action":"revoked","sender":{"id":7,"login":"ada-l"}}"#;
    for (body, secret, status) in [
        (revoked, "guessed", 401),
        ("{", WEBHOOK_SECRET, 400),
        (
            r#"{"action":"revoked","sender":{"id":8}}"#,
            WEBHOOK_SECRET,
            204,
        ),
        (
            r#"{"action":"other","sender":{"id":7}}"#,
            WEBHOOK_SECRET,
            204,
        ),
    ] {
        assert_eq!(webhook(&app, body, body, secret).await, status, "{body}");
        assert!(token(&app, &id).await.is_ok(), "{body}");
    }
    assert_eq!(webhook(&app, "first", revoked, WEBHOOK_SECRET).await, 204);
    assert!(!needed(token(&app, &id).await).1);
    // The same delivery once more, after the person connected again, takes nothing.
    connect(&ada, &github, &account(7, "ada-l", None)).await;
    assert_eq!(webhook(&app, "first", revoked, WEBHOOK_SECRET).await, 204);
    assert!(token(&app, &id).await.is_ok());
}

#[tokio::test]
async fn an_account_that_apps_act_with_signs_nobody_in() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let (ada, bot) = (app.person("ada").await, account(7, "team-bot", None));
    connect(&ada, &github, &bot).await;
    let other = app.browser();
    sign_in(&other, &github, &bot).await;
    let page = other.get("/account").await;
    assert!(page.body.contains("7+team-bot@users.noreply.") && !page.body.contains("ada@"));
}

#[tokio::test]
async fn what_a_person_ended_stays_ended_when_they_sign_in() {
    let github = FakeGithub::start().await;
    github.expire_tokens();
    let app = app(&github).await;
    let seven = account(7, "ada-l", Some(("ada@example.com", true)));
    let ada = app.browser();
    sign_in(&ada, &github, &seven).await;
    let id = id_of(&app, "ada@example.com").await;
    assert!(token(&app, &id).await.is_ok());
    // Its token is near its end, and a dead one would end nothing at GitHub.
    app.clock.advance(28_800);
    disconnect(&ada).await;
    assert_eq!(
        (github.live(), github.calls("DELETE /applications/grant")),
        (0, 1)
    );
    sign_in(&app.browser(), &github, &seven).await;
    assert!(!needed(token(&app, &id).await).1);
    assert_eq!(github.live(), 0);
}
