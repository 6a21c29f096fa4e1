//! A forgotten password: a link by mail, good once.

use testkit::{App, Browser, PASSWORD};

async fn forget(app: &App, email: &str) -> u16 {
    let browser = app.browser();
    let form = browser.get("/forgot").await.form("/forgot");
    let answer = browser.submit(&form.with("email", email)).await;
    assert_eq!(answer.location(), "/forgot?sent=yes");
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("a link is on its way"));
    page.status.as_u16()
}

async fn sign_in(browser: &Browser<'_>, password: &str) -> u16 {
    let form = browser.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", password);
    browser.submit(&form).await.status.as_u16()
}

#[tokio::test]
async fn a_password_is_chosen_anew_by_the_link_once() {
    let app = App::builder().mailing().start().await;
    let ada = app.person("ada").await;
    forget(&app, "Ada@Example.com").await;
    let link = app.letter().await.link();
    // A scanner opens it, and nothing happens.
    let scanner = app.browser();
    for _ in 0..3 {
        assert_eq!(scanner.get(&link).await.status, 200);
    }
    assert!(ada.get("/account").await.status.is_success());
    assert_eq!(sign_in(&app.browser(), PASSWORD).await, 303);

    let page = app.browser();
    let form = page.get(&link).await.form("/reset");
    let weak = page
        .submit(&form.clone().with("password", "password123"))
        .await;
    assert_eq!(weak.status, 400);
    assert_eq!(sign_in(&app.browser(), PASSWORD).await, 303);
    let done = page
        .submit(&form.clone().with("password", "another long sentence"))
        .await;
    assert_eq!(done.location(), "/login?note=reset");
    assert!(
        page.get(done.location())
            .await
            .body
            .contains("Your password is changed.")
    );
    // The old password and the old sessions are dead, and the link is used up.
    assert_eq!(sign_in(&app.browser(), PASSWORD).await, 400);
    assert_eq!(sign_in(&app.browser(), "another long sentence").await, 303);
    assert_eq!(ada.get("/account").await.location(), "/login");
    assert_eq!(page.get(&link).await.status, 410);
    let again = page
        .submit(&form.with("password", "a third long sentence"))
        .await;
    assert_eq!(again.status, 410);
    assert_eq!(sign_in(&app.browser(), "another long sentence").await, 303);
    assert_eq!(app.letter().await.subject, "Your password was changed");
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let app = App::builder().mailing().start().await;
    app.person("ada").await;
    assert_eq!(forget(&app, "nobody@example.com").await, 200);
    assert!(app.letters().await.is_empty());
    let people = issuer::operate::people::set_disabled(&app.issuer, "ada@example.com", true);
    people.await.unwrap();
    assert_eq!(forget(&app, "ada@example.com").await, 200);
    assert!(app.letters().await.is_empty());
}

#[tokio::test]
async fn a_newer_password_and_time_end_a_link() {
    let app = App::builder().mailing().start().await;
    app.person("ada").await;
    forget(&app, "ada@example.com").await;
    let first = app.letter().await.link();
    forget(&app, "ada@example.com").await;
    let second = app.letter().await.link();
    let page = app.browser();
    let form = page.get(&second).await.form("/reset");
    page.submit(&form.with("password", "another long sentence"))
        .await;
    assert_eq!(page.get(&first).await.status, 410);
    forget(&app, "ada@example.com").await;
    let third = app.letter().await.link();
    app.clock.advance(3_600);
    assert_eq!(page.get(&third).await.status, 410);
    assert_eq!(sign_in(&page, "another long sentence").await, 303);
}

#[tokio::test]
async fn without_mail_it_is_not_offered() {
    let app = App::start().await;
    app.person("ada").await;
    let browser = app.browser();
    assert!(!browser.get("/login").await.body.contains("/forgot"));
    assert_eq!(browser.get("/forgot").await.status, 404);
    assert_eq!(browser.get("/reset?token=x").await.status, 410);
}

#[tokio::test]
async fn who_made_an_account_with_the_address_of_another_keeps_no_way_in() {
    let app = App::builder().mailing().start().await;
    let mallory = app.person("ada").await;
    let client = app.client().await;
    let tokens = client.tokens(&mallory, "notes:read offline_access").await;
    forget(&app, "ada@example.com").await;
    let link = app.letter().await.link();
    let owner = app.browser();
    let form = owner.get(&link).await.form("/reset");
    // Not even if the box that ends sessions is left empty.
    let mut form = form.with("password", "another long sentence");
    form.fields.retain(|(name, _)| name != "end_sessions");
    owner.submit(&form).await;
    assert_eq!(mallory.get("/account").await.location(), "/login");
    let refreshed = client.refresh(&tokens.refresh_token).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    assert_eq!(sign_in(&owner, "another long sentence").await, 303);
}

#[tokio::test]
async fn a_link_to_an_address_that_was_left_opens_nothing() {
    let app = App::builder().mailing().start().await;
    let ada = app.person("ada").await;
    let form = ada.get("/account/email").await.form("/account/email");
    ada.submit(&form.with("email", "new@example.com")).await;
    let change = app.letter().await.link();
    forget(&app, "ada@example.com").await;
    let old = app.letter().await.link();
    let form = ada.get(&change).await.form("/account/email");
    ada.submit(&form).await;
    assert_eq!(app.browser().get(&old).await.status, 410);
    assert_eq!(ada.get("/account").await.status, 200);
}
