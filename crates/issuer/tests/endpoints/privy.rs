//! Handing over Privy's token: to whom, and when no more.

use axum::body::Body;
use http::Request;
use issuer::audit::Kind;
use issuer::settings::{PrivyKeys, TokenEndpointAuth};
use serde_json::json;
use testkit::{Answer, App, Browser, FakePrivy, NOTES, NOW, PING};

use super::configured;
use crate::login::upstream::{events, privy};

const PATH: &str = "/token/privy/access-token";

async fn start(fake: &FakePrivy, auth: TokenEndpointAuth) -> App {
    let settings = fake.settings_with(PrivyKeys::Pem(fake.pem()), auth);
    let app = App::builder().with(|all| {
        all.upstreams.push(settings);
        all.clients = vec![configured("notes", &[NOTES]), configured("ping", &[PING])];
    });
    app.start().await
}

/// As the resource server of this name.
async fn ask(app: &App, id: &str, token: &str) -> Answer {
    let form = format!("client_id={id}&client_secret=secret&token={token}");
    app.post(PATH, form).await
}

async fn with_header(app: &App, authorization: &str) -> Answer {
    let request = Request::post(PATH).header("authorization", authorization);
    app.send(request.body(Body::empty()).unwrap()).await
}

fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.error(), error, "{}", answer.body);
    assert_eq!(answer.member("access_token"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn sign_out(browser: &Browser<'_>) {
    let mut form = browser.visit("/account").await.form("/logout");
    form.action = "/logout".to_owned();
    browser.submit(&form).await;
}

#[tokio::test]
async fn the_resource_server_that_a_token_is_for_gets_privys() {
    let fake = FakePrivy::start().await;
    let app = start(&fake, TokenEndpointAuth::ResourceServer).await;
    let (client, browser) = (app.client().await, app.browser());
    let page = privy::press(&browser, "/login").await;
    let theirs = fake.access_token("ada", &json!({}));
    privy::bring(&browser, &page, &theirs).await;
    let tokens = client.tokens(&browser, "notes:read").await;
    let answer = ask(&app, "notes", &tokens.access_token).await;
    let expected = json!({"access_token": theirs, "token_type": "Bearer", "expires_in": 3_600});
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.headers.get("access-control-allow-origin").is_none());
    // What is refreshed stands for the same, also when the browser's session has ended.
    sign_out(&browser).await;
    app.clock.advance(60);
    let refreshed = client.refresh(&tokens.refresh_token).await;
    let answer = ask(&app, "notes", &refreshed.member("access_token")).await;
    assert_eq!(answer.json()["expires_in"], 3_540);
    // Each person has their own.
    let bob = app.browser();
    privy::sign_in(&bob, &fake, "bob").await;
    let of_bob = client.tokens(&bob, "notes:read").await;
    let answer = ask(&app, "notes", &of_bob.access_token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_ne!(answer.member("access_token"), theirs);
}

#[tokio::test]
async fn nobody_else_gets_it() {
    let fake = FakePrivy::start().await;
    let app = start(&fake, TokenEndpointAuth::ResourceServer).await;
    let (client, browser) = (app.client().await, app.browser());
    privy::sign_in(&browser, &fake, "ada").await;
    let tokens = client.tokens(&browser, "notes:read").await;
    let ours = &tokens.access_token;
    // Another resource server, what is no access token, and one of somebody who came another way.
    assert_refused(&ask(&app, "ping", ours).await, 404, "invalid_grant");
    for unknown in [
        &*tokens.refresh_token,
        "unknown",
        "a.b.c",
        &format!("{ours}A"),
    ] {
        assert_refused(&ask(&app, "notes", unknown).await, 404, "invalid_grant");
    }
    let eve = app.person("eve").await;
    let of_eve = client.tokens(&eve, "notes:read").await;
    let answer = ask(&app, "notes", &of_eve.access_token).await;
    assert_refused(&answer, 404, "invalid_grant");
    // The client that holds the access token, and who does not prove who it is.
    let named = format!("client_id={}&token={ours}", client.id);
    assert_refused(&app.post(PATH, named).await, 401, "invalid_client");
    let unproved = format!("client_id=notes&token={ours}");
    assert_refused(&app.post(PATH, unproved).await, 401, "invalid_client");
    let wrong = format!("client_id=notes&client_secret=x&token={ours}");
    assert_refused(&app.post(PATH, wrong).await, 401, "invalid_client");
    let nothing = "client_id=notes&client_secret=secret";
    assert_refused(&app.post(PATH, nothing).await, 400, "invalid_request");
    let bearer = with_header(&app, &format!("Bearer {ours}")).await;
    assert_refused(&bearer, 400, "invalid_request");
    assert_eq!(app.get(PATH).await.status, 405);
    assert_eq!(events(&app, Kind::PrivyTokenHandedOver).await, [""; 0]);
    // It is there all the while.
    assert_eq!(ask(&app, "notes", ours).await.status, 200);
    assert_eq!(events(&app, Kind::PrivyTokenHandedOver).await, [""]);
}

#[tokio::test]
async fn it_ends_with_itself_with_what_was_allowed_and_with_the_person() {
    let fake = FakePrivy::start().await;
    let app = start(&fake, TokenEndpointAuth::ResourceServer).await;
    let (client, browser) = (app.client().await, app.browser());
    let page = privy::press(&browser, "/login").await;
    let short = fake.access_token("ada", &json!({"exp": NOW.0 + 600}));
    privy::bring(&browser, &page, &short).await;
    let first = client.tokens(&browser, "notes:read").await;
    let second = client.tokens(&browser, "notes:read").await;
    assert_eq!(ask(&app, "notes", &first.access_token).await.status, 200);
    let revoke = format!("client_id={}&token={}", client.id, first.refresh_token);
    app.post("/oauth/revoke", revoke).await;
    let answer = ask(&app, "notes", &first.access_token).await;
    assert_refused(&answer, 404, "invalid_grant");
    assert_eq!(ask(&app, "notes", &second.access_token).await.status, 200);
    // RFC 9110 §15.5.11: gone for good, before and after it is cleaned up.
    app.clock.advance(600);
    let answer = ask(&app, "notes", &second.access_token).await;
    assert_refused(&answer, 410, "invalid_grant");
    app.clock.advance(1);
    app.issuer.run_job("clean_up").await.unwrap();
    let answer = ask(&app, "notes", &second.access_token).await;
    assert_refused(&answer, 410, "invalid_grant");
    // Whoever takes Privy away as a way in takes this away too.
    let bob = app.person("bob").await;
    let mut form = bob.visit("/account").await.form("/logout");
    form.action = "/account/identities/privy".to_owned();
    let page = bob.get(bob.submit(&form).await.location()).await;
    let now = json!({"iat": NOW.0 + 601, "exp": NOW.0 + 4_000});
    privy::bring(&bob, &page, &fake.access_token("bob", &now)).await;
    let page = privy::press(&bob, "/login").await;
    privy::bring(&bob, &page, &fake.access_token("bob", &now)).await;
    let tokens = client.tokens(&bob, "notes:read").await;
    assert_eq!(ask(&app, "notes", &tokens.access_token).await.status, 200);
    form.action = "/account/identities/privy/unlink".to_owned();
    assert_eq!(bob.submit(&form).await.location(), "/account/security");
    let answer = ask(&app, "notes", &tokens.access_token).await;
    assert_refused(&answer, 410, "invalid_grant");
}

#[tokio::test]
async fn the_holder_of_the_access_token_gets_it_only_where_the_operator_says_so() {
    let fake = FakePrivy::start().await;
    let app = start(&fake, TokenEndpointAuth::Bearer).await;
    let (client, browser) = (app.client().await, app.browser());
    privy::sign_in(&browser, &fake, "ada").await;
    let tokens = client.tokens(&browser, "notes:read").await;
    let holder = format!("Bearer {}", tokens.access_token);
    assert_eq!(with_header(&app, &holder).await.status, 200);
    assert_eq!(ask(&app, "notes", &tokens.access_token).await.status, 200);
    let said = events(&app, Kind::PrivyTokenHandedOver).await;
    assert_eq!(said, ["to whoever holds the access token", ""]);
    for bad in ["Bearer x", "Bearer ", &format!("{holder}A")] {
        let answer = with_header(&app, bad).await;
        assert_refused(&answer, 401, "invalid_token");
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
    }
    let eve = app.person("eve").await;
    let of_eve = client.tokens(&eve, "notes:read").await;
    let answer = with_header(&app, &format!("Bearer {}", of_eve.access_token)).await;
    assert_refused(&answer, 404, "invalid_grant");
    let revoke = format!("client_id={}&token={}", client.id, tokens.refresh_token);
    app.post("/oauth/revoke", revoke).await;
    assert_refused(&with_header(&app, &holder).await, 401, "invalid_token");
}

#[tokio::test]
async fn what_was_handed_over_signs_nobody_in() {
    let fake = FakePrivy::start().await;
    let app = start(&fake, TokenEndpointAuth::ResourceServer).await;
    let (client, browser) = (app.client().await, app.browser());
    // Somebody at the resource server has begun a sign-in, and waits.
    let thief = app.browser();
    let waiting = privy::press(&thief, "/login").await;
    let page = privy::press(&browser, "/login").await;
    let theirs = fake.access_token("ada", &json!({}));
    privy::bring(&browser, &page, &theirs).await;
    let tokens = client.tokens(&browser, "notes:read").await;
    let answer = ask(&app, "notes", &tokens.access_token).await;
    let handed_over = answer.member("access_token");
    let answer = privy::bring(&thief, &waiting, &handed_over).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.member("next"), "");
    assert!(thief.get("/account").await.status.is_redirection());
    // The person stays in, and signs in anew with a new one.
    assert_eq!(browser.get("/account").await.status, 200);
    app.clock.advance(1);
    privy::sign_in(&thief, &fake, "bob").await;
    assert_eq!(thief.get("/account").await.status, 200);
}
