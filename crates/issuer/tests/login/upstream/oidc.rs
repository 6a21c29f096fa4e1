//! Signing in with a provider of OpenID Connect: several on one page, and what they do differently.

use issuer::settings::{IdentifiedBy, OidcAuth, OidcSettings, UpstreamKind};
use oauth::jwt::{Algorithm, Checks, KeySet, SigningKey, UnverifiedJwt};
use oauth::secret::Secret;
use serde_json::{Value, json};
use testkit::{App, FakeOidc, NOW};

use super::{ada, app_with, assert_nobody, assert_page, email_of, leaving, press, sign_in};

/// An app with one provider whose settings differ.
async fn app_where(op: &FakeOidc, change: impl FnOnce(&mut OidcSettings)) -> App {
    let mut settings = op.settings("op");
    let mut oidc = op.oidc();
    change(&mut oidc);
    settings.kind = UpstreamKind::Oidc(oidc);
    settings.trusts_email = true;
    let builder = App::builder().with(|all| all.upstreams.push(settings));
    builder.start().await
}

#[tokio::test]
async fn several_providers_stand_on_one_page_and_their_accounts_apart() {
    let (one, two) = (FakeOidc::start().await, FakeOidc::start().await);
    let app = app_with(&[("one", &one), ("two", &two)]).await;
    let browser = app.browser();
    let page = browser.get("/login").await;
    assert!(page.body.contains("Continue with ONE") && page.body.contains("Continue with TWO"));
    // A provider may send the browser anywhere, so no form leads there.
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self';"), "{policy}");
    let asked = one.asked(&press(&browser, "one").await);
    assert_eq!(asked["scope"], "openid email profile");
    assert_eq!(asked["redirect_uri"], "https://auth.test/auth/one/callback");
    assert_ne!(
        asked["nonce"],
        one.asked(&press(&browser, "one").await)["nonce"]
    );

    assert_eq!(
        sign_in(&browser, &one, "one", &ada()).await.location(),
        "/account"
    );
    let first = email_of(&browser).await;
    // The same subject elsewhere is somebody else; here it is the same, whatever it is called.
    let other = app.browser();
    let eve = json!({"sub": "7", "name": "Eve"});
    assert_eq!(
        sign_in(&other, &two, "two", &eve).await.location(),
        "/account"
    );
    assert_ne!(email_of(&other).await, first);
    let again = app.browser();
    let renamed = json!({"sub": "7", "name": "Countess", "email": "new@example.com"});
    sign_in(&again, &one, "one", &renamed).await;
    assert_eq!(email_of(&again).await, first);
    assert_nobody(&app, &app.browser(), 2).await;
}

#[tokio::test]
async fn a_link_leads_to_a_provider_too_and_a_form_that_names_it() {
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    let started = browser.get("/auth/op").await;
    let back = op.allow(started.location(), &ada());
    assert_eq!(browser.get(&back).await.location(), "/account");
    let page = app.browser();
    let mut form = page.get("/login").await.form("/login/op");
    form.action = "/oauth/authorize/provider".to_owned();
    let answer = page.submit(&form.clone().with("provider", "op")).await;
    assert!(leaving(&answer).starts_with(op.base()));
    for bad in ["", "nobody", "op/../x"] {
        let answer = page.submit(&form.clone().with("provider", bad)).await;
        assert_page(&answer, 404, "cannot be used here");
    }
    let foreign = form.with("provider", "op").with("csrf", "x");
    assert_page(&page.submit(&foreign).await, 403, "out of date");
}

#[tokio::test]
async fn no_token_of_a_provider_is_kept() {
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    sign_in(&browser, &op, "op", &ada()).await;
    let page = browser.visit("/account/connections").await;
    assert!(!page.body.contains("/connect/op"), "{}", page.body);
    assert_page(
        &browser.get("/connect/op").await,
        404,
        "cannot be used here",
    );
    let secrets = op.secrets();
    assert_eq!(secrets.len(), 2);
    for file in app.files() {
        let bytes = std::fs::read(&file).unwrap();
        let held = secrets.iter().any(|secret| {
            let mut windows = bytes.windows(secret.len());
            windows.any(|window| window == secret.as_bytes())
        });
        assert!(!held, "{}", file.display());
    }
    let debug = format!("{:?}", op.settings("op"));
    assert!(
        secrets
            .iter()
            .all(|secret| !debug.contains(secret.as_str()))
    );
}

#[tokio::test]
async fn what_the_id_token_leaves_out_is_asked_for() {
    // OpenID Connect Core 1.0 §5.3.2
    let op = FakeOidc::start().await;
    let app = app_where(&op, |_| {}).await;
    let email = json!({"sub": "7", "email": "ada@example.com", "email_verified": true});
    op.set(|manner| manner.userinfo = Some(email));
    let browser = app.browser();
    sign_in(&browser, &op, "op", &json!({"sub": "7"})).await;
    assert_eq!(email_of(&browser).await, "ada@example.com");
    assert_eq!(op.calls("GET /userinfo"), 1);
    sign_in(&app.browser(), &op, "op", &ada()).await;
    assert_eq!(op.calls("GET /userinfo"), 1, "nothing was left out");
}

