//! Signing in with GitHub: the state, whose account it is, and what does not happen.

use issuer::settings::{GithubKind, SignUp};
use testkit::{Answer, App, AppBuilder, Browser, FakeGithub, GithubAccount};

pub(crate) fn account(id: u64, login: &str, email: Option<(&str, bool)>) -> GithubAccount {
    GithubAccount {
        id,
        login: login.to_owned(),
        email: email.map(|(email, verified)| (email.to_owned(), verified)),
    }
}

pub(crate) fn builder(github: &FakeGithub) -> AppBuilder {
    let settings = github.settings(GithubKind::OauthApp);
    App::builder().with(|all| {
        all.upstreams.push(settings);
        for resource in all.resources.iter_mut().take(1) {
            resource.upstream = Some("github".to_owned());
        }
    })
}

pub(crate) async fn app(github: &FakeGithub) -> App {
    builder(github).start().await
}

/// Presses the button; where GitHub's page would be.
async fn press(browser: &Browser<'_>) -> String {
    let page = browser.get("/login").await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:"),
        "{policy}"
    );
    let answer = browser.submit(&page.form("/login/github")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().to_owned()
}

async fn sign_in(browser: &Browser<'_>, github: &FakeGithub, who: &GithubAccount) -> Answer {
    let location = press(browser).await;
    browser.get(&github.allow(&location, who)).await
}

fn assert_page(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(words), "{words}: {}", answer.body);
    assert!(answer.headers.get("location").is_none());
}

async fn email_of(browser: &Browser<'_>) -> String {
    let page = browser.visit("/account").await;
    let (_, rest) = page.body.split_once("Signed in as <strong><bdi>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn an_account_is_one_person_by_its_id() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let browser = app.browser();
    let ada = account(7, "ada-l", Some(("ada@example.com", true)));
    let answer = sign_in(&browser, &github, &ada);
    assert_eq!(answer.await.location(), "/account");
    assert_eq!(email_of(&browser).await, "ada@example.com");
    // Signing in asks for no more than who it is.
    let asked = github.asked(&press(&browser).await);
    assert_eq!(asked["scope"], "read:user user:email");
    // Another name and another address are still the same account, and another id never is.
    let again = app.browser();
    sign_in(
        &again,
        &github,
        &account(7, "countess", Some(("new@example.com", true))),
    )
    .await;
    assert_eq!(email_of(&again).await, "ada@example.com");
    let other = app.browser();
    sign_in(&other, &github, &account(8, "ada-l", None)).await;
    assert_eq!(
        email_of(&other).await,
        "8+ada-l@users.noreply.127.0.0.1"
            .replace("127.0.0.1", github.settings(GithubKind::App).host(),)
    );
    let third = app.browser();
    sign_in(
        &third,
        &github,
        &account(9, "eve", Some(("eve@example.com", false))),
    )
    .await;
    assert!(email_of(&third).await.starts_with("9+eve@users.noreply."));
}

#[tokio::test]
async fn an_address_that_has_an_account_is_not_taken_over() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    app.person("ada").await;
    let thief = app.browser();
    let answer = sign_in(
        &thief,
        &github,
        &account(7, "x", Some(("Ada@Example.com", true))),
    )
    .await;
    assert_page(&answer, 403, "Sign in to it with your password");
    assert!(thief.get("/account").await.status.is_redirection());
    // What is not used is not left alive.
    assert_eq!(github.live(), 0);
}

#[tokio::test]
async fn nobody_new_comes_in_while_sign_up_is_closed() {
    let github = FakeGithub::start().await;
    let settings = github.settings(GithubKind::App);
    let closed = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.sign_up = SignUp::Closed;
    });
    let app = closed.start().await;
    let browser = app.browser();
    let answer = sign_in(&browser, &github, &account(7, "ada-l", None)).await;
    assert_page(&answer, 403, "new ones are made by the operator");
    assert_eq!(github.live(), 0);
}

#[tokio::test]
async fn a_state_is_for_one_browser_once_and_not_for_long() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let ada = account(7, "ada-l", None);
    let browser = app.browser();
    let back = github.allow(&press(&browser).await, &ada);
    // A link that an attacker finished half of signs nobody else in.
    let victim = app.browser();
    press(&victim).await;
    assert_page(&victim.get(&back).await, 400, "no longer good");
    assert_page(&app.browser().get(&back).await, 400, "no longer good");
    let damaged = back.replace("state=test.", "state=test.A");
    assert_page(&browser.get(&damaged).await, 400, "no longer good");
    assert_eq!(github.calls("POST /login/oauth/access_token"), 0);
    assert_eq!(browser.get(&back).await.location(), "/account");
    assert_page(&browser.get(&back).await, 400, "no longer good");
    assert_eq!(github.calls("POST /login/oauth/access_token"), 1);

    let late = github.allow(&press(&browser).await, &ada);
    app.clock.advance(601);
    assert_page(&browser.get(&late).await, 400, "no longer good");
}

#[tokio::test]
async fn leaving_github_without_allowing_is_a_clear_page() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let browser = app.browser();
    let location = press(&browser).await;
    let back = github.allow(&location, &account(7, "a", None));
    let (path, query) = back.split_once("?code=").unwrap();
    let (_, state) = query.split_once('&').unwrap();
    let answer = browser
        .get(&format!("{path}?error=access_denied&{state}"))
        .await;
    assert_page(&answer, 200, "without allowing access");
    assert!(browser.get("/account").await.status.is_redirection());
}

#[tokio::test]
async fn a_refused_code_and_a_silent_github_change_nothing() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let browser = app.browser();
    let back = github.allow(&press(&browser).await, &account(7, "a", None));
    let (_, state) = back.split_once('&').unwrap();
    let foreign = format!("/auth/github/callback?code=foreign&{state}");
    assert_page(&browser.get(&foreign).await, 400, "did not accept");
    let back = github.allow(&press(&browser).await, &account(7, "a", None));
    github.set_away(true);
    assert_page(&browser.get(&back).await, 502, "does not answer");
    assert!(browser.get("/account").await.status.is_redirection());
}

#[tokio::test]
async fn other_systems_paths_lead_here_too() {
    let github = FakeGithub::start().await;
    let app = app(&github).await;
    let browser = app.browser();
    let started = browser.get("/auth/github").await;
    let back = github.allow(started.location(), &account(7, "a", None));
    let back = back.replace("/auth/github/callback", "/github/callback");
    assert_eq!(browser.get(&back).await.location(), "/account");
    for path in [
        "/auth/gitlab",
        "/connect/gitlab?continue=x",
        "/gitlab/callback?state=x",
    ] {
        assert_eq!(browser.visit(path).await.status, 404, "{path}");
    }
}
