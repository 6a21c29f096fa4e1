//! Confirming who one is with a mailed code.

use issuer::settings::{EmailCode, Limit};
use testkit::{App, Form};

use super::{CODES, ask, brought, form, letters, mailing, person, says_wrong, trusting};
use crate::login::step_up::COOKIE;
use crate::login::totp;

const CONFIRM: &str = "/account/confirm/mail";

#[tokio::test]
async fn whoever_has_nothing_else_here_confirms_by_mail() {
    let (app, op) = trusting(mailing(EmailCode::Nobody)).await;
    let ada = brought(&app, &op).await;
    app.clock.advance(601);
    let page = ada.visit(CODES).await;
    assert!(page.body.contains("Send a code to ad…@example.com"));
    let page = ask(&ada, &page, CONFIRM).await;
    assert!(page.body.contains("ad…@example.com") && !page.body.contains("ada@"));
    let letter = app.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("ada@example.com", "Your code")
    );
    assert!(
        letter.text.contains("confirms who they are") && letter.text.contains("end its session")
    );
    let before = ada.cookies()[COOKIE].clone();
    says_wrong(&ada.submit(&form(&page, CONFIRM, "000000")).await);
    assert_eq!(ada.cookies()[COOKIE], before);
    assert_eq!(ada.get(CODES).await.status, 303);
    // Typed as people type.
    let code = format!(" {} {}", &letter.code()[..3], &letter.code()[3..]);
    let right = ada.submit(&form(&page, CONFIRM, &code)).await;
    assert_eq!(right.location(), CODES);
    assert_ne!(ada.cookies()[COOKIE], before);
    assert_eq!(ada.get(CODES).await.status, 200);
    let activity = ada.get("/account/activity").await.body;
    assert!(activity.contains("A code was mailed to you.") && activity.contains("You confirmed"));
    // It is one factor, and was used.
    says_wrong(&ada.submit(&form(&page, CONFIRM, &code)).await);
    let client = app.client().await;
    let wish = client.authorize_path("&acr_values=phr&prompt=none");
    let error = ada.get(&wish).await.redirect_param("error");
    assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
}

#[tokio::test]
async fn a_code_is_good_in_its_session_and_for_a_while() {
    let builder = mailing(EmailCode::Nobody);
    let (app, op) = trusting(builder.with(|all| {
        all.limits.second_factor_failures_per_sign_in = Limit::new(0, 0);
    }))
    .await;
    let (ada, twin) = (brought(&app, &op).await, brought(&app, &op).await);
    let page = ask(&ada, &ada.get("/account/confirm").await, CONFIRM).await;
    let code = app.letter().await.code();
    let typed = form(&page, CONFIRM, &code);
    // Another session of the same person asked for nothing.
    let csrf = twin.get("/account/confirm").await.form(CONFIRM);
    let foreign = typed.clone().with("csrf", csrf.get("csrf").unwrap());
    says_wrong(&twin.submit(&foreign).await);
    // That used it up.
    says_wrong(&ada.submit(&typed).await);
    app.clock.advance(30);
    let page = ask(&ada, &page, CONFIRM).await;
    let old = form(&page, CONFIRM, &app.letter().await.code());
    app.clock.advance(900);
    says_wrong(&ada.submit(&old).await);
    // One that was guessed at too often is dead.
    let page = ask(&ada, &page, CONFIRM).await;
    let code = app.letter().await.code();
    for _ in 0..5 {
        says_wrong(&ada.submit(&form(&page, CONFIRM, "000000")).await);
    }
    says_wrong(&ada.submit(&form(&page, CONFIRM, &code)).await);
    assert_eq!(letters(&app, "Your code").await, 3);
}

#[tokio::test]
async fn a_new_code_takes_the_place_of_the_old_and_letters_are_limited() {
    let (app, op) = trusting(mailing(EmailCode::Nobody)).await;
    let ada = brought(&app, &op).await;
    let page = ask(&ada, &ada.get("/account/confirm").await, CONFIRM).await;
    let first = app.letter().await.code();
    let again = page.form(CONFIRM).with("again", "yes");
    let early = ada.submit(&again).await;
    assert_eq!(early.status, 429);
    assert!(early.headers.contains_key("retry-after"));
    assert_eq!(letters(&app, "Your code").await, 1);
    app.clock.advance(30);
    let page = ask(&ada, &page, CONFIRM).await;
    says_wrong(&ada.submit(&form(&page, CONFIRM, &first)).await);
    let second = app.letter().await.code();
    for sent in 3..=5 {
        app.clock.advance(30);
        ask(&ada, &page, CONFIRM).await;
        assert_eq!(letters(&app, "Your code").await, sent);
    }
    app.clock.advance(30);
    assert_eq!(ada.submit(&again).await.status, 429);
    assert_eq!(letters(&app, "Your code").await, 5);
    says_wrong(&ada.submit(&form(&page, CONFIRM, &second)).await);
}

#[tokio::test]
async fn sources_are_limited_too() {
    let builder = mailing(EmailCode::Nobody);
    let (app, op) = trusting(builder.with(|all| {
        all.limits.second_factor_failures_per_source = Limit::new(1, 900);
    }))
    .await;
    let ada = brought(&app, &op).await;
    let page = ada.get("/account/confirm").await;
    ask(&ada, &page, CONFIRM).await;
    app.clock.advance(60);
    assert_eq!(ada.submit(&page.form(CONFIRM)).await.status, 429);
    assert_eq!(letters(&app, "Your code").await, 1);
}

#[tokio::test]
async fn no_code_is_sent_to_whom_it_is_not_offered() {
    // A password is there; the address is not proved; something stronger is there; there is no mail.
    let app = mailing(EmailCode::Nobody).start().await;
    let with_password = person(&app, "ada").await;
    let (mailless, op) = trusting(App::builder()).await;
    let silent = brought(&mailless, &op).await;
    let (doubtful, op) = trusting(mailing(EmailCode::Nobody)).await;
    let stranger = doubtful.browser();
    let claims = serde_json::json!({"sub": "8", "email": "bob@example.com"});
    crate::login::upstream::sign_in(&stranger, &op, "corp", &claims).await;
    let strong = brought(&doubtful, &op).await;
    totp::set_up(&doubtful, &strong, "/account/security/totp").await;
    for browser in [&with_password, &silent, &stranger, &strong] {
        let page = browser.get("/account/confirm").await;
        assert!(
            page.status == 200 && !page.body.contains(CONFIRM),
            "{}",
            page.body
        );
        let csrf = browser
            .get("/account/profile")
            .await
            .form("/account/profile");
        let forged = Form {
            action: CONFIRM.to_owned(),
            ..csrf.with("again", "yes")
        };
        assert_eq!(browser.submit(&forged).await.location(), "/account/confirm");
        assert_eq!(browser.get(CONFIRM).await.location(), "/account/confirm");
    }
    assert_eq!(letters(&app, "Your code").await, 1);
    assert_eq!(letters(&doubtful, "Your code").await, 0);
}
