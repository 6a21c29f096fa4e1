//! A provider of OpenID Connect that is strict about what it is asked, and whose next ID token can be
//! spoiled in every way that a relying party must notice. Loopback only; it ends with the test.
#![expect(
    clippy::indexing_slicing,
    reason = "what a test lacks is the test's failure"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use issuer::settings::{IdentifiedBy, OidcAuth, OidcSettings, UpstreamKind, UpstreamSettings};
use oauth::jwt::{Algorithm, SigningKey};
use oauth::pkce::Verifier;
use oauth::secret::{Secret, base64url};
use serde_json::{Value, json};
use url::Url;

use crate::NOW;

const CLIENT_ID: &str = "our client";
const CLIENT_SECRET: &str = "a secret: with / and %";

/// What is wrong with an ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoil {
    WrongAud,
    WrongIss,
    Expired,
    NoNonce,
    WrongNonce,
    BadSig,
    AlgNone,
    Hs256WithPublicKey,
    NoSub,
    ExtraAud,
    /// Without a key id, and signed by a key that was never published.
    NoKid,
    FutureIat,
}

impl Spoil {
    pub const ALL: [Self; 12] = [
        Self::WrongAud,
        Self::WrongIss,
        Self::Expired,
        Self::NoNonce,
        Self::WrongNonce,
        Self::BadSig,
        Self::AlgNone,
        Self::Hs256WithPublicKey,
        Self::NoSub,
        Self::ExtraAud,
        Self::NoKid,
        Self::FutureIat,
    ];
}

/// How the provider behaves, besides the usual.
#[derive(Clone, Debug, Default)]
pub struct OidcManner {
    /// What its metadata say in place of the usual.
    pub metadata: Value,
    /// What every ID token says in place of the usual.
    pub claims: Value,
    /// What the userinfo endpoint says, in place of the subject alone.
    pub userinfo: Option<Value>,
    /// Its keys and tokens have no names.
    pub unnamed_keys: bool,
    pub spoil: Option<Spoil>,
    pub away: bool,
}

struct Inner {
    manner: OidcManner,
    base: String,
    key: SigningKey,
    /// Codes with claims, challenge, redirect URI and nonce.
    codes: HashMap<String, (Value, String, String, String)>,
    /// Access tokens, with the subject.
    tokens: HashMap<String, Value>,
    made: u32,
    calls: Vec<String>,
    token_request: (HashMap<String, String>, Option<String>),
}

/// A provider on loopback.
pub struct FakeOidc {
    base: String,
    inner: Arc<Mutex<Inner>>,
    task: tokio::task::JoinHandle<()>,
}

type Shared = State<Arc<Mutex<Inner>>>;

fn lock(inner: &Mutex<Inner>) -> std::sync::MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).expect("a key")
}

impl FakeOidc {
    /// # Panics
    /// If no port can be had.
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Mutex::new(Inner {
            manner: OidcManner::default(),
            base: base.clone(),
            key: key(),
            codes: HashMap::new(),
            tokens: HashMap::new(),
            made: 0,
            calls: Vec::new(),
            token_request: Default::default(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(Arc::clone(&inner));
        let task =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { base, inner, task }
    }

    /// The settings of an issuer that uses it under a name.
    #[must_use]
    pub fn settings(&self, name: &str) -> UpstreamSettings {
        UpstreamSettings {
            name: name.to_owned(),
            title: name.to_uppercase(),
            client_id: CLIENT_ID.to_owned(),
            signs_in: true,
            trusts_email: false,
            base_scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            kind: UpstreamKind::Oidc(self.oidc()),
        }
    }

    /// As [`FakeOidc::settings`], without what all upstreams have.
    #[must_use]
    pub fn oidc(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.base.clone(),
            discovery_url: format!("{}/.well-known/openid-configuration", self.base),
            auth: OidcAuth::Basic(Secret::new(CLIENT_SECRET.to_owned())),
            identified_by: IdentifiedBy::Subject,
            assumes_email_verified: false,
            form_post: false,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Changes how it behaves.
    pub fn set(&self, change: impl FnOnce(&mut OidcManner)) {
        change(&mut lock(&self.inner).manner);
    }

    /// Signs with a new key from now on; the old one is published no more.
    pub fn rotate_key(&self) {
        lock(&self.inner).key = key();
    }

    /// The person allows what the browser was sent with. Where the browser goes then, on our origin.
    ///
    /// # Panics
    /// If the address is not one that it would show a page for.
    #[must_use]
    pub fn allow(&self, location: &str, claims: &Value) -> String {
        let query = self.asked(location);
        let (redirect, state) = (&query["redirect_uri"], &query["state"]);
        let mut inner = lock(&self.inner);
        inner.made += 1;
        let code = format!("code-{}", inner.made);
        let kept = (
            claims.clone(),
            query["code_challenge"].clone(),
            redirect.clone(),
            query["nonce"].clone(),
        );
        inner.codes.insert(code.clone(), kept);
        let path = Url::parse(redirect).expect("a URL").path().to_owned();
        let encoded = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        let (state, iss) = (encoded(state), encoded(&self.base));
        format!("{path}?code={code}&state={state}&iss={iss}")
    }

    /// What the browser was sent with.
    ///
    /// # Panics
    /// If the address is not one that it would show a page for.
    #[must_use]
    pub fn asked(&self, location: &str) -> HashMap<String, String> {
        let url = Url::parse(location).expect("a URL");
        assert!(location.starts_with(&format!("{}/authorize?", self.base)));
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["client_id"], CLIENT_ID);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert!(query["scope"].split(' ').any(|scope| scope == "openid"));
        query
    }

    /// Calls so far whose method and path are this.
    #[must_use]
    pub fn calls(&self, call: &str) -> usize {
        let inner = lock(&self.inner);
        inner.calls.iter().filter(|made| *made == call).count()
    }

    /// The form and the `Authorization` of the newest token request.
    #[must_use]
    pub fn token_request(&self) -> (HashMap<String, String>, Option<String>) {
        lock(&self.inner).token_request.clone()
    }

    /// Every token that it gave out.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let inner = lock(&self.inner);
        let tokens = inner.tokens.keys().cloned();
        tokens.chain([CLIENT_SECRET.to_owned()]).collect()
    }
}

impl Drop for FakeOidc {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}

impl Inner {
    fn note(&mut self, call: &str) -> Result<(), StatusCode> {
        self.calls.push(call.to_owned());
        match self.manner.away {
            true => Err(StatusCode::BAD_GATEWAY),
            false => Ok(()),
        }
    }

