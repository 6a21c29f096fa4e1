//! The consent page and the decision.

use testkit::App;

#[tokio::test]
async fn a_yes_gives_a_code_with_state_and_issuer() {
    let app = App::start().await;
    let client = app.client().await;
    let ada = app.person("ada").await;
    let answer = client.allowed(&ada, "profile:read notes:read").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(
        answer
            .location()
            .starts_with("https://client.test/callback?code=")
    );
    assert_eq!(answer.redirect_param("state").as_deref(), Some("a/+b"));
    assert_eq!(
        answer.redirect_param("iss").as_deref(),
        Some(testkit::ORIGIN)
    );
    let code = answer.redirect_param("code").unwrap();
    assert_eq!(client.exchange(&code).await.status, 200);
}
