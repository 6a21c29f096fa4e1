//! A client that is only a document: consent, code and tokens, with and without a proof.

use axum::body::Body;
use http::Request;
use issuer::operate;
use issuer::settings::PublicUrl;
use oauth::client::ClientId;
use oauth::jwt::{Algorithm, SigningKey};
use serde_json::{Value, json};
use testkit::{Answer, App, NOW, OauthClient, VERIFIER};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const ORIGIN: &str = "http://localhost:3000";

/// A host on this machine with one document, which is made from its address.
async fn publish(tasks: &mut JoinSet<()>, document: impl FnOnce(&str) -> Value) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://{address}/client.json");
    let body = document(&url).to_string();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.read(&mut [0; 4_096]).await);
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()).await);
        }
    });
    url
}

/// A development issuer, which may ask its own machine.
async fn development_app() -> App {
    let change = |settings: &mut issuer::settings::Settings| {
        settings.public_url = PublicUrl::parse(ORIGIN).expect("an origin");
        settings.metadata_documents.insecure_allow_loopback = true;
    };
    App::builder().with(change).start().await
}

async fn document_client<'a>(app: &'a App, url: String) -> OauthClient<'a> {
    let mut client = app.client().await;
    client.id = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
    client.redirect_uri = "https://doc.example/cb".to_owned();
    client
}

#[tokio::test]
async fn a_document_alone_leads_to_tokens() {
    let (app, mut tasks) = (development_app().await, JoinSet::new());
    let url = publish(&mut tasks, |url| {
        json!({
            "client_id": url, "client_name": "Doc", "redirect_uris": ["https://doc.example/cb"],
        })
    })
    .await;
    let client = document_client(&app, url).await;
    let tokens = client.tokens(&app.person("ada").await, "notes:read").await;
    assert_eq!(client.refresh(&tokens.refresh_token).await.status, 200);
}

#[tokio::test]
async fn a_document_with_keys_wants_a_proof_of_each_exchange() {
    // RFC 7523 §2.2
    let (app, mut tasks) = (development_app().await, JoinSet::new());
    let key = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    let url = publish(&mut tasks, |url| {
        json!({
            "client_id": url, "client_name": "Doc", "redirect_uris": ["https://doc.example/cb"],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.public()]},
        })
    })
    .await;
    let client = document_client(&app, url.clone()).await;
    let code = client.code(&app.person("ada").await, "notes:read").await;
    assert_eq!(client.exchange(&code).await.error(), "invalid_client");
    let claims = json!({
        "iss": url, "sub": url, "aud": ORIGIN, "exp": NOW.0 + 60, "iat": NOW.0, "jti": "1",
    });
    let form = format!(
        "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}\
         &redirect_uri=https://doc.example/cb&client_assertion={}&client_assertion_type={}",
        key.sign_jwt(&claims).expect("an assertion"),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    let answer = app.post("/oauth/token", form.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        app.post("/oauth/token", form).await.error(),
        "invalid_client"
    );
}

async fn token_request(app: &App, basic: &str) -> Answer {
    let request = Request::post("/oauth/token")
        .header("authorization", basic)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("grant_type=refresh_token&refresh_token=x"));
    app.send(request.expect("a request")).await
}

#[tokio::test]
async fn a_failed_proof_is_challenged_in_the_scheme_it_came_in() {
    // RFC 6749 §5.2
    let app = App::start().await;
    let answer = token_request(&app, "Basic bm9ib2R5OnNlY3JldA==").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (401, "invalid_client".into())
    );
    assert!(answer.header("www-authenticate").starts_with("Basic"));
    let form = "grant_type=refresh_token&refresh_token=x&client_id=nobody";
    let answer = app.post("/oauth/token", form).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (401, "invalid_client".into())
    );
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn a_document_that_cannot_be_is_a_page_and_never_a_redirect() {
    let app = App::start().await;
    let browser = app.person("ada").await;
    for id in [
        "https://a.example/",
        "http://127.0.0.1:1/c",
        "https://127.0.0.1/c",
        "https://a.example/%23x",
    ] {
        let path = format!(
            "/oauth/authorize?response_type=code&client_id={id}&redirect_uri=https://evil.example/"
        );
        let page = browser.visit(&path).await;
        assert_eq!(page.status, 400, "{id}");
        assert!(page.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn the_client_that_is_always_there_can_be_disabled_and_enabled() {
    let app = App::start().await;
    let id = ClientId::parse("chatgpt-connector").expect("an id");
    let form = "grant_type=refresh_token&refresh_token=x&client_id=chatgpt-connector";
    for (enabled, error) in [
        (true, "invalid_grant"),
        (false, "invalid_client"),
        (true, "invalid_grant"),
    ] {
        let known = operate::clients::set_disabled(&app.issuer, &id, !enabled).await;
        assert!(known.expect("a database"));
        assert_eq!(app.post("/oauth/token", form).await.error(), error);
    }
}

#[tokio::test]
async fn a_code_dies_with_its_client() {
    let app = App::start().await;
    let (client, browser) = (app.client().await, app.person("ada").await);
    let code = client.code(&browser, "notes:read").await;
    let id = ClientId::parse(&client.id).expect("an id");
    for disable in [true, false] {
        let known = operate::clients::set_disabled(&app.issuer, &id, disable).await;
        assert!(known.expect("a database"));
    }
    assert_eq!(client.exchange(&code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn nobody_makes_us_fetch_by_asking_for_tokens() {
    let mut tasks = JoinSet::new();
    let app = development_app().await;
    let url = publish(&mut tasks, |url| {
        json!({ "client_id": url, "client_name": "Once", "redirect_uris": ["https://a.example/cb"] })
    })
    .await;
    let form = format!("grant_type=refresh_token&refresh_token=x&client_id={url}");
    let ask = || app.post("/oauth/token", form.clone());
    assert_eq!(ask().await.error(), "invalid_client");
    let path = format!("/oauth/authorize?client_id={url}&redirect_uri=https://a.example/cb");
    assert_eq!(app.get(&path).await.status, 303);
    assert_eq!(ask().await.error(), "invalid_grant");
}
