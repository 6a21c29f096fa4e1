//! Changing the address.

use testkit::{App, Browser};

async fn ask(browser: &Browser<'_>, email: &str) -> String {
    let form = browser.get("/account/email").await.form("/account/email");
    let answer = browser.submit(&form.with("email", email)).await;
    answer.location().to_owned()
}

#[tokio::test]
async fn an_address_changes_when_the_link_is_opened_by_the_same_person() {
    let app = App::builder().mailing().start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    assert_eq!(
        ask(&ada, "new@example.com").await,
        "/account/profile?note=email-sent"
    );
    let letter = app.letter().await;
    assert_eq!(letter.to, "new@example.com");
    let link = letter.link();
    assert_eq!(bob.get(&link).await.status, 403);
    assert!(
        app.browser()
            .get(&link)
            .await
            .location()
            .starts_with("/login")
    );
    let page = ada.get(&link).await;
    assert!(
        ada.get("/account/profile")
            .await
            .body
            .contains("ada@example.com")
    );
    let done = ada.submit(&page.form("/account/email")).await;
    assert_eq!(done.location(), "/account/profile?note=email");
    let profile = ada.get("/account/profile").await.body;
    assert!(profile.contains("new@example.com") && profile.contains("verified"));
    assert_eq!(ada.get(&link).await.status, 410);
    // Both are told.
    let letters = app.letters().await;
    let told: Vec<_> = letters
        .iter()
        .filter(|letter| letter.subject == "Your e-mail address was changed")
        .map(|letter| letter.to.as_str())
        .collect();
    assert_eq!(told, ["ada@example.com", "new@example.com"]);
}

#[tokio::test]
async fn an_address_that_somebody_has_is_not_taken_over() {
    let app = App::builder().mailing().start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    // The page says the same as for any address.
    assert_eq!(
        ask(&ada, "BOB@example.com").await,
        "/account/profile?note=email-sent"
    );
    let link = app.letter().await.link();
    let form = ada.get(&link).await.form("/account/email");
    assert_eq!(ada.submit(&form).await.status, 409);
    assert!(
        ada.get("/account/profile")
            .await
            .body
            .contains("ada@example.com")
    );
    assert!(
        bob.get("/account/profile")
            .await
            .body
            .contains("bob@example.com")
    );
    // A second request ends the first.
    ask(&ada, "one@example.com").await;
    let first = app.letter().await.link();
    ask(&ada, "two@example.com").await;
    assert_eq!(ada.get(&first).await.status, 410);
}
