//! Privy as far as a server sees it: a key set, and tokens that can be spoiled in every way that must be
//! noticed. Loopback only; it ends with the test.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issuer::settings::{
    PrivyKeys, PrivySettings, TokenEndpointAuth, UpstreamKind, UpstreamSettings,
};
use oauth::jwt::SigningKey;
use oauth::secret::base64url;
use serde_json::{Value, json};

use crate::NOW;
use crate::fake_oidc::{key, merge, sign};

const APP_ID: &str = "our-app";

/// What is wrong with an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivySpoil {
    WrongAud,
    SeveralAuds,
    WrongIss,
    IssWithScheme,
    Expired,
    NoExp,
    NoIat,
    TooOld,
    FutureIat,
    AlgNone,
    ForeignKey,
    ForeignKeyUnnamed,
    TypOfOthers,
    NoTyp,
    NoSid,
    NumericSid,
    Identity,
    NoSub,
    NoDid,
}

impl PrivySpoil {
    pub const ALL: [Self; 19] = [
        Self::WrongAud,
        Self::SeveralAuds,
        Self::WrongIss,
        Self::IssWithScheme,
        Self::Expired,
        Self::NoExp,
        Self::NoIat,
        Self::TooOld,
        Self::FutureIat,
        Self::AlgNone,
        Self::ForeignKey,
        Self::ForeignKeyUnnamed,
        Self::TypOfOthers,
        Self::NoTyp,
        Self::NoSid,
        Self::NumericSid,
        Self::Identity,
        Self::NoSub,
        Self::NoDid,
    ];
}

struct Inner {
    key: SigningKey,
    calls: usize,
    sessions: usize,
    away: bool,
}

/// Privy on loopback.
pub struct FakePrivy {
    base: String,
    inner: Arc<Mutex<Inner>>,
    task: tokio::task::JoinHandle<()>,
}

