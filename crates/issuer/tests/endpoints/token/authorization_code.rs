//! Codes: what they are bound to, what they give, and what a refused request leaves untouched.

use oauth::jwt::{Algorithm, Checks, UnverifiedJwt};
use serde_json::Value;
use testkit::{App, NOTES, NOW, ORIGIN, OauthClient, PING, Tokens, VERIFIER};

use crate::endpoints::claims;

/// The request for a code with one parameter changed; an empty value leaves it out.
async fn exchange_with(
    app: &App,
    client: &OauthClient<'_>,
    code: &str,
    change: (&str, &str),
) -> (u16, String) {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &client.id),
        ("code", code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    fields.retain(|(name, _)| *name != change.0);
    fields.push(change);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let answer = app.post("/oauth/token", form).await;
    let json = answer.json();
    let error = json.get("error").and_then(|error| error.as_str());
    let error = error.unwrap_or_default().to_owned();
    (answer.status.as_u16(), error)
}

#[tokio::test]
async fn a_code_gives_what_was_consented_to() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let path = client.authorize_path(&format!(
        "&resource={NOTES}/&scope=openid+email+profile+notes:read&nonce=n-1"
    ));
    let page = browser.visit(&path).await;
    let form = page
        .form("/oauth/authorize/consent")
        .ticked()
        .with("decision", "allow");
    let code = browser.submit(&form).await.redirect_param("code").unwrap();
    let answer = client.exchange(&code).await;
    let json = answer.json();
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["expires_in"], 3_600);
    assert_eq!(json["scope"], "email notes:read openid profile");
    // RFC 9068 §2.2
    let access = claims(json["access_token"].as_str().unwrap());
    assert_eq!(access["iss"], ORIGIN);
    assert_eq!(access["aud"], NOTES);
    assert_eq!(access["client_id"], client.id);
    assert_eq!(access["azp"], client.id);
    assert_eq!(access["scope"], json["scope"]);
    assert_eq!(access["iat"], NOW.0);
    assert_eq!(access["exp"], NOW.0 + 3_600);
    assert_eq!(access["auth_time"], NOW.0);
    assert_eq!(access["email"], "ada@example.com");
    assert_eq!(access["email_verified"], false);
    assert_eq!(access.get("name"), None);
    let parts = access["jti"].as_str().unwrap().split('.');
    assert_eq!(parts.map(str::len).collect::<Vec<_>>(), [36, 1, 22]);
    // OpenID Connect Core §2
    let id = claims(json["id_token"].as_str().unwrap());
    assert_eq!(id["iss"], ORIGIN);
    assert_eq!(id["aud"], client.id);
    assert_eq!(id["sub"], access["sub"]);
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["name"], "ada");
    assert_eq!(id["email"], "ada@example.com");
    assert!(id["at_hash"].is_string());
    // OpenID Connect Core §12.2
    let refreshed = client
        .refresh(json["refresh_token"].as_str().unwrap())
        .await
        .json();
    let again = claims(refreshed["id_token"].as_str().unwrap());
    assert_eq!(again["auth_time"], id["auth_time"]);
    assert_eq!(again.get("nonce"), None);
}

