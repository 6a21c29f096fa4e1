//! Addresses that are verified before there is an account.

use issuer::settings::SignUp;
use testkit::{Answer, App, Browser, PASSWORD};

async fn app() -> App {
    let app = App::builder().mailing();
    app.with(|all| all.verify_email = true).start().await
}

async fn ask(browser: &Browser<'_>, email: &str) -> Answer {
    let page = browser.visit("/signup").await;
    let form = page
        .form("/signup")
        .with("email", email)
        .with("name", "Ada");
    browser.submit(&form.with("password", PASSWORD)).await
}

async fn emails(app: &App) -> Vec<String> {
    let people = issuer::operate::people::list(&app.issuer).await.unwrap();
    people.into_iter().map(|person| person.email).collect()
}

#[tokio::test]
async fn an_account_is_made_with_the_code_that_was_mailed() {
    let app = app().await;
    let ada = app.browser();
    let sent = ask(&ada, "ada@example.com").await;
    let page = ada.get(sent.location()).await;
    assert!(page.body.contains("ad…@example.com") && !page.body.contains("ada@"));
    assert!(emails(&app).await.is_empty());
    let letter = app.letter().await;
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("ada@example.com", "Your code")
    );
    assert!(letter.html.contains(&letter.code()));

    let form = page.form("/verify");
    let wrong = ada.submit(&form.clone().with("code", "abc")).await;
    assert_eq!(wrong.status, 400);
    assert!(emails(&app).await.is_empty());
    // Typed as people type.
    let code = format!(" {} {} ", &letter.code()[..3], &letter.code()[3..]);
    let done = ada.submit(&form.clone().with("code", &code)).await;
    assert_eq!(done.location(), "/account");
    assert!(ada.get("/account").await.body.contains("ada@example.com"));
    // It counted, and does not count again, for nobody.
    let again = app.browser();
    again.get("/login").await;
    assert_eq!(
        ada.submit(&form.with("code", &letter.code())).await.status,
        410
    );
    assert_eq!(emails(&app).await, ["ada@example.com"]);
}

#[tokio::test]
async fn a_code_is_dead_after_some_tries_and_some_minutes() {
    let app = app().await;
    let ada = app.browser();
    for late in [false, true] {
        let sent = ask(&ada, "ada@example.com").await;
        let form = ada.get(sent.location()).await.form("/verify");
        let code = app.letter().await.code();
        match late {
            true => app.clock.advance(900),
            false => {
                for _ in 0..5 {
                    let wrong = ada.submit(&form.clone().with("code", "x")).await;
                    assert_eq!(wrong.status, 400);
                }
            }
        }
        let answer = ada.submit(&form.with("code", &code)).await;
        assert_eq!(answer.status, 410, "{late}");
        assert!(emails(&app).await.is_empty());
    }
}

#[tokio::test]
async fn a_new_code_is_sent_to_the_same_address_and_only_so_often() {
    let app = app().await;
    let ada = app.browser();
    let sent = ask(&ada, "ada@example.com").await;
    let again = ada
        .get(sent.location())
        .await
        .form("/verify")
        .with("again", "yes");
    let mut last = sent.location().to_owned();
    for _ in 0..4 {
        last = ada.submit(&again).await.location().to_owned();
    }
    assert_eq!(app.letters().await.len(), 5);
    assert_eq!(ada.submit(&again).await.status, 429);
    assert_eq!(app.letters().await.len(), 5);
    let form = ada.get(&last).await.form("/verify");
    let done = ada
        .submit(&form.with("code", &app.letter().await.code()))
        .await;
    assert_eq!(done.location(), "/account");
}

#[tokio::test]
async fn nobody_learns_that_an_address_has_an_account_but_its_owner() {
    let app = app().await;
    let ada = app.browser();
    let sent = ask(&ada, "ada@example.com").await;
    let form = ada.get(sent.location()).await.form("/verify");
    ada.submit(&form.with("code", &app.letter().await.code()))
        .await;

    let stranger = app.browser();
    let (known, new) = (
        ask(&stranger, "ADA@example.com").await,
        ask(&stranger, "eve@example.com").await,
    );
    let shape = |answer: &Answer| answer.location().split("id=").next().unwrap().to_owned();
    assert_eq!((known.status, shape(&known)), (new.status, shape(&new)));
    let letters = app.letters().await;
    let told = letters
        .iter()
        .find(|letter| letter.to == "ADA@example.com")
        .unwrap();
    assert!(told.subject.contains("already") && !told.text.contains("Type this code"));
    let form = stranger.get(known.location()).await.form("/verify");
    assert_eq!(
        stranger.submit(&form.with("code", "000000")).await.status,
        400
    );
}

#[tokio::test]
async fn addresses_elsewhere_get_no_account_and_no_letter() {
    let hosts = SignUp::Domains(vec!["example.com".into()]);
    let app = App::builder().mailing().with(|all| {
        (all.verify_email, all.sign_up) = (true, hosts);
    });
    let app = app.start().await;
    let browser = app.browser();
    for email in [
        "eve@example.org",
        "eve@sub.example.com",
        "eve@example.com.evil.test",
    ] {
        let answer = ask(&browser, email).await;
        assert_eq!(answer.status, 400, "{email}");
        assert!(answer.body.contains("for other addresses"));
    }
    assert!(app.letters().await.is_empty());
    assert_eq!(ask(&browser, "ada@EXAMPLE.com").await.status, 303);
    assert_eq!(app.letters().await.len(), 1);
}

#[tokio::test]
async fn letters_are_in_the_readers_language() {
    let app = app().await;
    let ada = app.browser();
    let page = ada.get("/signup?ui_locales=de").await;
    let form = page.form("/signup").with("email", "ada@example.com");
    let request = http::Request::post("/signup")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "de");
    let body = form.with("password", PASSWORD).encoded();
    ada.send(request, axum::body::Body::from(body)).await;
    let letter = app.letter().await;
    assert!(letter.subject == "Ihr Code" && letter.text.contains("wahrscheinlich Sie, legt"));
}
