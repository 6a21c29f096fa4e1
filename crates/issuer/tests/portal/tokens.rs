//! Personal access tokens: made by whoever signed in of late, shown once, good for one resource, ended at once.

use issuer::operate::people;
use issuer::settings::ConfiguredClient;
use issuer::usage::Use;
use oauth::client::{AuthMethod, ClientId};
use oauth::resource::Resource;
use oauth::secret::SecretHash;
use testkit::{Answer, App, Browser, Form, NOTES, NOW, PING};

use super::{count, events};

const DAY: i64 = 86_400;
const NEW: &str = "/account/tokens/new";

fn page(resource: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
    format!("{NEW}?resource={encoded}")
}

/// The form, filled in.
async fn filled(browser: &Browser<'_>, name: &str, scopes: &[&str], days: &str) -> Form {
    let mut form = browser.get(&page(NOTES)).await.form(NEW);
    let ticked = scopes.iter().map(|scope| ("scope".into(), (*scope).into()));
    form.fields.extend(ticked);
    form.with("name", name).with("days", days)
}

fn shown(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("id=\"token\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

pub(super) async fn make(browser: &Browser<'_>, scopes: &[&str]) -> String {
    let form = filled(browser, "backup", scopes, "30").await;
    let made = browser.submit_and_follow(&form).await;
    shown(&made)
}

async fn revoke(browser: &Browser<'_>) -> Form {
    let page = browser.get("/account/tokens").await;
    page.form("/account/tokens/revoke")
}

async fn lives(app: &App, token: &str) -> bool {
    app.issuer.personal_token(token).await.unwrap().is_some()
}

#[tokio::test]
async fn a_token_is_shown_once_and_good_for_what_was_ticked() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let form = filled(&ada, "  backup\u{202e} ", &["notes:read"], "7").await;
    let answer = ada.submit(&form).await;
    assert_eq!(answer.location(), "/account/tokens/made");
    let made = ada.get(answer.location()).await;
    let token = shown(&made);
    assert!(token.starts_with("vpat_") && token.len() == 61, "{token}");
    let found = app.issuer.personal_token(&token).await.unwrap().unwrap();
    assert_eq!(found.resource, NOTES);
    assert_eq!(found.scope.to_string(), "notes:read");
    assert_eq!(found.expires_at, NOW.plus(7 * DAY));
    // Once.
    assert_eq!(
        ada.get("/account/tokens/made").await.location(),
        "/account/tokens"
    );
    let list = ada.get("/account/tokens").await.body;
    for text in [
        "<bdi>backup</bdi>",
        "Notes: Title of notes:read",
        "2027-01-22 08:00 UTC",
        "Not used yet",
    ] {
        assert!(list.contains(text), "{text}: {list}");
    }
    assert!(!list.contains(&token));
    let log = format!("{:?}", events(&app).await);
    assert!(
        log.contains("personal_token_made") && !log.contains(&token),
        "{log}"
    );
    app.clock.advance(7 * DAY - 1);
    assert!(lives(&app, &token).await);
    app.clock.advance(1);
    assert!(!lives(&app, &token).await);
    app.db.close().await;
    for file in app.files() {
        let bytes = std::fs::read(file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&token[5..]));
    }
}

#[tokio::test]
async fn a_token_that_is_asked_for_wrongly_is_not_made() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    for (name, scopes, days, why) in [
        ("", &["notes:read"][..], "30", "Give it a name."),
        ("x", &[], "30", "Tick at least one"),
        ("x", &["nonsense", "openid"], "30", "Tick at least one"),
        ("x", &["notes:read"], "0", "from 1 to 30"),
        ("x", &["notes:read"], "31", "from 1 to 30"),
        ("x", &["notes:read"], "-1", "from 1 to 30"),
        ("x", &["notes:read"], "", "from 1 to 30"),
        ("x", &["notes:read"], "99999999999999999999", "from 1 to 30"),
    ] {
        let form = filled(&ada, name, scopes, days).await;
        let answer = ada.submit(&form).await;
        assert_eq!(answer.status, 400, "{name} {scopes:?} {days}");
        assert!(answer.body.contains(why), "{why}: {}", answer.body);
    }
    let form = filled(&ada, "x", &["notes:read"], "30").await;
    for resource in ["", "https://auth.test/mcp/other", "nonsense"] {
        let answer = ada.submit(&form.clone().with("resource", resource)).await;
        assert_eq!(answer.status, 400, "{resource}");
        assert_eq!(ada.get(&page(resource)).await.status, 400);
    }
    assert_eq!(app.browser().submit(&form).await.status, 403);
    // A scope of another resource counts for nothing.
    let elsewhere = ada.submit_and_follow(&form.with("resource", PING)).await;
    let token = shown(&elsewhere);
    let found = app.issuer.personal_token(&token).await.unwrap().unwrap();
    assert_eq!((found.resource.as_str(), found.scope.len()), (PING, 0));
    assert_eq!(count(&app, "personal_token_made").await, 1);
}