#[tokio::test]
async fn keys_without_names_are_all_tried_and_new_ones_fetched_once() {
    let op = FakeOidc::start().await;
    op.set(|manner| manner.unnamed_keys = true);
    let app = app_with(&[("op", &op)]).await;
    let answer = sign_in(&app.browser(), &op, "op", &ada()).await;
    assert_eq!(answer.location(), "/account");
    assert_eq!(op.calls("GET /keys"), 1);
    for (unnamed, calls) in [(true, 2), (false, 3)] {
        op.set(|manner| manner.unnamed_keys = unnamed);
        app.clock.advance(60);
        op.rotate_key();
        let answer = sign_in(&app.browser(), &op, "op", &ada()).await;
        assert_eq!(answer.location(), "/account");
        assert_eq!(op.calls("GET /keys"), calls);
        // A second one within the minute is not asked for.
        op.rotate_key();
        let answer = sign_in(&app.browser(), &op, "op", &ada()).await;
        assert_page(&answer, 400, "did not accept");
        assert_eq!(op.calls("GET /keys"), calls);
    }
    // The metadata are asked for once.
    assert_eq!(op.calls("GET /.well-known/openid-configuration"), 1);
}

#[tokio::test]
async fn a_provider_that_is_away_changes_nothing() {
    let op = FakeOidc::start().await;
    let app = app_with(&[("op", &op)]).await;
    let browser = app.browser();
    op.set(|manner| manner.away = true);
    let page = browser.get("/login").await;
    assert_page(
        &browser.submit(&page.form("/login/op")).await,
        502,
        "does not answer",
    );
    op.set(|manner| manner.away = false);
    app.clock.advance(5);
    let back = op.allow(&press(&browser, "op").await, &ada());
    op.set(|manner| manner.away = true);
    assert_page(&browser.get(&back).await, 502, "does not answer");
    op.set(|manner| manner.away = false);
    // The state was used up with the try.
    assert_page(&browser.get(&back).await, 400, "no longer good");
    assert_nobody(&app, &browser, 0).await;
}

/// The form and header of a token request under a way to authenticate.
async fn token_request(
    auth: OidcAuth,
) -> (
    std::collections::HashMap<String, String>,
    Option<String>,
    String,
) {
    let op = FakeOidc::start().await;
    let app = app_where(&op, |oidc| oidc.auth = auth).await;
    let answer = sign_in(&app.browser(), &op, "op", &ada()).await;
    assert_eq!(answer.location(), "/account");
    let (form, header) = op.token_request();
    (form, header, format!("{}/token", op.base()))
}

#[tokio::test]
async fn we_prove_who_we_are_as_the_provider_wants() {
    let secret = || Secret::new("a secret: with / and %".to_owned());
    let (form, header, _) = token_request(OidcAuth::None).await;
    assert_eq!((form["client_id"].as_str(), header), ("our client", None));
    assert!(!form.contains_key("client_secret"));
    let (form, header, _) = token_request(OidcAuth::Post(secret())).await;
    assert_eq!(form["client_secret"], "a secret: with / and %");
    assert_eq!(header, None);
    // RFC 6749 §2.3.1: "our+client:a+secret%3A+with+%2F+and+%25"
    let (form, header, _) = token_request(OidcAuth::Basic(secret())).await;
    let basic = "Basic b3VyK2NsaWVudDphK3NlY3JldCUzQSt3aXRoKyUyRithbmQrJTI1";
    assert_eq!(header.as_deref(), Some(basic));
    assert!(!form.contains_key("client_id") && !form.contains_key("client_secret"));
}

/// A key in PEM, with its public half under another name.
fn named_key(algorithm: Algorithm, name: &str) -> (Secret<String>, KeySet) {
    use base64::Engine as _;
    let key = SigningKey::generate(algorithm).unwrap();
    let der = key.to_pkcs8().unwrap();
    let text = base64::engine::general_purpose::STANDARD.encode(der.expose());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    let keys = KeySet::of([key.named(name).public()]);
    (Secret::new(pem), keys)
}

fn verified(jwt: &str, keys: &KeySet) -> Value {
    let checks = Checks {
        typ: None,
        algorithms: &Algorithm::ALL,
        now: NOW,
        leeway_seconds: 0,
    };
    UnverifiedJwt::split(jwt)
        .unwrap()
        .verify(keys, &checks)
        .unwrap()
}

