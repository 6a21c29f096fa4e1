//! The published keys.

use testkit::App;

#[tokio::test]
async fn the_key_set_holds_public_keys_only() {
    // RFC 7517 §5
    let app = App::start().await;
    let answer = app.get("/.well-known/jwks.json").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 1);
    for key in &keys {
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key.get(private), None);
        }
    }
    for alias in ["/oauth/jwks", "/oauth2/jwks"] {
        assert_eq!(app.get(alias).await.body, answer.body);
    }
}
