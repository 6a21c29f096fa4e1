//! Revocation: whole families, single tokens, and nobody else's.

use testkit::App;

use super::claims;

#[tokio::test]
async fn a_refresh_token_ends_its_family() {
    // RFC 7009 §2.1
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    for path in ["/oauth/revoke", "/oauth2/revoke", "/revoke"] {
        let tokens = client.tokens(&browser, "notes:read").await;
        let jti = claims(&tokens.access_token)["jti"]
            .as_str()
            .unwrap()
            .to_owned();
        let epoch = app.issuer.revocation_epoch();
        let form = format!("client_id={}&token={}", client.id, tokens.refresh_token);
        let answer = app.post(path, form).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
        assert!(app.issuer.is_revoked(&jti));
        assert_ne!(app.issuer.revocation_epoch(), epoch);
        assert_eq!(
            client.refresh(&tokens.refresh_token).await.error(),
            "invalid_grant"
        );
    }
}

#[tokio::test]
async fn an_access_token_ends_alone() {
    // RFC 7009 §2.1
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let tokens = client.tokens(&browser, "notes:read").await;
    let form = format!(
        "client_id={}&token={}&token_type_hint=refresh_token",
        client.id, tokens.access_token
    );
    assert_eq!(app.post("/oauth/revoke", form).await.status, 200);
    let jti = claims(&tokens.access_token)["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(app.issuer.is_revoked(&jti));
    let (family, _) = jti.split_once('.').unwrap();
    assert!(!app.issuer.is_revoked(&format!("{family}.other")));
    assert_eq!(client.refresh(&tokens.refresh_token).await.status, 200);
}

#[tokio::test]
async fn unknown_tokens_are_fine_and_foreign_ones_are_left_alone() {
    // RFC 7009 §2.1, RFC 7009 §2.2
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let tokens = client.tokens(&browser, "notes:read").await;
    let other = serde_json::json!({ "redirect_uris": ["https://other.test/cb"],
        "token_endpoint_auth_method": "none" });
    let other = app.post_json("/oauth/register", &other).await.json();
    let other = other["client_id"].as_str().unwrap();
    for (client_id, token, status, error) in [
        (client.id.as_str(), "unknown", 200, ""),
        (&client.id, "vrt_unknown", 200, ""),
        (other, &tokens.refresh_token, 400, "invalid_grant"),
        (other, &tokens.access_token, 400, "invalid_grant"),
        (&client.id, "", 400, "invalid_request"),
        ("nobody", &tokens.refresh_token, 401, "invalid_client"),
    ] {
        let answer = app
            .post(
                "/oauth/revoke",
                format!("client_id={client_id}&token={token}"),
            )
            .await;
        assert_eq!(answer.status, status, "{client_id} {token}");
        if status != 200 {
            assert_eq!(answer.error(), error);
        }
    }
    let jti = claims(&tokens.access_token)["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!app.issuer.is_revoked(&jti));
    assert_eq!(client.refresh(&tokens.refresh_token).await.status, 200);
}
