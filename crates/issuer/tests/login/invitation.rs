//! Accounts for people whom the operator invites.

use issuer::operate::people;
use issuer::settings::SignUp;
use testkit::{App, PASSWORD};

#[tokio::test]
async fn an_invitation_makes_one_account_for_its_address() {
    let app = App::builder().mailing();
    let app = app.with(|all| all.sign_up = SignUp::Invited).start().await;
    let browser = app.browser();
    assert_eq!(browser.get("/signup").await.status, 403);
    assert_eq!(browser.get("/signup?invitation=guessed").await.status, 403);
    assert!(!browser.get("/login").await.body.contains("/signup"));

    let printed = people::invite(&app.issuer, "ada@example.com")
        .await
        .unwrap();
    let link = app.letter().await.link();
    assert!(printed.expose().ends_with(&link));
    let page = browser.get(&link).await;
    let form = page.form("/signup").with("password", PASSWORD);
    // The address is the invitation's, whatever the form says.
    let done = browser
        .submit(&form.clone().with("email", "eve@example.com"))
        .await;
    assert_eq!(done.location(), "/account");
    let all = people::list(&app.issuer).await.unwrap();
    assert_eq!((all.len(), all[0].email.as_str()), (1, "ada@example.com"));
    let second = app.browser();
    assert_eq!(second.get(&link).await.status, 403);
    assert_eq!(browser.submit(&form).await.status, 403);
    assert_eq!(people::list(&app.issuer).await.unwrap().len(), 1);

    people::invite(&app.issuer, "bob@example.com")
        .await
        .unwrap();
    let link = app.letter().await.link();
    app.clock.advance(7 * 86_400);
    assert_eq!(second.get(&link).await.status, 403);
    assert!(people::invite(&app.issuer, "no address").await.is_err());
}