    fn id_token(&mut self, claims: &Value, nonce: &str) -> String {
        let mut all = json!({
            "iss": self.base, "aud": CLIENT_ID, "nonce": nonce,
            "iat": NOW.0, "exp": NOW.0 + 86_400,
        });
        merge(&mut all, claims);
        merge(&mut all, &self.manner.claims);
        let mut header = json!({"alg": "ES256", "kid": self.key.public().kid()});
        if self.manner.unnamed_keys {
            header = json!({"alg": "ES256"});
        }
        let spoil = self.manner.spoil.take();
        match spoil {
            Some(Spoil::WrongAud) => all["aud"] = "somebody else".into(),
            Some(Spoil::WrongIss) => all["iss"] = format!("{}/", self.base).into(),
            Some(Spoil::Expired) => all["exp"] = (NOW.0 - 61).into(),
            Some(Spoil::NoNonce) => all["nonce"] = Value::Null,
            Some(Spoil::WrongNonce) => all["nonce"] = "another".into(),
            Some(Spoil::NoSub) => all["sub"] = Value::Null,
            Some(Spoil::ExtraAud) => all["aud"] = json!([CLIENT_ID, "another"]),
            Some(Spoil::FutureIat) => all["iat"] = (NOW.0 + 3_600).into(),
            Some(Spoil::AlgNone) => header = json!({"alg": "none"}),
            Some(Spoil::Hs256WithPublicKey) => header["alg"] = "HS256".into(),
            Some(Spoil::NoKid) => header = json!({"alg": "ES256"}),
            Some(Spoil::BadSig) | None => {}
        }
        if let Some(claims) = all.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        let text = |json: &Value| base64url(json.to_string().as_bytes());
        let signed = format!("{}.{}", text(&header), text(&all));
        let signature = match spoil {
            Some(Spoil::AlgNone) => Vec::new(),
            Some(Spoil::Hs256WithPublicKey) => {
                let public = self.key.public_der().expect("a public key");
                let key = hmac::Key::new(hmac::HMAC_SHA256, &public);
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            Some(Spoil::BadSig | Spoil::NoKid) => sign(&key(), &signed),
            _ => sign(&self.key, &signed),
        };
        format!("{signed}.{}", base64url(&signature))
    }
}

pub(crate) fn sign(key: &SigningKey, message: &str) -> Vec<u8> {
    let der = key.to_pkcs8().expect("a private key");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.expose());
    let signed = pair
        .expect("a key pair")
        .sign(&SystemRandom::new(), message.as_bytes());
    signed.expect("a signature").as_ref().to_vec()
}

async fn metadata(State(inner): Shared) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("GET /.well-known/openid-configuration")?;
    let base = &inner.base;
    let mut all = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "authorization_response_iss_parameter_supported": true,
    });
    merge(&mut all, &inner.manner.metadata);
    Ok(Json(all))
}

async fn keys(State(inner): Shared) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("GET /keys")?;
    let mut key = json!(inner.key.public());
    if inner.manner.unnamed_keys
        && let Some(members) = key.as_object_mut()
    {
        members.remove("kid");
    }
    Ok(Json(json!({ "keys": [key] })))
}

async fn token(
    State(inner): Shared,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    let mut inner = lock(&inner);
    let away = |status| (status, Json(json!({})));
    inner.note("POST /token").map_err(away)?;
    let authorization = headers.get("authorization");
    let authorization = authorization.and_then(|value| value.to_str().ok());
    inner.token_request = (form.clone(), authorization.map(str::to_owned));
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let refuse = (
        StatusCode::BAD_REQUEST,
        Json(json!({"error": "invalid_grant"})),
    );
    let Some((claims, challenge, redirect, nonce)) = inner.codes.remove(field("code")) else {
        return Err(refuse);
    };
    let verifier = Verifier::parse(field("code_verifier"));
    let meets = verifier.is_ok_and(|verifier| verifier.challenge().as_str() == challenge);
    if !meets || field("redirect_uri") != redirect || field("grant_type") != "authorization_code" {
        return Err(refuse);
    }
    inner.made += 1;
    let access = format!("access-{}-of-{CLIENT_ID}", inner.made);
    inner.tokens.insert(access.clone(), claims["sub"].clone());
    let id_token = inner.id_token(&claims, &nonce);
    Ok(Json(json!({
        "access_token": access, "token_type": "Bearer", "expires_in": 3_600,
        "refresh_token": format!("refresh-{}", inner.made), "id_token": id_token,
    })))
}

async fn userinfo(State(inner): Shared, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.note("GET /userinfo")?;
    let bearer = headers.get("authorization");
    let token = bearer.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let sub = token.and_then(|token| inner.tokens.get(token));
    let sub = sub.ok_or(StatusCode::UNAUTHORIZED)?;
    let plain = json!({ "sub": sub });
    Ok(Json(inner.manner.userinfo.clone().unwrap_or(plain)))
}
