//! Metadata documents: what they may say, how long they are kept, what is used without them.

use oauth::client::{AuthMethod, ClientId};
use oauth::redirect::ValidatedRedirect;
use serde_json::{Map, Value, json};

use super::{Host, issuer, issuer_on, settings};
use crate::Issuer;
use crate::clients::fetch::FetchError;
use crate::clients::metadata_document::{DocumentError, read};
use crate::clients::resolve::{ResolveError, resolve};
use crate::clients::{Client, ClientSource, pinned};
use crate::db::{self, DbError};

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn document(id: &str) -> Value {
    json!({
        "client_id": id,
        "client_name": "Doc",
        "redirect_uris": ["https://a.example/cb"],
    })
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn name(issuer: &Issuer, url: &str) -> Result<String, ResolveError> {
    Ok(resolve(issuer, &id(url)).await?.name.clone())
}

fn document_error(result: Result<String, ResolveError>) -> DocumentError {
    match result {
        Err(ResolveError::Document(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_says_who_it_is_and_publishes_no_secret() {
    let url = "https://a.example/client.json";
    let settings = settings();
    let private = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]});
    for (member, value, accepted) in [
        ("x", json!(null), true),
        ("client_id", json!("https://a.example/other.json"), false),
        ("client_id", json!(null), false),
        ("client_name", json!(""), false),
        ("client_name", json!(7), false),
        ("redirect_uris", json!([]), false),
        ("redirect_uris", json!(["http://a.example/"]), false),
        (
            "redirect_uris",
            json!(["http://a.example/", "http://localhost/"]),
            true,
        ),
        ("client_secret", json!("x"), false),
        ("client_secret_expires_at", json!(0), false),
        (
            "token_endpoint_auth_method",
            json!("client_secret_post"),
            false,
        ),
        (
            "token_endpoint_auth_method",
            json!("client_secret_jwt"),
            false,
        ),
        (
            "token_endpoint_auth_method",
            json!("tls_client_auth"),
            false,
        ),
        (
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            false,
        ),
        ("jwks", private, false),
        ("jwks_uri", json!("http://a.example/"), false),
    ] {
        let mut sent = document(url);
        sent[member] = value.clone();
        let result = read(object(sent), &id(url), &settings);
        assert_eq!(result.is_ok(), accepted, "{member}: {value}");
    }
}

#[test]
fn singular_and_plural_methods_are_both_read() {
    use AuthMethod::{None as Public, PrivateKeyJwt};
    let url = "https://a.example/client.json";
    for (singular, plural, methods) in [
        (json!(null), json!(null), &[Public][..]),
        (json!("none"), json!(null), &[Public]),
        (json!("private_key_jwt"), json!(null), &[PrivateKeyJwt]),
        (
            json!("private_key_jwt"),
            json!(["none", "private_key_jwt"]),
            &[PrivateKeyJwt, Public],
        ),
        (json!(null), json!(["none"]), &[Public]),
        (
            json!("tls_client_auth"),
            json!(["none", "client_secret_post"]),
            &[Public],
        ),
    ] {
        let mut sent = document(url);
        sent["token_endpoint_auth_method"] = singular;
        sent["token_endpoint_auth_methods_supported"] = plural;
        sent["jwks_uri"] = json!("https://a.example/jwks.json");
        let metadata = read(object(sent), &id(url), &settings()).unwrap();
        let client = Client::new(id(url), ClientSource::MetadataDocument, metadata);
        assert_eq!(client.auth_methods, methods);
    }
}

#[test]
fn known_clients_have_copies_that_pass_the_rules() {
    // RFC 8252 §7.3
    for (url, redirect, public) in [
        (
            "https://chatgpt.com/oauth/client.json",
            "https://chatgpt.com/connector_platform_oauth_redirect",
            true,
        ),
        (
            "https://chatgpt.com/oauth/abc_1/client.json",
            "https://chatgpt.com/connector/oauth/abc_1",
            true,
        ),
        (
            "https://chatgpt.com/oauth/codex/client.json",
            "http://localhost:5/callback",
            true,
        ),
        (
            "https://claude.ai/oauth/mcp-oauth-client-metadata",
            "https://claude.com/api/mcp/auth_callback",
            true,
        ),
        (
            "https://claude.ai/oauth/claude-code-client-metadata",
            "http://127.0.0.1:51000/callback",
            true,
        ),
        (
            "https://vscode.dev/oauth/client-metadata.json",
            "http://127.0.0.1:9/",
            true,
        ),
        (
            "https://opencode.ai/oauth/opencode/client.json",
            "http://127.0.0.1:19876/mcp/oauth/callback",
            true,
        ),
    ] {
        let copy = pinned::find(url).unwrap();
        let metadata = read(copy, &id(url), &settings()).unwrap();
        assert!(ValidatedRedirect::matching(Some(redirect), &metadata.redirect_uris).is_some());
        let client = Client::new(id(url), ClientSource::MetadataDocument, metadata);
        assert_eq!(client.auth_methods.contains(&AuthMethod::None), public);
        let signs = client.auth_methods.contains(&AuthMethod::PrivateKeyJwt);
        assert_eq!(signs, client.jwks_uri.is_some());
    }
    for unknown in [
        "https://chatgpt.com/oauth/a/b/client.json",
        "https://chatgpt.com/oauth//client.json",
        "https://chatgpt.com.evil.example/oauth/client.json",
        "https://claude.ai/",
    ] {
        assert!(pinned::find(unknown).is_none(), "{unknown}");
    }
}

#[tokio::test]
async fn only_plain_addresses_of_allowed_hosts_are_fetched() {
    let host = Host::start().await;
    let (issuer, _) = issuer(settings()).await;
    for bad in [
        "http://127.0.0.1.evil.example/c",
        "https://a.example",
        "https://a.example/",
        "https://a.example:443/c",
        "https://A.example/c",
        "https://u@a.example/c",
        "https://a.example/c#f",
        "https://a.example/x/../c",
        "https://a.example/%2e%2e/c",
        "http://a.example/c",
        "https:///c",
        "https://a.example/\\c",
    ] {
        let error = document_error(name(&issuer, bad).await);
        assert_eq!(error, DocumentError::UrlMalformed, "{bad}");
    }
    let mut closed = settings();
    closed.metadata_documents.hosts = vec!["good.example".into()];
    let (closed, _) = super::issuer(closed).await;
    let error = document_error(name(&closed, &host.url("/c")).await);
    assert_eq!(error, DocumentError::HostRefused);
    let mut off = settings();
    off.metadata_documents.enabled = false;
    let (off, _) = super::issuer(off).await;
    let error = document_error(name(&off, &host.url("/c")).await);
    assert_eq!(error, DocumentError::Disabled);
    assert_eq!(host.connections(), 0);
}

#[tokio::test]
async fn a_document_is_fetched_once_for_all_and_kept_within_bounds() {
    let host = Host::start().await;
    let url = host.url("/client.json");
    let head = "200 OK\r\ncontent-type: application/json\r\ncache-control: max-age=600";
    host.answer("/client.json", head, &document(&url).to_string());
    let (issuer, clock) = issuer(settings()).await;
    let many = futures_util::future::join_all((0..20).map(|_| name(&issuer, &url))).await;
    assert!(many.iter().all(|name| name.as_ref().unwrap() == "Doc"));
    assert_eq!(host.connections(), 1);

    let (other_node, other_clock) = issuer_on(issuer.db.clone(), settings()).await;
    other_clock.advance(599);
    assert_eq!(name(&other_node, &url).await.unwrap(), "Doc");
    assert_eq!(host.connections(), 0);

    let mut changed = document(&url);
    changed["client_name"] = json!("New");
    host.json("/client.json", &changed);
    for (seconds, connections, expected) in [(599, 0, "Doc"), (5, 1, "New"), (299, 0, "New")] {
        clock.advance(seconds);
        assert_eq!(name(&issuer, &url).await.unwrap(), expected);
        assert_eq!(host.connections(), connections);
    }
}

#[tokio::test]
async fn an_old_document_serves_while_its_host_is_away_and_no_longer() {
    let host = Host::start().await;
    let url = host.url("/client.json");
    host.json("/client.json", &document(&url));
    let (issuer, clock) = issuer(settings()).await;
    name(&issuer, &url).await.unwrap();
    host.answer("/client.json", "503 Busy", "");
    clock.advance(400);
    assert_eq!(name(&issuer, &url).await.unwrap(), "Doc");
    clock.advance(86_400);
    let error = document_error(name(&issuer, &url).await);
    assert_eq!(error, DocumentError::Fetch(FetchError::Refusing));

    host.json("/client.json", &document(&url));
    clock.advance(10);
    assert_eq!(name(&issuer, &url).await.unwrap(), "Doc");
    // What the host itself took back is gone at the next fetch.
    host.answer("/client.json", "404 Gone", "");
    clock.advance(400);
    let error = document_error(name(&issuer, &url).await);
    assert_eq!(error, DocumentError::Fetch(FetchError::NotFound));
}

#[tokio::test]
async fn a_wrong_document_is_not_kept_and_not_fetched_again_at_once() {
    let host = Host::start().await;
    let url = host.url("/client.json");
    host.json("/client.json", &document("https://a.example/other.json"));
    let (issuer, clock) = issuer(settings()).await;
    for (seconds, connections) in [(0, 1), (29, 0), (1, 1)] {
        clock.advance(seconds);
        let error = document_error(name(&issuer, &url).await);
        assert_eq!(error, DocumentError::ForeignId);
        assert_eq!(host.connections(), connections);
    }
    let mut tx = issuer.db.read().await.unwrap();
    assert_eq!(db::clients::find(&mut tx, &url).await.unwrap(), None);
    drop(tx);
    host.json("/client.json", &document(&url));
    clock.advance(30);
    assert_eq!(name(&issuer, &url).await.unwrap(), "Doc");
}

#[tokio::test]
async fn a_disabled_client_is_refused_within_seconds_from_every_source() {
    let host = Host::start().await;
    let url = host.url("/client.json");
    host.json("/client.json", &document(&url));
    let (issuer, clock) = issuer(settings()).await;
    assert!(name(&issuer, "chatgpt-connector").await.is_ok());
    assert!(name(&issuer, &url).await.is_ok());
    let disable = url.clone();
    let now = issuer.clock.now();
    let write = issuer.db.write::<_, DbError, _>(move |tx| {
        Box::pin(async move { db::clients::update_disabled(tx, &disable, Some(now)).await })
    });
    assert!(write.await.unwrap());
    clock.advance(5);
    assert!(matches!(
        name(&issuer, &url).await,
        Err(ResolveError::Disabled)
    ));
    assert!(matches!(
        name(&issuer, "nobody").await,
        Err(ResolveError::Unknown)
    ));
}
