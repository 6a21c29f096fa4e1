//! A mailed code after the password.

use issuer::settings::EmailCode;
use oauth::acr::Acr;
use testkit::{App, AppBuilder, Browser, Form, PASSWORD};

use super::{CODES, ask, brought, form, letters, mailing, person, says_wrong, trusting};
use crate::login::level::demand;
use crate::login::step_up::COOKIE;
use crate::login::totp;

const CONFIRM: &str = "/account/confirm/mail";
const SECOND: &str = "/login/second/mail";

/// Signs in with the password, as far as the second factor.
async fn half<'a>(app: &'a App, password: &str) -> Browser<'a> {
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", password);
    let answer = browser.submit(&form).await;
    assert!(answer.location().starts_with("/login/second?"));
    browser
}

#[tokio::test]
async fn after_the_password_a_code_counts_only_where_the_operator_says_so() {
    for (setting, counts) in [
        (EmailCode::Nobody, false),
        (EmailCode::WithoutFactor, false),
        (EmailCode::Everybody, true),
    ] {
        let app = mailing(setting).start().await;
        let ada = person(&app, "ada").await;
        totp::set_up(&app, &ada, "/account/security/totp").await;
        let before = letters(&app, "Your code").await;
        let browser = half(&app, PASSWORD).await;
        let page = browser.get("/login/second").await;
        assert_eq!(page.body.contains("Send a code to ad…@example.com"), counts);
        let forged = Form {
            action: SECOND.to_owned(),
            ..page.form("/login/second").with("again", "yes")
        };
        let sent = browser.submit(&forged).await;
        assert_eq!(sent.location().starts_with(SECOND), counts);
        assert_eq!(
            letters(&app, "Your code").await - before,
            usize::from(counts)
        );
        assert!(!browser.cookies().contains_key(COOKIE));
    }
}

