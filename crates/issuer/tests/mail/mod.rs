//! Delivering letters through a mail server.

mod alerts;

use issuer::settings::{MailSettings, MailTransport};
use oauth::secret::Secret;
use testkit::{App, FakeSmtp};

async fn app(smtp: &FakeSmtp) -> App {
    let mail = MailSettings {
        from: "Test House <house@auth.test>".into(),
        transport: MailTransport::Smtp(Secret::new(smtp.url())),
    };
    let app = App::builder()
        .with(|all| all.mail = Some(mail))
        .start()
        .await;
    app.person("ada").await;
    let browser = app.browser();
    let form = browser.get("/forgot").await.form("/forgot");
    browser.submit(&form.with("email", "ada@example.com")).await;
    app
}

async fn deliver(app: &App) {
    app.issuer.run_job("deliver_mail").await.unwrap();
}

#[tokio::test]
async fn a_letter_is_delivered_once_in_text_and_html() {
    let smtp = FakeSmtp::start().await;
    let app = app(&smtp).await;
    // Before it goes its link lies sealed.
    for file in app.files() {
        let bytes = std::fs::read(file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("/reset?token="));
    }
    for _ in 0..2 {
        deliver(&app).await;
        app.clock.advance(100_000);
    }
    let letters = smtp.letters();
    assert_eq!(letters.len(), 1);
    let (letter, raw) = &letters[0];
    assert_eq!(letter.to, "ada@example.com");
    assert!(
        raw.contains("From: \"Test House\" <house@auth.test>"),
        "{raw}"
    );
    assert!(raw.contains("Message-ID: <") && raw.contains("Date: "));
    let link = letter.link();
    assert!(
        letter
            .html
            .contains(&format!("href=\"https://auth.test{link}\""))
    );
    assert_eq!(app.browser().get(&link).await.status, 410);
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_later() {
    let smtp = FakeSmtp::start().await;
    let app = app(&smtp).await;
    smtp.refuse(Some("451 come back"));
    deliver(&app).await;
    smtp.refuse(None);
    app.clock.advance(9);
    deliver(&app).await;
    assert!(smtp.letters().is_empty());
    app.clock.advance(1);
    deliver(&app).await;
    assert_eq!(smtp.letters().len(), 1);
}

#[tokio::test]
async fn a_recipient_that_does_not_exist_is_not_asked_for_again() {
    let smtp = FakeSmtp::start().await;
    let app = app(&smtp).await;
    smtp.refuse(Some("550 nobody"));
    deliver(&app).await;
    smtp.refuse(None);
    app.clock.advance(100_000);
    deliver(&app).await;
    assert!(smtp.letters().is_empty());
}

#[tokio::test]
async fn our_own_wrong_password_loses_no_letter() {
    // RFC 4954 §6: 535 says that the credentials are wrong.
    let smtp = FakeSmtp::start().await;
    let app = app(&smtp).await;
    smtp.refuse(Some("535 credentials"));
    deliver(&app).await;
    smtp.refuse(None);
    app.clock.advance(10);
    deliver(&app).await;
    assert_eq!(smtp.letters().len(), 1);
}
