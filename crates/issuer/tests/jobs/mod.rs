//! Timed tasks: what waits is written before the end, what has aged is deleted.

use issuer::audit::{Event, Kind, Source};
use testkit::App;

#[tokio::test]
async fn stopping_the_jobs_writes_the_events_that_wait() {
    let app = App::start().await;
    let jobs = app.issuer.start_jobs();
    for _ in 0..600 {
        let event = Event::new(Kind::SignInFailed, &Source::default());
        app.issuer.record_soon(event.refused("wrong password"));
    }
    jobs.stop().await;
    app.clock.advance(366 * 86_400);
    assert_eq!(app.issuer.clean_up().await.unwrap(), 600);
}

#[tokio::test]
async fn cleaning_up_on_several_nodes_deletes_each_row_once() {
    let app = App::start().await;
    app.client().await;
    app.clock.advance(31 * 86_400);
    // The client, and the count of registrations.
    let (first, second) = tokio::join!(app.issuer.clean_up(), app.issuer.clean_up());
    assert_eq!(first.unwrap() + second.unwrap(), 2);
}

#[tokio::test]
async fn a_client_that_registers_again_is_not_reaped() {
    let app = App::start().await;
    let client = app.client().await;
    for _ in 0..3 {
        app.clock.advance(29 * 86_400);
        app.issuer.clean_up().await.unwrap();
        assert_eq!(app.client().await.id, client.id);
    }
    app.clock.advance(31 * 86_400);
    app.issuer.clean_up().await.unwrap();
    assert_ne!(app.client().await.id, client.id);
}

#[tokio::test]
async fn the_last_access_token_of_a_family_can_be_revoked_to_its_end() {
    let app = App::builder().with(|settings| settings.lifetimes.refresh_absolute = 100);
    let app = app.start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let first = client.tokens(&browser, "notes:read").await;
    app.clock.advance(90);
    let last = testkit::Tokens::of(&client.refresh(&first.refresh_token).await);
    app.clock.advance(20);
    app.issuer.clean_up().await.unwrap();
    let jti = |token: &str| {
        let jwt = oauth::jwt::UnverifiedJwt::split(token).unwrap();
        let claims: serde_json::Value = jwt.unverified_claims().unwrap();
        claims["jti"].as_str().unwrap().to_owned()
    };
    assert!(!app.issuer.is_revoked(&jti(&last.access_token)));
    let form = format!("client_id={}&token={}", client.id, last.refresh_token);
    assert_eq!(app.post("/oauth/revoke", form).await.status, 200);
    assert!(app.issuer.is_revoked(&jti(&last.access_token)));
}
