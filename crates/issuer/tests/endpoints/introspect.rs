//! Introspection: for whom, and what of.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use issuer::settings::ConfiguredClient;
use oauth::client::{AuthMethod, ClientId};
use oauth::resource::Resource;
use oauth::secret::SecretHash;
use testkit::{App, NOTES, NOW, ORIGIN, PING};

use super::claims;

pub(crate) fn configured(id: &str, introspects: &[&str]) -> ConfiguredClient {
    let introspects = introspects.iter().map(|uri| Resource::parse(uri).unwrap());
    ConfiguredClient {
        id: ClientId::parse(id).unwrap(),
        name: id.to_owned(),
        redirect_uris: Vec::new(),
        auth_method: AuthMethod::ClientSecretPost,
        secret_hash: Some(SecretHash::of(b"secret")),
        jwks: None,
        jwks_uri: None,
        introspects: introspects.collect(),
    }
}

async fn start() -> App {
    let app = App::builder().with(|settings| {
        settings.clients = vec![configured("notes", &[NOTES]), configured("ping", &[PING])];
    });
    app.start().await
}

#[tokio::test]
async fn a_token_is_told_of_to_whom_it_concerns() {
    // RFC 7662 §2.2
    let app = start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let tokens = client.tokens(&browser, "notes:read").await;
    let ask = async |id: &str, token: &str| {
        let form = format!("client_id={id}&client_secret=secret&token={token}");
        let answer = app.post("/oauth/introspect", form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    };
    let inactive = serde_json::json!({ "active": false });
    let access = claims(&tokens.access_token);
    let expected = serde_json::json!({
        "active": true, "scope": "notes:read", "client_id": client.id, "sub": access["sub"],
        "aud": NOTES, "iss": ORIGIN, "exp": NOW.0 + 3_600, "iat": NOW.0, "jti": access["jti"],
        "token_type": "Bearer", "auth_time": NOW.0,
    });
    assert_eq!(ask("notes", &tokens.access_token).await, expected);
    let refresh = ask("notes", &tokens.refresh_token).await;
    // RFC 9470 §6.2
    assert_eq!(refresh["auth_time"], NOW.0);
    assert_eq!(refresh["exp"], NOW.0 + 30 * 86_400);
    assert_eq!(refresh["token_type"], "refresh_token");
    for token in [
        tokens.access_token.as_str(),
        &tokens.refresh_token,
        "unknown",
        "vrt_x",
        "a.b.c",
    ] {
        assert_eq!(ask("ping", token).await, inactive, "{token}");
    }
    let changed = format!("{}A", tokens.access_token);
    assert_eq!(ask("notes", &changed).await, inactive);
    // Rotated away, but for the grace time good for the same successor.
    client.refresh(&tokens.refresh_token).await;
    assert_eq!(ask("notes", &tokens.refresh_token).await["exp"], NOW.0 + 60);
    app.clock.advance(60);
    assert_eq!(ask("notes", &tokens.refresh_token).await, inactive);
    app.clock.advance(3_540);
    assert_eq!(ask("notes", &tokens.access_token).await, inactive);
    let tokens = client.tokens(&app.person("bob").await, "notes:read").await;
    assert_eq!(ask("notes", &tokens.access_token).await["active"], true);
    let form = format!("client_id={}&token={}", client.id, tokens.refresh_token);
    assert_eq!(app.post("/oauth/revoke", form).await.status, 200);
    for token in [&tokens.access_token, &tokens.refresh_token] {
        assert_eq!(ask("notes", token).await, inactive);
    }
}

#[tokio::test]
async fn who_does_not_prove_who_it_is_learns_nothing() {
    // RFC 7662 §2.1
    let app = start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let token = client.tokens(&browser, "notes:read").await.access_token;
    for (form, status, error) in [
        (format!("token={token}"), 401, "invalid_client"),
        (
            format!("client_id={}&token={token}", client.id),
            401,
            "invalid_client",
        ),
        (
            format!("client_id={}&client_secret=&token={token}", client.id),
            401,
            "invalid_client",
        ),
        (
            format!("client_id=notes&token={token}"),
            401,
            "invalid_client",
        ),
        (
            format!("client_id=notes&client_secret=wrong&token={token}"),
            401,
            "invalid_client",
        ),
        (
            "client_id=notes&client_secret=secret".to_owned(),
            400,
            "invalid_request",
        ),
    ] {
        let answer = app.post("/oauth/introspect", form.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (status, error),
            "{form}"
        );
    } // A header that names a public client proves nothing.
    let named = STANDARD.encode(format!("{}:", client.id));
    let request = Request::post("/oauth/introspect")
        .header("authorization", format!("Basic {named}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("token={token}")));
    let answer = app.send(request.expect("a request")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (401, "invalid_client".into())
    );
}
