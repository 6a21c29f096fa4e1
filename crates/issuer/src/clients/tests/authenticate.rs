//! Proofs of identity: each way, wrong ways, two ways at once, and assertions used twice.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth::client::{AuthMethod, ClientId};
use oauth::error::ErrorCode;
use oauth::jwt::{Algorithm, SigningKey};
use oauth::params::Params;
use oauth::secret::{SecretHash, base64url};
use serde_json::{Value, json};

use super::{Host, issuer, issuer_on, settings};
use crate::Issuer;
use crate::clients::authenticate::authenticate;
use crate::db::Db;
use crate::db_suite::NOW;
use crate::settings::{ConfiguredClient, Settings};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOKEN_ENDPOINT: &str = "http://localhost:3000/oauth/token";

fn configured(id: &str, auth_method: AuthMethod) -> ConfiguredClient {
    ConfiguredClient {
        id: ClientId::parse(id).unwrap(),
        name: id.into(),
        redirect_uris: vec!["https://a.example/cb".into()],
        auth_method,
        secret_hash: auth_method.has_secret().then(|| SecretHash::of(b"s+e%c")),
        jwks: None,
        jwks_uri: None,
        introspects: Vec::new(),
    }
}

fn with_clients(clients: Vec<ConfiguredClient>) -> Settings {
    Settings {
        clients,
        ..settings()
    }
}

/// Who a request is from, or the code of its refusal.
async fn outcome(issuer: &Issuer, basic: Option<&str>, form: &str) -> Result<String, ErrorCode> {
    let mut headers = HeaderMap::new();
    if let Some(basic) = basic {
        let value = HeaderValue::from_str(basic).unwrap();
        headers.insert(header::AUTHORIZATION, value);
    }
    let params = Params::parse_form(form.as_bytes()).unwrap();
    let client = authenticate(issuer, &headers, &params).await;
    client
        .map(|client| client.id.as_str().to_owned())
        .map_err(|error| error.code())
}

#[tokio::test]
async fn secrets_are_accepted_by_header_and_form_and_in_one_way_only() {
    // RFC 6749 §2.3, RFC 6749 §2.3.1
    use ErrorCode::{InvalidClient, InvalidRequest};
    let (issuer, _) = issuer(with_clients(vec![
        configured("se+cret", AuthMethod::ClientSecretBasic),
        configured("post", AuthMethod::ClientSecretPost),
        configured("public", AuthMethod::None),
    ]))
    .await;
    let basic = |text: &str| Some(format!("Basic {}", STANDARD.encode(text)));
    let plain = |text: &str| Some(text.to_owned());
    for (header, form, expected) in [
        (basic("se+cret:s+e%c"), "", Ok("se+cret")),
        (basic("se%2Bcret:s%2Be%25c"), "", Ok("se+cret")),
        (basic("se+cret:s+e%c"), "client_id=se%2Bcret", Ok("se+cret")),
        (
            basic("se%2Bcret:s%2Be%25c"),
            "client_id=se%2Bcret",
            Ok("se+cret"),
        ),
        (basic("post:s+e%c"), "", Ok("post")),
        (None, "client_id=post&client_secret=s%2Be%25c", Ok("post")),
        (None, "client_id=public", Ok("public")),
        (None, "client_id=public&client_secret=", Ok("public")),
        (basic("public:"), "", Ok("public")),
        (None, "client_id=chatgpt-connector", Ok("chatgpt-connector")),
        (basic("se+cret:wrong"), "", Err(InvalidClient)),
        (basic("se+cret:"), "", Err(InvalidClient)),
        (basic("public:secret"), "", Err(InvalidClient)),
        (basic("nobody:secret"), "", Err(InvalidClient)),
        (None, "client_id=nobody", Err(InvalidClient)),
        (None, "client_id=se%2Bcret", Err(InvalidClient)),
        (None, "client_id=public&client_secret=x", Err(InvalidClient)),
        (None, "client_secret=s%2Be%25c", Err(InvalidClient)),
        (None, "client_id=%C3%A4", Err(InvalidClient)),
        (None, "", Err(InvalidClient)),
        (
            basic("se+cret:s+e%c"),
            "client_id=public",
            Err(InvalidRequest),
        ),
        (
            basic("se+cret:s+e%c"),
            "client_secret=s%2Be%25c",
            Err(InvalidRequest),
        ),
        (
            basic("se+cret:s+e%c"),
            "client_assertion=x",
            Err(InvalidRequest),
        ),
        (
            None,
            "client_id=post&client_secret=x&client_assertion=y",
            Err(InvalidRequest),
        ),
        (
            None,
            "client_id=post&client_assertion=y",
            Err(InvalidRequest),
        ),
        (plain("Basic ???"), "client_id=public", Err(InvalidRequest)),
        (
            plain("Basic bm9jb2xvbg=="),
            "client_id=public",
            Err(InvalidRequest),
        ),
        (plain("Bearer x"), "client_id=public", Err(InvalidRequest)),
        (plain("Basic"), "client_id=public", Err(InvalidRequest)),
    ] {
        let result = outcome(&issuer, header.as_deref(), form).await;
        assert_eq!(result, expected.map(str::to_owned), "{header:?} {form}");
    }
}

