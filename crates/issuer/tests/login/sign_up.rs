//! Making an account.

use issuer::settings::{Limit, SignUp};
use testkit::{Answer, App, Browser, PASSWORD};

async fn sign_up(browser: &Browser<'_>, email: &str, password: &str) -> Answer {
    let form = browser.get("/signup").await.form("/signup");
    browser
        .submit(&form.with("email", email).with("password", password))
        .await
}

#[tokio::test]
async fn bad_fields_make_no_account() {
    let app = App::start().await;
    let browser = app.browser();
    for (email, password, words) in [
        ("", PASSWORD, "Enter an e-mail address"),
        ("ada", PASSWORD, "Enter an e-mail address"),
        ("@example.com", PASSWORD, "Enter an e-mail address"),
        ("ada@", PASSWORD, "Enter an e-mail address"),
        ("a@b@c", PASSWORD, "Enter an e-mail address"),
        ("a b@example.com", PASSWORD, "Enter an e-mail address"),
        (
            "a\u{202e}b@example.com",
            PASSWORD,
            "Enter an e-mail address",
        ),
        (
            &*format!("{}@example.com", "a".repeat(250)),
            PASSWORD,
            "Enter an e-mail address",
        ),
        ("ada@example.com", "", "at least 8 characters"),
        ("ada@example.com", "1234567", "at least 8 characters"),
        ("ada@example.com", "ääää", "at least 8 characters"),
        ("ada@example.com", &*"x".repeat(257), "too long"),
    ] {
        let answer = sign_up(&browser, email, password).await;
        assert_eq!(answer.status, 400, "{email}");
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
        assert!(password.is_empty() || !answer.body.contains(password));
    }
    assert_eq!(
        sign_up(&browser, "ada@example.com", PASSWORD).await.status,
        303
    );
}

#[tokio::test]
async fn a_taken_address_keeps_its_account() {
    let app = App::start().await;
    app.person("ada").await;
    let browser = app.browser();
    // Not even with the right password: a sign-up signs nobody else in.
    for password in [PASSWORD, "another password"] {
        let answer = sign_up(&browser, "Ada@Example.com", password).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("sign in instead"));
    }
    assert!(!browser.cookies().contains_key("__Host-vestibule_session"));
    let form = browser
        .get("/login")
        .await
        .form("/login")
        .with("email", "ada@example.com");
    assert_eq!(
        browser
            .submit(&form.clone().with("password", "another password"))
            .await
            .status,
        400
    );
    assert_eq!(
        browser
            .submit(&form.with("password", PASSWORD))
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn of_sign_ups_that_race_one_gets_the_address() {
    let app = App::start().await;
    let browser = app.browser();
    let form = browser.get("/signup").await.form("/signup");
    let form = form
        .with("email", "ada@example.com")
        .with("password", PASSWORD);
    let racing = (0..6).map(|_| browser.submit(&form));
    let answers = futures_util::future::join_all(racing).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 303).count(),
        1
    );
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 400).count(),
        5
    );
}

#[tokio::test]
async fn sign_ups_are_limited_and_can_be_closed() {
    let app = App::builder()
        .with(|settings| settings.limits.sign_ups_per_source = Limit::new(2, 3_600))
        .start()
        .await;
    for (name, status) in [("a", 303), ("b", 303), ("c", 429)] {
        let answer = sign_up(&app.browser(), &format!("{name}@example.com"), PASSWORD).await;
        assert_eq!(answer.status, status);
    }
    let app = App::builder()
        .with(|settings| settings.sign_up = SignUp::Closed)
        .start()
        .await;
    let answer = app.get("/signup").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("Sign-up is closed"));
    let page = app.browser();
    let form = page.get("/login").await;
    assert!(!form.body.contains("/signup"));
    let mut form = form
        .form("/login")
        .with("email", "a@example.com")
        .with("password", PASSWORD);
    form.action = "/signup".to_owned();
    assert_eq!(page.submit(&form).await.status, 403);
}
