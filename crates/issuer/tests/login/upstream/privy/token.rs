//! Tokens that let nobody in, and the keys that they are verified with.

use issuer::settings::{PrivyKeys, TokenEndpointAuth};
use serde_json::json;
use testkit::{App, FakePrivy, PrivySpoil};

use super::{assert_refused, bring, bring_both, press, sign_in, start};
use crate::login::upstream::{assert_nobody, email_of};

#[tokio::test]
async fn a_spoiled_token_lets_nobody_in() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    for people in [0, 1] {
        let browser = app.browser();
        for spoil in PrivySpoil::ALL {
            let page = press(&browser, "/login").await;
            let answer = bring(&browser, &page, &privy.spoiled("ada", spoil)).await;
            assert_eq!(answer.status, 400, "{spoil:?} {}", answer.body);
            assert_refused(&answer, 400, "did not accept this sign-in");
            assert_nobody(&app, &browser, people).await;
            // The state was used up with the try: the good token comes too late.
            let good = privy.access_token("ada", &json!({}));
            assert_refused(
                &bring(&browser, &page, &good).await,
                400,
                "begun in another",
            );
            assert_nobody(&app, &browser, people).await;
        }
        for broken in ["", "x", "a.b.c", &"x".repeat(20_000)] {
            let page = press(&browser, "/login").await;
            assert_refused(&bring(&browser, &page, broken).await, 400, "did not accept");
        }
        sign_in(&app.browser(), &privy, "ada").await;
    }
    assert_nobody(&app, &app.browser(), 1).await;
    // A key that is not known yet may have signed: it was asked for once more, and not each time.
    assert_eq!(privy.calls(), 2);
}

#[tokio::test]
async fn rotated_keys_are_fetched_at_once_and_not_again_and_again() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    let old = privy.access_token("ada", &json!({}));
    privy.rotate_key();
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    assert_eq!(privy.calls(), 2);
    // The old key counts no more, and asking once a minute is enough.
    let browser = app.browser();
    let page = press(&browser, "/login").await;
    assert_refused(&bring(&browser, &page, &old).await, 400, "did not accept");
    privy.rotate_key();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        400,
        "did not accept",
    );
    assert_eq!(privy.calls(), 2);
    app.clock.advance(60);
    assert_eq!(sign_in(&browser, &privy, "ada").await.status, 200);
    assert_eq!(privy.calls(), 3);
}

#[tokio::test]
async fn a_privy_that_is_away_changes_nothing() {
    let privy = FakePrivy::start().await;
    let app = start(&privy).await;
    privy.set_away(true);
    let browser = app.browser();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        502,
        "does not answer",
    );
    assert_nobody(&app, &browser, 0).await;
}

#[tokio::test]
async fn a_key_that_is_configured_is_not_fetched() {
    let privy = FakePrivy::start().await;
    let keys = PrivyKeys::Pem(privy.pem());
    let settings = privy.settings_with(keys, TokenEndpointAuth::ResourceServer);
    let app = App::builder().with(|all| all.upstreams.push(settings));
    let app = app.start().await;
    assert_eq!(sign_in(&app.browser(), &privy, "ada").await.status, 200);
    privy.rotate_key();
    let browser = app.browser();
    assert_refused(
        &sign_in(&browser, &privy, "ada").await,
        400,
        "did not accept",
    );
    assert_eq!(privy.calls(), 0);
}

#[tokio::test]
async fn an_identity_token_brings_an_address_where_that_is_trusted() {
    let privy = FakePrivy::start().await;
    let arrive = async |app: &App, identity: &str| {
        let browser = app.browser();
        let page = press(&browser, "/login").await;
        let token = privy.access_token("ada", &json!({}));
        let answer = bring_both(&browser, &page, &token, identity).await;
        match answer.status.as_u16() {
            200 => email_of(&browser).await,
            _ => answer.member("sentence"),
        }
    };
    let ada = privy.identity_token("ada", Some("ada@example.com"));
    let app = start(&privy).await;
    assert!(arrive(&app, &ada).await.ends_with("@privy.invalid"));
    let mut settings = privy.settings();
    settings.trusts_email = true;
    let app = App::builder().with(|all| all.upstreams.push(settings));
    let app = app.start().await;
    // Somebody else's, and an access token in its place.
    let eve = privy.identity_token("eve", Some("eve@example.com"));
    for bad in [eve, privy.access_token("ada", &json!({})), "x".to_owned()] {
        assert!(arrive(&app, &bad).await.contains("did not accept"), "{bad}");
    }
    assert_nobody(&app, &app.browser(), 0).await;
    assert_eq!(arrive(&app, &ada).await, "ada@example.com");
    let none = privy.identity_token("ada", None);
    assert_eq!(arrive(&app, &none).await, "ada@example.com");
}