#[tokio::test]
async fn every_algorithm_signs_tokens_that_the_key_set_verifies() {
    for algorithm in Algorithm::ALL {
        let app = App::builder().with(|settings| {
            settings.signing_algorithm = algorithm;
            for resource in &mut settings.resources {
                resource.algorithm = algorithm;
            }
        });
        let app = app.start().await;
        let (client, browser) = (app.client().await, app.person("ada").await);
        let code = client.code(&browser, "openid notes:read").await;
        let json = client.exchange(&code).await.json();
        // RFC 9068 §2.1: the types keep the two apart.
        for (name, typ) in [("access_token", Some("at+jwt")), ("id_token", None)] {
            assert_eq!(
                app.issuer.key_set().iter().next().unwrap().algorithm(),
                algorithm
            );
            let jwt = UnverifiedJwt::split(json[name].as_str().unwrap()).unwrap();
            let checks = |typ| Checks {
                typ,
                algorithms: &Algorithm::ALL,
                now: NOW,
                leeway_seconds: 0,
            };
            let keys = app.issuer.key_set();
            let other = if typ.is_some() { None } else { Some("at+jwt") };
            assert!(jwt.verify::<Value>(&keys, &checks(typ)).is_ok(), "{name}");
            assert!(
                jwt.verify::<Value>(&keys, &checks(other)).is_err(),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn identity_stays_out_of_tokens_that_did_not_ask_for_it() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let code = client.code(&browser, "notes:read").await;
    let json = client.exchange(&code).await.json();
    assert_eq!(json.get("id_token"), None);
    assert_eq!(
        claims(json["access_token"].as_str().unwrap()).get("email"),
        None
    );
}

#[tokio::test]
async fn a_request_that_does_not_fit_leaves_the_code_alone() {
    // RFC 6749 §4.1.3, RFC 8707 §2.2
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let other = app
        .post_json(
            "/oauth/register",
            &serde_json::json!({ "redirect_uris": [client.redirect_uri], "client_name": "Other",
                "token_endpoint_auth_method": "none" }),
        )
        .await;
    let other = other.json()["client_id"].as_str().unwrap().to_owned();
    let code = client.code(&browser, "notes:read").await;
    let wrong = "x".repeat(43);
    for (change, status, error) in [
        (("code", "unknown"), 400, "invalid_grant"),
        (("client_id", other.as_str()), 400, "invalid_grant"),
        (("client_id", "nobody"), 401, "invalid_client"),
        (
            ("redirect_uri", "https://client.test/callback/"),
            400,
            "invalid_grant",
        ),
        (("redirect_uri", ""), 400, "invalid_grant"),
        (("code_verifier", ""), 400, "invalid_request"),
        (("code_verifier", wrong.as_str()), 400, "invalid_grant"),
        (("resource", PING), 400, "invalid_target"),
        (
            ("resource", "https://auth.test.evil/mcp/notes"),
            400,
            "invalid_target",
        ),
        (
            ("resource", "https://auth.test/mcp/notes#x"),
            400,
            "invalid_target",
        ),
    ] {
        let answer = exchange_with(&app, &client, &code, change).await;
        assert_eq!(answer, (status, error.to_owned()), "{change:?}");
    }
    // By the resource's alias, in capitals: the same resource.
    let resource = ("resource", "HTTPS://AUTH.test/mcp");
    let answer = exchange_with(&app, &client, &code, resource).await;
    assert_eq!(answer, (200, String::new()));
}

#[tokio::test]
async fn a_code_is_burnt_after_some_wrong_verifiers() {
    // RFC 7636 §4.6
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let wrong = "x".repeat(43);
    for (failures, status) in [(4, 200), (5, 400)] {
        let code = client.code(&browser, "notes:read").await;
        for _ in 0..failures {
            exchange_with(&app, &client, &code, ("code_verifier", &wrong)).await;
        }
        assert_eq!(
            client.exchange(&code).await.status,
            status,
            "after {failures}"
        );
    }
}

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    // RFC 6749 §4.1.2
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    for (seconds, status) in [(59, 200), (60, 400)] {
        let code = client.code(&browser, "notes:read").await;
        app.clock.advance(seconds);
        assert_eq!(
            client.exchange(&code).await.status,
            status,
            "after {seconds} s"
        );
    }
}

#[tokio::test]
async fn a_code_that_is_used_again_ends_what_it_gave() {
    // RFC 6749 §10.5
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let code = client.code(&browser, "notes:read").await;
    let tokens = Tokens::of(&client.exchange(&code).await);
    let jti = claims(&tokens.access_token)["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!app.issuer.is_revoked(&jti));
    assert_eq!(client.exchange(&code).await.error(), "invalid_grant");
    assert!(app.issuer.is_revoked(&jti));
    assert_eq!(
        client.refresh(&tokens.refresh_token).await.error(),
        "invalid_grant"
    );
}
