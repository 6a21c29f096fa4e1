//! Codes by mail: to confirm who one is, and after the password where the operator lets them count.

use issuer::settings::EmailCode;
use testkit::{Answer, App, AppBuilder, Browser, FakeOidc, Form, PASSWORD};

mod confirm;
mod second;

const CODES: &str = "/account/security/recovery-codes";

fn mailing(email_code: EmailCode) -> AppBuilder {
    App::builder().mailing().with(|all| {
        all.verify_email = true;
        all.sign_in.email_code = email_code;
    })
}

/// A person who proved their address.
pub(in crate::login) async fn person<'a>(app: &'a App, name: &str) -> Browser<'a> {
    let browser = app.browser();
    let form = browser.get("/signup").await.form("/signup");
    let form = form.with("email", &format!("{name}@example.com"));
    let answer = browser.submit(&form.with("password", PASSWORD)).await;
    let form = browser.get(answer.location()).await.form("/verify");
    let code = app.letter().await.code();
    let answer = browser.submit(&form.with("code", &code)).await;
    assert_eq!(answer.location(), "/account");
    browser
}

/// Somebody whom a provider brought, with a verified address and without a password.
async fn brought<'a>(app: &'a App, op: &FakeOidc) -> Browser<'a> {
    let browser = app.browser();
    let claims = super::upstream::ada();
    super::upstream::sign_in(&browser, op, "corp", &claims).await;
    assert!(
        browser
            .get("/account")
            .await
            .body
            .contains("ada@example.com")
    );
    browser
}

async fn trusting(builder: AppBuilder) -> (App, FakeOidc) {
    let op = FakeOidc::start().await;
    let mut settings = op.settings("corp");
    settings.trusts_email = true;
    let app = builder
        .with(|all| all.upstreams.push(settings))
        .start()
        .await;
    (app, op)
}

/// Presses the button for a code; the page that asks for it.
async fn ask(browser: &Browser<'_>, page: &Answer, action: &str) -> Answer {
    let sent = browser
        .submit(&page.form(action).with("again", "yes"))
        .await;
    assert!(
        sent.location().starts_with(action),
        "{} {}",
        sent.status,
        sent.body
    );
    browser.get(sent.location()).await
}

/// Of the two forms of the page the one with the code.
fn form(page: &Answer, action: &str, code: &str) -> Form {
    let mut form = page.form(action).with("code", code);
    form.fields.retain(|(name, _)| name != "again");
    form
}

async fn letters(app: &App, subject: &str) -> usize {
    let letters = app.letters().await;
    letters
        .iter()
        .filter(|letter| letter.subject == subject)
        .count()
}

fn says_wrong(answer: &Answer) {
    assert_eq!(answer.status, 400);
    assert!(
        answer
            .body
            .contains("The code is wrong, or was used before.")
    );
    assert!(answer.headers.get("location").is_none());
}
