//! Metadata: one document under all its names, true, and readable from anywhere.

use axum::body::Body;
use http::Request;
use testkit::{App, ORIGIN};

#[tokio::test]
async fn every_name_gives_the_same_bytes() {
    // RFC 8414 §3, OpenID Connect Discovery §4
    let app = App::start().await;
    let first = app.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), "application/json");
    assert_eq!(first.header("cache-control"), "public, max-age=300");
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/oauth-authorization-server/mcp/notes",
        "/.well-known/oauth-authorization-server/mcp/notes/",
        "/.well-known/openid-configuration/mcp/ping",
        "/mcp/.well-known/oauth-authorization-server",
        "/mcp/.well-known/openid-configuration",
        "/mcp/notes/.well-known/openid-configuration",
    ] {
        let answer = app.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body),
            (200, &first.body),
            "{path}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let request = Request::get("/.well-known/openid-configuration");
    let request = request.header("if-none-match", first.header("etag"));
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (304, ""));
}

#[tokio::test]
async fn other_names_are_unknown_in_json() {
    let app = App::start().await;
    for path in [
        "/.well-known/unknown",
        "/.well-known/oauth-authorization-server/other",
        "/.well-known/oauth-authorization-server/mcp/note",
        "/.well-known/unknown/mcp",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.error(), "not_found", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn what_is_claimed_is_served() {
    // RFC 8414 §2, OpenID Connect Discovery §3
    let app = App::start().await;
    let json = app.get("/.well-known/openid-configuration").await.json();
    assert_eq!(json["issuer"], ORIGIN);
    for (name, value) in json.as_object().unwrap() {
        assert!(!value.is_null(), "{name}");
        assert!(
            value.as_array().is_none_or(|list| !list.is_empty()),
            "{name}"
        );
        let url = value
            .as_str()
            .filter(|url| name != "issuer" && url.starts_with("https:"));
        let Some(path) = url.map(|url| url.strip_prefix(ORIGIN).unwrap()) else {
            continue;
        };
        let (get, post) = (app.get(path).await, app.post(path, "").await);
        assert!(get.status != 404 && post.status != 404, "{name}");
    }
    assert_eq!(
        json["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert_eq!(
        json["id_token_signing_alg_values_supported"],
        serde_json::json!(["EdDSA"])
    );
    assert_eq!(json["authorization_response_iss_parameter_supported"], true);
    // RFC 9470 §7
    assert_eq!(json["acr_values_supported"][1], "phr");
    let said = json["claims_supported"].as_array().unwrap();
    assert!(said.contains(&"acr".into()) && said.contains(&"amr".into()));
    let methods = json["token_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap();
    assert!(methods.contains(&"none".into()) && methods.contains(&"private_key_jwt".into()));
    let scopes = json["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&"offline_access".into()) && scopes.contains(&"notes:write".into()));
}

#[tokio::test]
async fn what_is_switched_off_is_not_claimed() {
    let app = App::builder().with(|settings| {
        settings.registration.enabled = false;
        settings.metadata_documents.enabled = false;
    });
    let json = app
        .start()
        .await
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(json.get("registration_endpoint"), None);
    assert_eq!(json["client_id_metadata_document_supported"], false);
}

#[tokio::test]
async fn preflights_pass_where_programs_call_and_nowhere_else() {
    let app = App::start().await;
    let headers = "authorization, content-type, mcp-protocol-version, mcp-param-x";
    let ask = async |path: &str| {
        let request = Request::options(path)
            .header("origin", "https://inspector.test")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", headers);
        app.send(request.body(Body::empty()).unwrap()).await
    };
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
        "/mcp/.well-known/openid-configuration",
        "/oauth/token",
        "/token",
        "/oauth/register",
        "/oauth/revoke",
        "/oauth/introspect",
        "/oauth/userinfo",
    ] {
        let answer = ask(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            headers,
            "{path}"
        );
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            "",
            "{path}"
        );
    }
    for path in [
        "/oauth/authorize",
        "/authorize",
        "/oauth/authorize/consent",
        "/login",
    ] {
        assert_eq!(
            ask(path).await.header("access-control-allow-origin"),
            "",
            "{path}"
        );
    }
}