#[tokio::test]
async fn a_key_of_ours_signs_assertions_and_apples_client_secret() {
    // RFC 7523 §2.2; draft-ietf-oauth-rfc7523bis-02 §4, from which the audience differs
    let (key, keys) = named_key(Algorithm::EdDsa, "ours\"1");
    let key_id = Some("ours\"1".to_owned());
    let (form, header, endpoint) = token_request(OidcAuth::PrivateKeyJwt { key, key_id }).await;
    assert_eq!(header, None);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(form["client_assertion_type"], kind);
    let claims = verified(&form["client_assertion"], &keys);
    assert_eq!(claims["iss"], "our client");
    assert_eq!(
        (&claims["sub"], &claims["aud"]),
        (&claims["iss"], &json!(endpoint))
    );
    assert!(claims["jti"].as_str().unwrap().len() == 64);
    assert_eq!(claims["exp"], NOW.0 + 60);

    let (key, keys) = named_key(Algorithm::Es256, "KEY1");
    let (key_id, team_id) = ("KEY1".to_owned(), "TEAM1".to_owned());
    let apple = OidcAuth::Apple {
        key,
        key_id,
        team_id,
    };
    let (form, _, _) = token_request(apple).await;
    let claims = verified(&form["client_secret"], &keys);
    assert_eq!(claims["iss"], "TEAM1");
    assert_eq!(claims["sub"], "our client");
    assert_eq!(claims["aud"], "https://appleid.apple.com");
}

#[tokio::test]
async fn apple_comes_back_by_post_and_names_the_person_once() {
    let op = FakeOidc::start().await;
    let app = app_where(&op, |oidc| oidc.form_post = true).await;
    let browser = app.browser();
    let location = press(&browser, "op").await;
    assert_eq!(op.asked(&location)["response_mode"], "form_post");
    let claims = json!({"sub": "a.7", "email": "ada@example.com", "email_verified": "true"});
    let back = op.allow(&location, &claims);
    let (path, query) = back.split_once('?').unwrap();
    let user = r#"{"name":{"firstName":"Ada","lastName":"<Lovelace>"},"email":"eve@evil.example"}"#;
    let user: String = url::form_urlencoded::byte_serialize(user.as_bytes()).collect();
    // Another site posts it: without our cookies, and without our token.
    let posted = app
        .post(path, format!("{query}&user={user}&continue=%2F%2Fevil"))
        .await;
    assert_eq!(posted.status, 303);
    let onward = posted.location();
    assert!(onward.starts_with("/auth/op/callback?code=") && !onward.contains("evil&"));
    assert!(!onward.contains("continue"));
    assert_eq!(browser.get(onward).await.location(), "/account");
    let page = browser.visit("/account").await;
    assert!(
        page.body.contains("Ada &#60;Lovelace&#62;"),
        "{}",
        page.body
    );
    assert_eq!(email_of(&browser).await, "ada@example.com");
    // Other providers do not.
    let plain = app_where(&op, |_| {}).await;
    assert_page(
        &plain.post("/auth/op/callback", query.to_owned()).await,
        404,
        "",
    );
    let long = format!("{query}&user={}", "x".repeat(20_000));
    assert_page(&app.post(path, long).await, 413, "");
}

#[tokio::test]
async fn an_entra_account_is_its_tenant_and_object() {
    let op = FakeOidc::start().await;
    let issuer = format!("{}/{{tenantid}}/v2.0", op.base());
    op.set(|manner| {
        manner.metadata = json!({
            "issuer": issuer, "authorization_response_iss_parameter_supported": false,
        });
    });
    let app = app_where(&op, |oidc| {
        oidc.issuer = issuer.clone();
        oidc.identified_by = IdentifiedBy::TenantAndObject;
    });
    let app = app.await;
    let tenants = [
        "11111111-2222-4333-8444-555555555555",
        "21111111-2222-4333-8444-555555555555",
    ];
    let of = |tenant: &str, token_of: &str, sub: &str, oid: Value| {
        json!({
            "iss": issuer.replace("{tenantid}", token_of), "tid": tenant, "sub": sub, "oid": oid,
            "email": "ceo@example.com",
        })
    };
    let arrive = async |claims: Value| {
        let browser = app.browser();
        let back = op.allow(&press(&browser, "op").await, &claims);
        let (back, _) = back.split_once("&iss=").unwrap();
        (browser.get(back).await, browser)
    };
    let [a, b] = tenants;
    let (answer, first) = arrive(of(a, a, "s1", json!("o1"))).await;
    assert_eq!(answer.location(), "/account");
    let email = email_of(&first).await;
    // An address that nobody vouches for is not the person's.
    assert!(email.ends_with("@op.invalid"), "{email}");
    // Another application's subject is the same object, and another tenant's object is not.
    assert_eq!(
        email_of(&arrive(of(a, a, "s2", json!("o1"))).await.1).await,
        email
    );
    assert_ne!(
        email_of(&arrive(of(b, b, "s1", json!("o1"))).await.1).await,
        email
    );
    for claims in [of(a, b, "s1", json!("o1")), of(a, a, "s1", Value::Null)] {
        let (answer, browser) = arrive(claims).await;
        assert_page(&answer, 400, "did not accept");
        assert_nobody(&app, &browser, 2).await;
    }
}