fn claims(jti: &str) -> Value {
    json!({
        "iss": "keys", "sub": "keys", "aud": TOKEN_ENDPOINT,
        "iat": NOW.0, "exp": NOW.0 + 300, "jti": jti,
    })
}

fn form(assertion: &str) -> String {
    format!("client_assertion_type={BEARER}&client_assertion={assertion}")
}

fn key_client(host: &Host) -> Settings {
    let mut client = configured("keys", AuthMethod::PrivateKeyJwt);
    client.jwks_uri = Some(host.url("/jwks.json"));
    with_clients(vec![
        client,
        configured("post", AuthMethod::ClientSecretPost),
    ])
}

/// Signs with another `typ` than our own tokens have.
fn sign_as(key: &SigningKey, typ: &str, claims: &Value) -> String {
    let header = json!({"alg": "ES256", "typ": typ}).to_string();
    let text = format!(
        "{}.{}",
        base64url(header.as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    let pkcs8 = key.to_pkcs8().unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expose()).unwrap();
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", base64url(signature.as_ref()))
}

fn publish(host: &Host, key: &SigningKey) {
    host.json("/jwks.json", &json!({"keys": [key.public()]}));
}

#[tokio::test]
async fn an_assertion_is_accepted_once_and_only_as_it_should_be() {
    // RFC 7523 §3, RFC 7523 §2.2
    let (host, key) = (
        Host::start().await,
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    publish(&host, &key);
    let (issuer, _) = issuer(key_client(&host)).await;
    let changes = [
        ("x", json!(0), true),
        ("aud", json!("http://localhost:3000"), true),
        ("aud", json!(["http://localhost:3000"]), true),
        ("exp", json!(NOW.0 as f64 + 10.5), true),
        ("aud", json!("http://localhost:3000/"), false),
        ("aud", json!("https://other.example"), false),
        ("aud", json!(null), false),
        ("iss", json!("post"), false),
        ("sub", json!("post"), false),
        ("exp", json!(NOW.0 - 31), false),
        ("exp", json!(NOW.0 + 331), false),
        ("exp", json!(null), false),
        ("exp", json!("x"), false),
        ("nbf", json!(NOW.0 + 60), false),
        ("jti", json!(null), false),
        ("jti", json!(""), false),
        ("jti", json!("x".repeat(600)), false),
    ];
    for (n, (member, value, accepted)) in changes.into_iter().enumerate() {
        let mut sent = claims(&format!("{n}"));
        sent[member] = value.clone();
        let assertion = key.sign_jwt(&sent).unwrap();
        let result = outcome(&issuer, None, &form(&assertion)).await;
        assert_eq!(result.is_ok(), accepted, "{member} {value} {result:?}");
        // RFC 7523 §3
        let again = outcome(&issuer, None, &form(&assertion)).await;
        assert_eq!(again, Err(ErrorCode::InvalidClient), "{member} {value}");
    }
    let named = form(&key.sign_jwt(&claims("a")).unwrap());
    let other = outcome(&issuer, None, &format!("{named}&client_id=post")).await;
    assert_eq!(other, Err(ErrorCode::InvalidRequest));
    assert!(
        outcome(&issuer, None, &format!("{named}&client_id=keys"))
            .await
            .is_ok()
    );
    // draft-ietf-oauth-rfc7523bis-02 §4
    let typed = sign_as(&key, "client-authentication+jwt", &claims("c"));
    assert!(outcome(&issuer, None, &form(&typed)).await.is_ok());
    let typed = key.sign_access(&claims("b")).unwrap();
    let untyped = named.replace(BEARER, "x");
    for refused in [form(&typed), untyped, form("a.b.c"), form("")] {
        assert!(outcome(&issuer, None, &refused).await.is_err(), "{refused}");
    }
}

#[tokio::test]
async fn forged_assertions_are_refused() {
    let (host, key) = (
        Host::start().await,
        SigningKey::generate(Algorithm::EdDsa).unwrap(),
    );
    publish(&host, &key);
    let (issuer, _) = issuer(key_client(&host)).await;
    let stranger = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let payload = base64url(claims("n").to_string().as_bytes());
    let header = |json: Value| base64url(json.to_string().as_bytes());
    let good = key.sign_jwt(&claims("g")).unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    let kid = key.public().kid();
    for forged in [
        stranger.sign_jwt(&claims("s")).unwrap(),
        format!("{}.{payload}.", header(json!({"alg": "none"}))),
        format!(
            "{}.{payload}.{signature}",
            header(json!({"alg": "HS256", "kid": kid}))
        ),
        format!(
            "{}.{payload}.{signature}",
            header(json!({"alg": "EdDSA", "kid": kid}))
        ),
        format!(
            "{}.{payload}.{signature}",
            header(json!({"alg": "EdDSA", "crit": ["x"]}))
        ),
        format!("{good}A"),
    ] {
        let result = outcome(&issuer, None, &form(&forged)).await;
        assert_eq!(result, Err(ErrorCode::InvalidClient), "{forged}");
    }
    assert!(outcome(&issuer, None, &form(&good)).await.is_ok());
}

#[tokio::test]
async fn new_keys_are_fetched_when_one_is_unknown_but_not_at_every_request() {
    let (host, first) = (
        Host::start().await,
        SigningKey::generate(Algorithm::EdDsa).unwrap(),
    );
    publish(&host, &first);
    let (issuer, clock) = issuer(key_client(&host)).await;
    let sign = |key: &SigningKey, n: u32| form(&key.sign_jwt(&claims(&n.to_string())).unwrap());
    for n in 0..3 {
        assert!(outcome(&issuer, None, &sign(&first, n)).await.is_ok());
    }
    assert_eq!(host.connections(), 1);
    let second = SigningKey::generate(Algorithm::EdDsa).unwrap();
    publish(&host, &second);
    for n in 3..6 {
        assert!(outcome(&issuer, None, &sign(&second, n)).await.is_err());
    }
    assert_eq!(host.connections(), 0);
    clock.advance(60);
    assert!(outcome(&issuer, None, &sign(&second, 6)).await.is_ok());
    assert_eq!(host.connections(), 1);
    // A host that is away says nothing about the client.
    host.answer("/jwks.json", "503 Busy", "");
    clock.advance(60);
    let result = outcome(&issuer, None, &sign(&first, 7)).await;
    assert_eq!(result, Err(ErrorCode::TemporarilyUnavailable));
}

pub(crate) async fn assertions_that_race_win_once(db: Db) {
    let (host, key) = (
        Host::start().await,
        SigningKey::generate(Algorithm::EdDsa).unwrap(),
    );
    publish(&host, &key);
    let (one, _) = issuer_on(db.clone(), key_client(&host)).await;
    let (two, _) = issuer_on(db, key_client(&host)).await;
    let sent = form(&key.sign_jwt(&claims("once")).unwrap());
    let nodes = [&one, &two].into_iter().cycle().take(20);
    let tries = nodes.map(|node| outcome(node, None, &sent));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}