#[tokio::test]
async fn a_code_after_the_password_is_a_second_factor_once() {
    let app = mailing(EmailCode::Everybody);
    let app = app.with(|all| demand(all, Acr::MultiFactor));
    let app = app.start().await;
    let ada = person(&app, "ada").await;
    totp::set_up(&app, &ada, "/account/security/totp").await;
    let browser = half(&app, PASSWORD).await;
    let page = ask(&browser, &browser.get("/login/second").await, SECOND).await;
    let letter = app.letter().await;
    assert!(letter.text.contains("somebody knows your password"));
    let other = half(&app, PASSWORD).await;
    let csrf = other.get("/login/second").await.form("/login/second");
    let typed = form(&page, SECOND, &letter.code());
    // Whoever else has the password did not ask for it: that one is used up.
    let foreign = typed.clone().with("csrf", csrf.get("csrf").unwrap());
    says_wrong(&other.submit(&foreign).await);
    says_wrong(&browser.submit(&typed).await);
    app.clock.advance(30);
    let page = ask(&browser, &page, SECOND).await;
    let typed = form(&page, SECOND, &app.letter().await.code());
    let done = browser.submit(&typed).await;
    assert_eq!(done.location(), "/account");
    assert_eq!(browser.submit(&typed).await.location(), "/login");
    assert_eq!(browser.get(CODES).await.status, 200);
    let client = app.client().await;
    let code = client.code(&browser, "openid notes:read").await;
    let tokens = client.exchange(&code).await;
    let said = crate::endpoints::claims(&tokens.member("id_token"));
    assert_eq!(said["acr"], Acr::MultiFactor.as_str());
    assert_eq!(said["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
}

#[tokio::test]
async fn a_password_that_was_chosen_by_mail_and_a_mailed_code_are_one_factor() {
    let app = mailing(EmailCode::Everybody);
    let app = app.with(|all| demand(all, Acr::MultiFactor));
    let app = app.start().await;
    let ada = person(&app, "ada").await;
    let form = app.browser();
    let forgot = form.get("/forgot").await.form("/forgot");
    form.submit(&forgot.with("email", "ada@example.com")).await;
    let reset = form.get(&app.letter().await.link()).await.form("/reset");
    let mut reset = reset.with("password", "another long sentence");
    reset.fields.retain(|(name, _)| name != "end_sessions");
    form.submit(&reset).await;
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form.with("email", "ada@example.com");
    browser
        .submit(&form.with("password", "another long sentence"))
        .await;
    let client = app.client().await;
    let path = client.authorize_path("");
    let page = browser.visit(&path).await;
    assert!(page.body.contains("You have none yet.") && !page.body.contains(CONFIRM));
    // With a factor it is the same, until the password was changed by whoever has that too.
    totp::set_up(&app, &ada, "/account/security/totp").await;
    let other = half(&app, "another long sentence").await;
    assert!(!other.get("/login/second").await.body.contains(SECOND));
    let form = ada.get("/account/password").await.form("/account/password");
    ada.submit(&form.with("password", "a third long sentence"))
        .await;
    let other = half(&app, "a third long sentence").await;
    assert!(other.get("/login/second").await.body.contains(SECOND));
}

#[tokio::test]
async fn a_sign_in_elsewhere_and_a_mailed_code_are_one_factor() {
    let (app, op) = trusting(mailing(EmailCode::Everybody)).await;
    let ada = brought(&app, &op).await;
    totp::set_up(&app, &ada, "/account/security/totp").await;
    let browser = app.browser();
    let claims = crate::login::upstream::ada();
    let answer = crate::login::upstream::sign_in(&browser, &op, "corp", &claims).await;
    let page = browser.visit(answer.location()).await;
    assert!(page.body.contains("One more step") && !page.body.contains(SECOND));
}

#[tokio::test]
async fn without_a_factor_the_code_serves_where_the_operator_lets_it() {
    for (setting, serves) in [(EmailCode::Nobody, false), (EmailCode::WithoutFactor, true)] {
        let app = mailing(setting);
        let app = app.with(|all| demand(all, Acr::MultiFactor));
        let app = app.start().await;
        let (client, ada) = (app.client().await, person(&app, "ada").await);
        let path = client.authorize_path("&scope=openid+notes%3Aread");
        let page = ada.visit(&path).await;
        assert_eq!(page.body.contains("Send a code to"), serves);
        if !serves {
            continue;
        }
        let page = ask(&ada, &page, CONFIRM).await;
        let code = app.letter().await.code();
        let done = ada.submit(&form(&page, CONFIRM, &code)).await;
        assert_eq!(done.location(), path);
        assert_eq!(ada.get(&path).await.status, 200);
    }
}

async fn of_those_who_type_a_code_at_once_one_gets_in(builder: AppBuilder) {
    let app = builder.start().await;
    let ada = person(&app, "ada").await;
    totp::set_up(&app, &ada, "/account/security/totp").await;
    let browser = half(&app, PASSWORD).await;
    let page = ask(&browser, &browser.get("/login/second").await, SECOND).await;
    let typed = form(&page, SECOND, &app.letter().await.code());
    let tries = (0..5).map(|_| browser.copy());
    let tries: Vec<_> = tries.collect();
    let answers = tries.iter().map(|browser| browser.submit(&typed));
    let answers = futures_util::future::join_all(answers).await;
    let won = answers.iter().filter(|answer| answer.status == 303);
    assert_eq!(won.count(), 1, "{answers:?}");
}

#[tokio::test]
async fn codes_that_race_let_one_in_on_sqlite() {
    of_those_who_type_a_code_at_once_one_gets_in(mailing(EmailCode::Everybody)).await;
}

#[tokio::test]
async fn codes_that_race_let_one_in_on_postgres() {
    if let Some(database) = testkit::postgres_database().await {
        let builder = mailing(EmailCode::Everybody).on(database);
        of_those_who_type_a_code_at_once_one_gets_in(builder).await;
    }
}
