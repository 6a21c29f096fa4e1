//! Whose word on an e-mail address counts, and for what.

use issuer::audit::Kind;
use issuer::settings::SignUp;
use serde_json::json;
use testkit::{App, FakeOidc};

use super::{ada, app_with, assert_nobody, assert_page, email_of, events, sign_in};

/// One provider that is trusted, and one that is not.
async fn app(trusted: &FakeOidc, other: &FakeOidc) -> App {
    let mut believed = trusted.settings("trusted");
    believed.trusts_email = true;
    let settings = [believed, other.settings("other")];
    let builder = App::builder().with(|all| all.upstreams.extend(settings));
    builder.start().await
}

#[tokio::test]
async fn an_address_counts_only_from_a_provider_that_is_trusted_for_it() {
    let (trusted, other) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app(&trusted, &other).await;
    // Whoever cannot be believed puts down nobody's address.
    let first = app.browser();
    sign_in(&first, &other, "other", &ada()).await;
    assert!(email_of(&first).await.ends_with("@other.invalid"));
    let second = app.browser();
    sign_in(&second, &trusted, "trusted", &ada()).await;
    assert_eq!(email_of(&second).await, "ada@example.com");
    // RFC 2606 §2: where there must be an address and is none, nobody ever gets mail.
    // So the one who came first is not who came second.
    assert_nobody(&app, &app.browser(), 2).await;
    for claims in [
        json!({"sub": "8", "email": "bob@example.com", "email_verified": false}),
        json!({"sub": "9", "email": "bob@example.com"}),
        json!({"sub": "10", "email": "bob", "email_verified": true}),
        json!({"sub": "11", "email": "a b@example.com", "email_verified": true}),
        json!({"sub": "12", "email": format!("{}@b", "x".repeat(260)), "email_verified": true}),
    ] {
        let browser = app.browser();
        sign_in(&browser, &trusted, "trusted", &claims).await;
        assert!(
            email_of(&browser).await.ends_with("@trusted.invalid"),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_verified_address_of_both_sides_links_and_nothing_less_does() {
    let (trusted, other) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app(&trusted, &other).await;
    // A person here whose address is verified: a trusted provider brought them.
    let owner = app.browser();
    sign_in(&owner, &trusted, "trusted", &ada()).await;
    assert_eq!(events(&app, Kind::IdentityLinked).await, [""; 0]);
    // The provider that is not trusted does not get in, whatever it claims.
    let thief = app.browser();
    let claims = json!({"sub": "1", "email": "Ada@Example.com", "email_verified": true});
    sign_in(&thief, &other, "other", &claims).await;
    assert!(email_of(&thief).await.ends_with("@other.invalid"));
    // And it is told what anybody is told, whose address is known here or not.
    let claims = json!({"sub": "2", "email": "bob@example.com", "email_verified": true});
    let stranger = app.browser();
    sign_in(&stranger, &other, "other", &claims).await;
    assert!(email_of(&stranger).await.ends_with("@other.invalid"));
    let thief = app.browser();
    // Nor does another account of the trusted one: the person signs in with theirs.
    let claims = json!({"sub": "1", "email": "Ada@Example.com", "email_verified": true});
    let answer = sign_in(&thief, &trusted, "trusted", &claims).await;
    assert_page(&answer, 403, "signs in with another TRUSTED account");
    assert_nobody(&app, &thief, 3).await;
    assert_eq!(events(&app, Kind::IdentityLinked).await, [""; 0]);
}

#[tokio::test]
async fn an_address_that_is_not_verified_here_is_not_taken_over() {
    let (trusted, other) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app(&trusted, &other).await;
    // Anybody can put down an address when they sign up.
    app.person("ada").await;
    let browser = app.browser();
    let answer = sign_in(&browser, &trusted, "trusted", &ada()).await;
    assert_page(&answer, 403, "There is an account with the e-mail address");
    assert_nobody(&app, &browser, 1).await;
}

#[tokio::test]
async fn a_second_trusted_provider_links_by_the_address() {
    let (one, two) = (FakeOidc::start().await, FakeOidc::start().await);
    let mut settings = [one.settings("one"), two.settings("two")];
    for upstream in &mut settings {
        upstream.trusts_email = true;
    }
    let builder = App::builder().mailing().with(|all| {
        all.upstreams.extend(settings);
    });
    let app = builder.start().await;
    sign_in(&app.browser(), &one, "one", &ada()).await;
    let browser = app.browser();
    let there = json!({"sub": "x", "email": "ADA@example.com", "email_verified": true});
    assert_eq!(
        sign_in(&browser, &two, "two", &there).await.location(),
        "/account"
    );
    assert_eq!(email_of(&browser).await, "ada@example.com");
    assert_eq!(events(&app, Kind::IdentityLinked).await, ["TWO by e-mail"]);
    let letters = app.letters().await;
    let letter = letters.iter().find(|letter| letter.text.contains("TWO"));
    let letter = letter.unwrap();
    assert_eq!(letter.to, "ada@example.com");
    assert_eq!(letter.subject, "An account elsewhere was added to yours");
    // A closed one may not make it, and lets them in no more.
    issuer::operate::people::set_disabled(&app.issuer, "ada@example.com", true)
        .await
        .unwrap();
    let answer = sign_in(&app.browser(), &two, "two", &there).await;
    assert_page(&answer, 403, "This account is closed");
}

#[tokio::test]
async fn nobody_new_comes_in_while_sign_up_is_closed() {
    let op = FakeOidc::start().await;
    let settings = op.settings("op");
    let builder = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.sign_up = SignUp::Closed;
    });
    let app = builder.start().await;
    let browser = app.browser();
    let answer = sign_in(&browser, &op, "op", &ada()).await;
    assert_page(&answer, 403, "new ones are made by the operator");
    assert_nobody(&app, &browser, 0).await;
    drop(app_with(&[]).await);
}

#[tokio::test]
async fn a_domain_that_may_sign_up_is_proved_by_a_trusted_provider_only() {
    let (trusted, other) = (FakeOidc::start().await, FakeOidc::start().await);
    let mut believed = trusted.settings("trusted");
    believed.trusts_email = true;
    let settings = [believed, other.settings("other")];
    let builder = App::builder().with(|all| {
        all.upstreams.extend(settings);
        all.sign_up = SignUp::Domains(vec!["example.com".to_owned()]);
    });
    let app = builder.start().await;
    let browser = app.browser();
    let answer = sign_in(&browser, &other, "other", &ada()).await;
    assert_page(&answer, 403, "new ones are made by the operator");
    let eve = json!({"sub": "8", "email": "eve@evil.example", "email_verified": true});
    let answer = sign_in(&browser, &trusted, "trusted", &eve).await;
    assert_page(&answer, 403, "new ones are made by the operator");
    assert_nobody(&app, &browser, 0).await;
    sign_in(&browser, &trusted, "trusted", &ada()).await;
    assert_eq!(email_of(&browser).await, "ada@example.com");
}
