//! What a person is told by mail at once, and in which language.

use testkit::{App, Authenticator, Browser, NOTES, PASSWORD};

const PASSKEY: &str = "/account/security/passkeys/new";
const TOKEN: &str = "/account/tokens/new";

/// A person whose address is proved.
async fn ada(app: &App) -> Browser<'_> {
    let browser = app.browser();
    let form = browser.get("/signup").await.form("/signup");
    let form = form.with("email", "ada@example.com");
    let sent = browser.submit(&form.with("password", PASSWORD)).await;
    let form = browser.get(sent.location()).await.form("/verify");
    let code = app.letter().await.code();
    browser.submit(&form.with("code", &code)).await;
    browser
}

async fn app() -> App {
    let builder = App::builder().mailing();
    builder.with(|all| all.verify_email = true).start().await
}

async fn add_passkey(browser: &Browser<'_>) {
    let mut device = Authenticator::default();
    let form = device.create(&browser.get(PASSKEY).await, PASSKEY);
    browser.submit(&form.with("name", "Phone")).await;
}

async fn make_token(browser: &Browser<'_>) {
    let resource: String = url::form_urlencoded::byte_serialize(NOTES.as_bytes()).collect();
    let page = browser.get(&format!("{TOKEN}?resource={resource}")).await;
    let mut form = page.form(TOKEN);
    form.fields.push(("scope".into(), "notes:read".into()));
    let form = form.with("name", "backup").with("days", "30");
    assert_eq!(browser.submit(&form).await.status, 303);
}

#[tokio::test]
async fn a_person_is_told_of_a_new_passkey_and_a_new_token() {
    let app = app().await;
    let browser = ada(&app).await;
    add_passkey(&browser).await;
    make_token(&browser).await;
    let letters = app.letters().await;
    let subjects: Vec<_> = letters[1..].iter().map(|letter| &*letter.subject).collect();
    assert_eq!(
        subjects,
        [
            "A passkey was added to your account",
            "A personal access token was made"
        ]
    );
    assert!(
        letters[1]
            .text
            .contains("https://auth.test/account/security")
    );
    assert!(letters[2].text.contains("backup"));
    assert!(letters[2].text.contains("https://auth.test/account/tokens"));
    assert!(!letters[2].text.contains("vpat_"));
}

#[tokio::test]
async fn a_letter_is_in_the_language_that_the_person_chose() {
    let app = app().await;
    let browser = ada(&app).await;
    let form = browser.get("/account/settings").await.form("/look");
    browser.submit(&form.with("language", "de")).await;
    // Whoever has copied the cookie, and reads English, is no reason for an English letter.
    let thief = browser.copy();
    for _ in 0..2 {
        app.clock.advance(300);
        assert_eq!(browser.get("/account").await.status, 200);
    }
    assert!(thief.get("/account").await.status.is_redirection());
    let letter = app.letter().await;
    assert_eq!(letter.subject, "Sie wurden in einem Browser abgemeldet");
    assert_eq!(letter.to, "ada@example.com");
    assert_eq!(app.letters().await.len(), 2);
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_told_nothing() {
    let app = App::builder().mailing().start().await;
    let browser = app.person("ada").await;
    add_passkey(&browser).await;
    make_token(&browser).await;
    let letters = app.letters().await;
    assert!(letters.is_empty(), "{letters:?}");
}
