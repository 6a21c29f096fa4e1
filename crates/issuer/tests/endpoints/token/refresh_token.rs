//! Refresh tokens: rotation, narrowing, ends, and forgeries.

use oauth::secret::{base64url, from_base64url};
use testkit::{App, PING, Tokens};

use crate::endpoints::claims;

#[tokio::test]
async fn a_refresh_gives_the_same_grant_and_a_new_refresh_token() {
    // RFC 6749 §6
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let first = client.tokens(&browser, "notes:read notes:write").await;
    app.clock.advance(10);
    let second = Tokens::of(&client.refresh(&first.refresh_token).await);
    assert_eq!(second.scope, "notes:read notes:write");
    assert_ne!(second.refresh_token, first.refresh_token);
    let (old, new) = (claims(&first.access_token), claims(&second.access_token));
    for same in ["iss", "sub", "aud", "client_id", "scope", "auth_time"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_ne!(old["jti"], new["jti"]);
    // RFC 9700 §4.14.2: within the grace time the same successor.
    let again = Tokens::of(&client.refresh(&first.refresh_token).await);
    assert_eq!(again.refresh_token, second.refresh_token);
    app.clock.advance(60);
    assert_eq!(
        client.refresh(&first.refresh_token).await.error(),
        "invalid_grant"
    );
    assert_eq!(
        client.refresh(&second.refresh_token).await.error(),
        "invalid_grant"
    );
    assert!(app.issuer.is_revoked(new["jti"].as_str().unwrap()));
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    // RFC 6749 §6, RFC 8707 §2.2
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let first = client.tokens(&browser, "notes:read profile:read").await;
    let mut token = first.refresh_token.clone();
    for (extra, expected) in [
        ("&scope=notes:read", Ok("notes:read")),
        ("&scope=notes:read+notes:write", Err("invalid_scope")),
        ("&scope=notes:write", Err("invalid_scope")),
        (&format!("&resource={PING}"), Err("invalid_target")),
        // Narrowing one token does not narrow the grant.
        ("", Ok("notes:read profile:read")),
    ] {
        let answer = client.refresh(&format!("{token}{extra}")).await;
        match expected {
            Ok(scope) => {
                let tokens = Tokens::of(&answer);
                assert_eq!(tokens.scope, scope);
                assert_eq!(claims(&tokens.access_token)["scope"], scope);
                token = tokens.refresh_token;
            }
            // The token is not used up by it: the next line uses it again.
            Err(error) => assert_eq!(answer.error(), error, "{extra}"),
        }
    }
}

#[tokio::test]
async fn forged_and_foreign_tokens_change_nothing() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let tokens = client.tokens(&browser, "notes:read").await;
    let body = from_base64url(tokens.refresh_token.strip_prefix("vrt_").unwrap()).unwrap();
    let changed = |at: usize| {
        let mut body = body.clone();
        body[at] ^= 1;
        format!("vrt_{}", base64url(&body))
    };
    let forged = [
        changed(0),
        changed(19),
        changed(body.len() - 1),
        tokens.refresh_token.replace("vrt_", "xrt_"),
        format!("{}A", tokens.refresh_token),
        tokens.refresh_token[..tokens.refresh_token.len() - 8].to_owned(),
        "vrt_".to_owned(),
        tokens.access_token.clone(),
    ];
    for token in &forged {
        assert_eq!(
            client.refresh(token).await.error(),
            "invalid_grant",
            "{token}"
        );
    }
    let other = serde_json::json!({ "redirect_uris": ["https://other.test/cb"],
        "token_endpoint_auth_method": "none" });
    let other = app.post_json("/oauth/register", &other).await.json();
    let form = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={}",
        other["client_id"].as_str().unwrap(),
        tokens.refresh_token
    );
    assert_eq!(
        app.post("/oauth/token", form).await.error(),
        "invalid_grant"
    );
    assert_eq!(client.refresh(&tokens.refresh_token).await.status, 200);
}

#[tokio::test]
async fn a_family_ends_when_it_is_idle_or_old() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let idle = client.tokens(&browser, "notes:read").await;
    app.clock.advance(30 * 86_400);
    assert_eq!(
        client.refresh(&idle.refresh_token).await.error(),
        "invalid_grant"
    );
    let browser = app.person("bob").await;
    let mut tokens = client.tokens(&browser, "notes:read").await;
    for _ in 0..4 {
        app.clock.advance(20 * 86_400);
        tokens = Tokens::of(&client.refresh(&tokens.refresh_token).await);
    }
    app.clock.advance(10 * 86_400);
    assert_eq!(
        client.refresh(&tokens.refresh_token).await.error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_client_without_the_grant_gets_no_refresh_token() {
    let app = App::start().await;
    let browser = app.person("ada").await;
    let mut client = app.client().await;
    let sent = serde_json::json!({ "redirect_uris": [client.redirect_uri],
        "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"] });
    let answer = app.post_json("/oauth/register", &sent).await.json();
    client.id = answer["client_id"].as_str().unwrap().to_owned();
    let tokens = client.tokens(&browser, "notes:read").await;
    assert_eq!(tokens.refresh_token, "");
}
