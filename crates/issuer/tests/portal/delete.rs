//! Accounts that go, and accounts that stay after all.

use issuer::operate::people;
use testkit::{App, Browser, PASSWORD};

async fn delete(browser: &Browser<'_>, typed: &str) -> u16 {
    let form = browser.get("/account/delete").await.form("/account/delete");
    let answer = browser.submit(&form.with("email", typed)).await;
    answer.status.as_u16()
}

async fn sign_in(app: &App) -> u16 {
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    browser.submit(&form).await.status.as_u16()
}

#[tokio::test]
async fn an_account_is_closed_at_once_and_deleted_later() {
    let app = App::builder().mailing().start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let client = app.client().await;
    let tokens = client.tokens(&ada, "notes:read offline_access").await;
    assert_eq!(delete(&ada, "bob@example.com").await, 400);
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(delete(&ada, "Ada@example.com").await, 303);
    assert_eq!(ada.get("/account").await.location(), "/login");
    assert_eq!(sign_in(&app).await, 400);
    assert_eq!(
        client.refresh(&tokens.refresh_token).await.error(),
        "invalid_grant"
    );
    app.issuer.run_job("delete_people").await.unwrap();
    assert_eq!(people::list(&app.issuer).await.unwrap().len(), 2);
    app.clock.advance(7 * 86_400);
    app.issuer.run_job("delete_people").await.unwrap();
    let left = people::list(&app.issuer).await.unwrap();
    assert_eq!((left.len(), left[0].email.as_str()), (1, "bob@example.com"));
    assert_eq!(bob.get("/account").await.status, 200);
    // The address is free again, for somebody new.
    app.person("ada").await;
}

#[tokio::test]
async fn until_then_it_can_be_kept_by_the_link() {
    let app = App::builder().mailing().start().await;
    let ada = app.person("ada").await;
    delete(&ada, "ada@example.com").await;
    let letter = app.letter().await;
    assert!(letter.text.contains("in 7 days"));
    let anybody = app.browser();
    let page = anybody.get(&letter.link()).await;
    assert_eq!(sign_in(&app).await, 400);
    let done = anybody.submit(&page.form("/keep")).await;
    assert!(
        anybody
            .get(done.location())
            .await
            .body
            .contains("Your account stays")
    );
    assert_eq!(sign_in(&app).await, 303);
    assert_eq!(anybody.get(&letter.link()).await.status, 410);
    app.clock.advance(8 * 86_400);
    app.issuer.run_job("delete_people").await.unwrap();
    assert_eq!(people::list(&app.issuer).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_operator_closed_is_not_opened_by_the_link() {
    let app = App::builder().mailing().start().await;
    let ada = app.person("ada").await;
    delete(&ada, "ada@example.com").await;
    let link = app.letter().await.link();
    let closed = people::set_disabled(&app.issuer, "ada@example.com", true);
    assert!(closed.await.unwrap());
    assert_eq!(app.browser().get(&link).await.status, 410);
    assert_eq!(sign_in(&app).await, 400);
}
