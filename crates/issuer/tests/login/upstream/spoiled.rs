//! Spoiled ID tokens: nobody is let in by one, and nobody is made.

use serde_json::json;
use testkit::{FakeOidc, Spoil};

use super::{ada, app_with, assert_nobody, assert_page, press, sign_in};

#[tokio::test]
async fn a_spoiled_id_token_lets_nobody_in() {
    // OpenID Connect Core 1.0 §3.1.3.7
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    for spoil in Spoil::ALL {
        op.set(|manner| manner.spoil = Some(spoil));
        let answer = sign_in(&browser, &op, "op", &ada()).await;
        assert_page(&answer, 400, "did not accept this sign-in");
        assert_nobody(&app, &browser, 0).await;
    }
    assert_eq!(
        sign_in(&browser, &op, "op", &ada()).await.location(),
        "/account"
    );
    // Nor does one of somebody who has an account.
    let other = app.browser();
    for spoil in Spoil::ALL {
        op.set(|manner| manner.spoil = Some(spoil));
        let answer = sign_in(&other, &op, "op", &ada()).await;
        assert_page(&answer, 400, "did not accept this sign-in");
        assert_nobody(&app, &other, 1).await;
    }
    // A key that is not known yet may have signed: they were asked for once more, and not each time.
    assert_eq!(op.calls("GET /keys"), 2);
}

#[tokio::test]
async fn a_userinfo_about_somebody_else_lets_nobody_in() {
    // OpenID Connect Core 1.0 §5.3.2
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    let claims = json!({"sub": "7"});
    for sub in [json!("8"), json!(""), json!("7 ")] {
        op.set(|manner| manner.userinfo = Some(json!({"sub": sub, "email": "a@b.example"})));
        let answer = sign_in(&browser, &op, "op", &claims).await;
        assert_page(&answer, 400, "did not accept this sign-in");
    }
    op.set(|manner| manner.userinfo = Some(json!({"email": "a@b.example"})));
    let answer = sign_in(&browser, &op, "op", &claims).await;
    assert_page(&answer, 502, "does not answer");
    assert_nobody(&app, &browser, 0).await;
}

#[tokio::test]
async fn the_answer_of_another_provider_is_not_carried_on() {
    // RFC 9207 §2.4 and §3
    let (op, evil) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app_with(&[("op", &op), ("evil", &evil)]).await;
    let browser = app.browser();
    let encoded: String = url::form_urlencoded::byte_serialize(op.base().as_bytes()).collect();
    for iss in [
        "",
        "&iss=",
        "&iss=https%3A%2F%2Fop.example",
        &format!("&iss={encoded}%2F"),
    ] {
        let back = op.allow(&press(&browser, "op").await, &ada());
        let back = back.replace(&format!("&iss={encoded}"), iss);
        assert_page(&browser.get(&back).await, 400, "did not accept");
    }
    // A code of one with the state of the other, and at the other's address.
    let ours = op.allow(&press(&browser, "op").await, &ada());
    let theirs = evil.allow(&press(&browser, "evil").await, &ada());
    let of = |url: &str, name: &str| -> String {
        let (_, query) = url.split_once('?').unwrap();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let value = pairs.find(|(known, _)| known == name).unwrap().1;
        url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
    };
    let (code, state) = (of(&ours, "code"), of(&theirs, "state"));
    let mixed = format!("/auth/evil/callback?code={code}&state={state}&iss={encoded}");
    assert_page(&browser.get(&mixed).await, 400, "did not accept");
    let mixed = format!(
        "/auth/evil/callback?code={code}&state={}",
        of(&ours, "state")
    );
    assert_page(&browser.get(&mixed).await, 400, "no longer good");
    // Neither was told the code.
    assert_eq!(op.calls("POST /token") + evil.calls("POST /token"), 0);
    assert_nobody(&app, &browser, 0).await;
}

#[tokio::test]
async fn metadata_that_are_not_the_issuers_are_not_used() {
    // OpenID Connect Discovery 1.0 §4.3 and §3
    let base = FakeOidc::start().await.base().to_owned();
    for spoilt in [
        json!({"issuer": format!("{base}/")}),
        json!({"issuer": "https://op.example"}),
        json!({"jwks_uri": "http://op.example/keys"}),
        json!({"token_endpoint": "http://op.example/token"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"userinfo_endpoint": "ftp://op.example"}),
        json!({"token_endpoint": null}),
    ] {
        let op = FakeOidc::start().await;
        op.set(|manner| manner.metadata = spoilt.clone());
        let app = app_with(&[("op", &op)]).await;
        let browser = app.browser();
        let page = browser.get("/login").await;
        let answer = browser.submit(&page.form("/login/op")).await;
        assert_page(&answer, 502, "does not answer");
        assert_nobody(&app, &browser, 0).await;
    }
}
