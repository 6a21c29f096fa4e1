//! UserInfo: by scope, and with the guard's own challenges.

use axum::body::Body;
use http::Request;
use testkit::{Answer, App};

use super::claims;

async fn ask(app: &App, method: &str, path: &str, authorization: &[&str]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for value in authorization {
        request = request.header("authorization", *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn each_scope_opens_its_claims() {
    // OpenID Connect Core §5.3, OpenID Connect Core §5.4
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    for (scope, keys) in [
        ("notes:read", &["sub"][..]),
        ("openid", &["sub"]),
        ("openid email", &["email", "email_verified", "sub"]),
        (
            "openid profile email",
            &["email", "email_verified", "name", "sub"],
        ),
    ] {
        let token = client.tokens(&browser, scope).await.access_token;
        let bearer = format!("Bearer {token}");
        for (method, path) in [
            ("GET", "/oauth/userinfo"),
            ("POST", "/oauth2/userinfo"),
            ("GET", "/userinfo"),
        ] {
            let answer = ask(&app, method, path, &[&bearer]).await;
            assert_eq!(answer.status, 200, "{scope} {}", answer.body);
            assert_eq!(answer.header("cache-control"), "no-store");
            let json = answer.json();
            let has: Vec<_> = json.as_object().unwrap().keys().collect();
            assert_eq!(has, keys, "{scope}");
            assert_eq!(json["sub"], claims(&token)["sub"]);
        }
    }
}

#[tokio::test]
async fn a_bad_token_is_challenged() {
    // RFC 6750 §3.1
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let path = "/oauth/userinfo";
    let tokens = client.tokens(&browser, "openid email").await;
    let bearer = format!("Bearer {}", tokens.access_token);
    let none = ask(&app, "GET", path, &[]).await;
    assert_eq!(
        (none.status.as_u16(), none.header("www-authenticate")),
        (401, "Bearer")
    );
    let refresh = format!("Bearer {}", tokens.refresh_token);
    let changed = format!("{bearer}A");
    let basic = bearer.replace("Bearer", "Basic");
    for values in [
        &[refresh.as_str()][..],
        &[&changed],
        &[&basic],
        &["Bearer"],
        &["Bearer "],
        &[&bearer, &bearer],
    ] {
        let answer = ask(&app, "GET", path, values).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error().as_str()),
            (401, "invalid_token")
        );
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer error=\"invalid_token\""),
            "{challenge}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    let in_query = format!("{path}?access_token={}", tokens.access_token);
    assert_eq!(ask(&app, "GET", &in_query, &[]).await.status, 401);
    let form = format!("client_id={}&token={}", client.id, tokens.access_token);
    assert_eq!(app.post("/oauth/revoke", form).await.status, 200);
    assert_eq!(ask(&app, "GET", path, &[&bearer]).await.status, 401);
}