#[tokio::test]
async fn making_one_takes_a_recent_sign_in_and_there_is_a_most() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let form = filled(&ada, "x", &["notes:read"], "1").await;
    for _ in 0..50 {
        assert_eq!(ada.submit(&form).await.status, 303);
    }
    let full = ada.submit(&form).await;
    assert!(full.body.contains("You have 50 tokens"), "{}", full.body);
    ada.submit(&revoke(&ada).await).await;
    app.clock.advance(601);
    let stale = ada.submit(&form).await;
    assert!(
        stale.location().starts_with("/account/confirm?"),
        "{}",
        stale.location()
    );
    let asked = ada.visit(&page(NOTES)).await;
    assert!(
        asked.body.contains("to make a personal access token"),
        "{}",
        asked.body
    );
    assert_eq!(count(&app, "personal_token_made").await, 50);
    // Seeing and ending them does not.
    ada.submit(&revoke(&ada).await).await;
    assert_eq!(count(&app, "personal_token_revoked").await, 2);
}

#[tokio::test]
async fn a_token_ends_with_a_click_of_its_person_and_of_nobody_else() {
    let app = App::start().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let (hers, his) = (
        make(&ada, &["notes:read"]).await,
        make(&bob, &["notes:read"]).await,
    );
    let form = revoke(&ada).await;
    let his_id = revoke(&bob).await.get("token").unwrap().to_owned();
    for id in [&his_id, "", "nonsense"] {
        ada.submit(&form.clone().with("token", id)).await;
    }
    assert_eq!(app.browser().submit(&form).await.status, 403);
    assert!(lives(&app, &hers).await && lives(&app, &his).await);
    assert_eq!(count(&app, "personal_token_revoked").await, 0);
    ada.submit(&form).await;
    assert!(!lives(&app, &hers).await && lives(&app, &his).await);
    // Nobody is shown what another session made.
    let form = filled(&ada, "x", &["notes:read"], "1").await;
    ada.submit(&form).await;
    let thief = ada.copy();
    let login = thief.get("/login").await.form("/login");
    let login = login.with("email", "bob@example.com");
    thief
        .submit(&login.with("password", testkit::PASSWORD))
        .await;
    assert_eq!(
        thief.get("/account/tokens/made").await.location(),
        "/account/tokens"
    );
    people::set_disabled(&app.issuer, "bob@example.com", true)
        .await
        .unwrap();
    assert!(!lives(&app, &his).await);
}

#[tokio::test]
async fn introspection_tells_the_resource_and_nobody_else() {
    let secret = "a secret of the resource";
    let client = |id: &str, resource: &str| ConfiguredClient {
        id: ClientId::parse(id).unwrap(),
        name: id.to_owned(),
        redirect_uris: Vec::new(),
        auth_method: AuthMethod::ClientSecretBasic,
        secret_hash: Some(SecretHash::of(secret.as_bytes())),
        jwks: None,
        jwks_uri: None,
        introspects: vec![Resource::parse(resource).unwrap()],
    };
    let app = App::builder()
        .with(|settings| settings.clients = vec![client("notes", NOTES), client("ping", PING)])
        .start()
        .await;
    let ada = app.person("ada").await;
    let token = make(&ada, &["notes:read", "notes:write"]).await;
    let ask = async |id: &str, token: &str| {
        let request = http::Request::post("/oauth/introspect")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", basic(id, secret));
        let form = format!("token={token}");
        app.send(request.body(form.into()).unwrap()).await.json()
    };
    let told = ask("notes", &token).await;
    assert_eq!(told["active"], true, "{told}");
    assert_eq!(told["aud"], NOTES);
    assert_eq!(told["scope"], "notes:read notes:write");
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["exp"], NOW.0 + 30 * DAY);
    assert!(
        told["client_id"]
            .as_str()
            .unwrap()
            .starts_with("personal_token_")
    );
    assert_eq!(ask("ping", &token).await["active"], false);
    let spoiled = format!("{}0", &token[..token.len() - 1]);
    for other in [&*spoiled, "vpat_", "vpat_x"] {
        assert_eq!(ask("notes", other).await["active"], false, "{other}");
    }
    ada.submit(&revoke(&ada).await).await;
    assert_eq!(ask("notes", &token).await["active"], false);
}

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

#[tokio::test]
async fn a_person_sees_when_a_token_was_used() {
    let app = App::start().await;
    let ada = app.person("ada").await;
    let token = make(&ada, &["notes:read"]).await;
    let found = app.issuer.personal_token(&token).await.unwrap().unwrap();
    app.clock.advance(60);
    app.issuer.note_use(&Use {
        person_id: &found.person_id,
        client_id: &found.client_id(),
        resource: &found.resource,
        tool: Some("notes_list"),
    });
    app.issuer.run_job("write_usage").await.unwrap();
    let page = ada.get("/account/tokens").await.body;
    assert!(
        page.contains("2027-01-15 08:01 UTC") && page.contains("1 call in 30 days"),
        "{page}"
    );
    // It is no app.
    assert!(ada.app_pages().await.is_empty());
}
