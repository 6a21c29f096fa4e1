//! Guessing a password takes longer and longer, and keeps out whoever guesses, not the person.

use issuer::settings::Limit;
use testkit::{Answer, App, Browser, PASSWORD};

async fn sign_in(browser: &Browser<'_>, password: &str) -> Answer {
    let form = browser.get("/login").await.form("/login");
    let form = form.with("email", "ada@example.com");
    browser.submit(&form.with("password", password)).await
}

#[tokio::test]
async fn each_failure_after_the_free_ones_doubles_the_wait() {
    let app = App::start().await;
    app.person("ada").await;
    let stranger = app.browser();
    for _ in 0..6 {
        assert_eq!(sign_in(&stranger, "guess").await.status, 400);
    }
    for wait in [1, 2, 4] {
        let limited = sign_in(&stranger, "guess").await;
        assert_eq!(limited.status, 429);
        assert_eq!(limited.header("retry-after"), wait.to_string());
        app.clock.advance(wait);
        assert_eq!(sign_in(&stranger, "guess").await.status, 400);
    }
    // The right password must wait too, and then ends it.
    assert_eq!(sign_in(&stranger, PASSWORD).await.status, 429);
    app.clock.advance(8);
    assert_eq!(sign_in(&stranger, PASSWORD).await.status, 303);
    for _ in 0..6 {
        assert_eq!(sign_in(&stranger, "guess").await.status, 400);
    }
}

#[tokio::test]
async fn a_stranger_who_guesses_does_not_keep_the_person_out() {
    let app = App::builder().with(|all| {
        all.limits.sign_in_failures_per_person = Limit::new(3, 900);
        all.limits.sign_in_failures_per_source = Limit::new(4, 900);
    });
    let app = app.start().await;
    let ada = app.person("ada").await;
    let form = ada.get("/logout").await.form("/logout");
    ada.submit(&form).await;
    let stranger = app.browser();
    for _ in 0..3 {
        sign_in(&stranger, "guess").await;
    }
    // All come from one address here.
    assert_eq!(sign_in(&stranger, "guess").await.status, 429);
    assert_eq!(sign_in(&app.browser(), PASSWORD).await.status, 429);
    assert_eq!(sign_in(&ada, "a slip").await.status, 400);
    assert_eq!(sign_in(&ada, PASSWORD).await.status, 303);
    // What a browser remembers is good for its own people only, and for nobody if it is changed.
    let bob = app.person("bob").await;
    assert_eq!(sign_in(&bob, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn the_person_is_told_of_a_new_device_once() {
    let app = App::builder().mailing().with(|all| all.verify_email = true);
    let app = app.start().await;
    let ada = app.browser();
    let form = ada.get("/signup").await.form("/signup");
    let form = form
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    let sent = ada.submit(&form).await;
    let form = ada.get(sent.location()).await.form("/verify");
    ada.submit(&form.with("code", &app.letter().await.code()))
        .await;
    app.clock.advance(3_600);
    assert_eq!(sign_in(&ada, PASSWORD).await.status, 303);
    assert_eq!(app.letters().await.len(), 1);
    let phone = app.browser();
    for _ in 0..2 {
        assert_eq!(sign_in(&phone, PASSWORD).await.status, 303);
    }
    let letters = app.letters().await;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1].subject, "A new sign-in to your account");
    assert!(
        letters[1]
            .text
            .contains("https://auth.test/account/sessions")
    );
}

#[tokio::test]
async fn racing_guesses_do_not_pass_the_limit() {
    let app = App::builder()
        .with(|settings| settings.limits.sign_in_failures_per_person = Limit::new(3, 900))
        .start()
        .await;
    let browser = app.browser();
    let form = browser.get("/login").await.form("/login");
    let form = form
        .with("email", "ada@example.com")
        .with("password", "wrong wrong");
    let guesses = (0..12).map(|_| browser.submit(&form));
    let answers = futures_util::future::join_all(guesses).await;
    let heard = answers.iter().filter(|answer| answer.status == 400);
    assert_eq!(heard.count(), 3);
}