fn lock(inner: &Mutex<Inner>) -> std::sync::MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakePrivy {
    /// # Panics
    /// If no port can be had.
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Mutex::new(Inner {
            key: key(),
            calls: 0,
            sessions: 0,
            away: false,
        }));
        let path = format!("/api/v1/apps/{APP_ID}/jwks.json");
        let router = Router::new()
            .route(&path, get(keys))
            .with_state(Arc::clone(&inner));
        let task =
            tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { base, inner, task }
    }

    /// The settings of an issuer whose people sign in with it.
    #[must_use]
    pub fn settings(&self) -> UpstreamSettings {
        let jwks = format!("{}/api/v1/apps/{APP_ID}/jwks.json", self.base);
        self.settings_with(PrivyKeys::Url(jwks), TokenEndpointAuth::ResourceServer)
    }

    /// As [`FakePrivy::settings`], where they differ.
    #[must_use]
    pub fn settings_with(&self, keys: PrivyKeys, auth: TokenEndpointAuth) -> UpstreamSettings {
        UpstreamSettings {
            name: "privy".to_owned(),
            title: "Privy".to_owned(),
            client_id: APP_ID.to_owned(),
            signs_in: true,
            trusts_email: false,
            base_scopes: Vec::new(),
            kind: UpstreamKind::Privy(PrivySettings {
                base_url: self.base.clone(),
                keys,
                token_endpoint_auth: auth,
            }),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its public key now, in PEM.
    ///
    /// # Panics
    /// If the key cannot be written.
    #[must_use]
    pub fn pem(&self) -> String {
        let der = lock(&self.inner).key.public_der().expect("a public key");
        let text = STANDARD.encode(der);
        format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    }

    /// Signs with a new key from now on; the old one is published no more.
    pub fn rotate_key(&self) {
        lock(&self.inner).key = key();
    }

    /// Whether it answers nobody.
    pub fn set_away(&self, away: bool) {
        lock(&self.inner).away = away;
    }

    /// How often its keys were asked for.
    #[must_use]
    pub fn calls(&self) -> usize {
        lock(&self.inner).calls
    }

    /// An access token of somebody's new session, with claims in place of the usual ones.
    #[must_use]
    pub fn access_token(&self, name: &str, claims: &Value) -> String {
        let header = self.header();
        let mut inner = lock(&self.inner);
        inner.sessions += 1;
        let mut all = usual(name);
        merge(
            &mut all,
            &json!({"sid": format!("session-{}", inner.sessions)}),
        );
        merge(&mut all, claims);
        token(&header, &all, &inner.key)
    }

    /// An identity token of somebody, with an address if there is one.
    #[must_use]
    pub fn identity_token(&self, name: &str, email: Option<&str>) -> String {
        let mut all = usual(name);
        let mut linked = vec![json!({"type": "wallet", "address": "0x1", "lv": NOW.0})];
        linked.extend(email.map(|email| json!({"type": "email", "address": email, "lv": NOW.0})));
        let linked = Value::from(linked).to_string();
        merge(
            &mut all,
            &json!({"sid": null, "cr": "1", "linked_accounts": linked}),
        );
        token(&self.header(), &all, &lock(&self.inner).key)
    }

    /// An access token of somebody that nobody may be let in by.
    #[must_use]
    pub fn spoiled(&self, name: &str, spoil: PrivySpoil) -> String {
        let (mut header, mut all) = (self.header(), usual(name));
        let foreign = key();
        match spoil {
            PrivySpoil::WrongAud => merge(&mut all, &json!({"aud": "another-app"})),
            PrivySpoil::SeveralAuds => merge(&mut all, &json!({"aud": ["another-app"]})),
            PrivySpoil::WrongIss => merge(&mut all, &json!({"iss": "privy.example"})),
            PrivySpoil::IssWithScheme => merge(&mut all, &json!({"iss": "https://privy.io"})),
            PrivySpoil::Expired => merge(&mut all, &json!({"exp": NOW.0 - 61})),
            PrivySpoil::NoExp => merge(&mut all, &json!({"exp": null})),
            PrivySpoil::NoIat => merge(&mut all, &json!({"iat": null})),
            PrivySpoil::TooOld => merge(&mut all, &json!({"iat": NOW.0 - 61})),
            PrivySpoil::FutureIat => merge(&mut all, &json!({"iat": NOW.0 + 3_600})),
            PrivySpoil::AlgNone => merge(&mut header, &json!({"alg": "none"})),
            PrivySpoil::ForeignKeyUnnamed => merge(&mut header, &json!({"kid": null})),
            PrivySpoil::TypOfOthers => merge(&mut header, &json!({"typ": "at+jwt"})),
            PrivySpoil::NoTyp => merge(&mut header, &json!({"typ": null})),
            PrivySpoil::NoSid => merge(&mut all, &json!({"sid": null})),
            PrivySpoil::NumericSid => merge(&mut all, &json!({"sid": 7})),
            PrivySpoil::NoSub => merge(&mut all, &json!({"sub": null})),
            PrivySpoil::NoDid => merge(&mut all, &json!({"sub": name})),
            PrivySpoil::Identity => return self.identity_token(name, Some("ada@example.com")),
            PrivySpoil::ForeignKey => {}
        }
        let own = lock(&self.inner);
        let by_another = matches!(
            spoil,
            PrivySpoil::ForeignKey | PrivySpoil::ForeignKeyUnnamed
        );
        let key = if by_another { &foreign } else { &own.key };
        let token = token(&header, &all, key);
        match (spoil == PrivySpoil::AlgNone, token.rsplit_once('.')) {
            (true, Some((signed, _))) => format!("{signed}."),
            _ => token,
        }
    }

    fn header(&self) -> Value {
        let inner = lock(&self.inner);
        json!({"alg": "ES256", "typ": "JWT", "kid": inner.key.public().kid()})
    }
}

impl Drop for FakePrivy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn usual(name: &str) -> Value {
    json!({
        "iss": "privy.io", "aud": APP_ID, "sub": format!("did:privy:{name}"),
        "sid": format!("session-of-{name}"), "iat": NOW.0, "exp": NOW.0 + 3_600,
    })
}

fn token(header: &Value, claims: &Value, key: &SigningKey) -> String {
    let text = |json: &Value| {
        let mut json = json.clone();
        if let Some(members) = json.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        base64url(json.to_string().as_bytes())
    };
    let signed = format!("{}.{}", text(header), text(claims));
    let signature = sign(key, &signed);
    format!("{signed}.{}", base64url(&signature))
}

async fn keys(State(inner): State<Arc<Mutex<Inner>>>) -> Result<Json<Value>, StatusCode> {
    let mut inner = lock(&inner);
    inner.calls += 1;
    match inner.away {
        true => Err(StatusCode::BAD_GATEWAY),
        false => Ok(Json(json!({ "keys": [inner.key.public()] }))),
    }
}
