//! Issuers that share a database.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use oauth::client::ClientId;
use oauth::jwt::{Algorithm, SigningKey};
use oauth::pkce::Verifier;
use oauth::resource::Resource;
use oauth::secret::Secret;
use oauth::time::{Clock, ManualClock};
use tower::ServiceExt as _;

use crate::db::people::NewPerson;
use crate::db::{self, Db, DbError};
use crate::random::{Random, SeededRandom};
use crate::seal::SealingKey;
use crate::settings::{ResourceSettings, ScopeSettings, Settings};
use crate::tokens::methods::Method;
use crate::tokens::{code, keys, refresh, revocation};
use crate::{Issuer, KeysError, OpenError, Purpose};

use super::NOW;

const ORIGIN: &str = "https://auth.test";
/// RFC 7636 appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// One node, with a clock that moves when it is told to.
pub(super) struct Node {
    pub(super) issuer: Issuer,
    pub(super) clock: ManualClock,
    router: Router,
}

/// An answer's status and JSON.
pub(super) type Answer = (u16, serde_json::Value);

pub(super) fn settings() -> Settings {
    let scope = |name: &str| ScopeSettings {
        name: name.parse().unwrap(),
        title: String::new(),
        description: String::new(),
        base: true,
        writes: false,
    };
    let resource = ResourceSettings {
        resource: Resource::parse(&format!("{ORIGIN}/mcp/notes")).unwrap(),
        aliases: Vec::new(),
        name: "Notes".into(),
        default: true,
        algorithm: Algorithm::EdDsa,
        scopes: vec![scope("a"), scope("b")],
        acr: None,
        consent_note: None,
        upstream: None,
    };
    Settings {
        public_url: crate::settings::PublicUrl::parse(ORIGIN).unwrap(),
        operator_name: "Test".into(),
        brand: crate::settings::BrandSettings::default(),
        resources: vec![resource],
        sealing_keys: vec![sealing_key("one", 1)],
        signing_keys: Vec::new(),
        signing_algorithm: Algorithm::Es256,
        lifetimes: Default::default(),
        limits: Default::default(),
        sign_in: crate::settings::SignInSettings::default(),
        sign_up: crate::settings::SignUp::Open,
        verify_email: false,
        mail: None,
        passwords: crate::settings::PasswordSettings::default(),
        registration: Default::default(),
        metadata_documents: Default::default(),
        clients: Vec::new(),
        upstreams: Vec::new(),
        fetch: Default::default(),
    }
}

fn sealing_key(id: &str, byte: u8) -> SealingKey {
    let key = Secret::new([byte; 32]);
    SealingKey { id: id.into(), key }
}

impl Node {
    pub(super) async fn start(db: &Db, seed: u32) -> Self {
        Self::open(db, seed, settings()).await.unwrap()
    }

    async fn open(db: &Db, seed: u32, settings: Settings) -> Result<Self, OpenError> {
        let clock = ManualClock::at(NOW);
        let random = Random::Seeded(SeededRandom::new(seed));
        let issuer = Issuer::open(settings, db.clone(), Clock::Manual(clock.clone()), random);
        let issuer = issuer.await?;
        let router = crate::router(issuer.clone());
        Ok(Self {
            issuer,
            clock,
            router,
        })
    }

    pub(super) async fn send(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(super) async fn post(&self, path: &str, kind: &str, body: String) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        let response = self.send(request.body(Body::from(body)).unwrap()).await;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub(super) async fn token(&self, form: String) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.post("/oauth/token", kind, form).await
    }

    /// A public client that refreshes; another name is another client.
    pub(super) async fn client(&self, name: &str) -> String {
        let body = format!(
            r#"{{"client_name":"{name}","redirect_uris":["https://c.test/cb"],
            "token_endpoint_auth_method":"none",
            "grant_types":["authorization_code","refresh_token"]}}"#
        );
        let (status, json) = self.post("/oauth/register", "application/json", body).await;
        assert_eq!(status, 201, "{json}");
        json["client_id"].as_str().unwrap().to_owned()
    }

    /// A code for both scopes, as the consent page would give it.
    pub(super) async fn code(&self, client: &str) -> String {
        let issuer = self.issuer.clone();
        let new = code::NewCode {
            client_id: ClientId::parse(client).unwrap(),
            person_id: "person".into(),
            resource: issuer.settings.resources[0].resource.clone(),
            scope: "a b".parse().unwrap(),
            redirect_uri: Some("https://c.test/cb".into()),
            challenge: Verifier::parse(VERIFIER).unwrap().challenge(),
            nonce: None,
            auth_time: NOW,
            methods: Method::Password.into(),
            privy_token_id: None,
        };
        let work = self.issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                if db::people::find(tx, "person").await?.is_none() {
                    let person = NewPerson {
                        id: "person".into(),
                        email: "ada@example.com".into(),
                        name: None,
                        password_hash: Some(String::new()),
                        email_verified: false,
                        operator: false,
                    };
                    db::people::insert(tx, person, NOW).await?;
                }
                code::issue(&issuer, tx, new).await
            })
        });
        work.await.unwrap().expose().clone()
    }

    pub(super) async fn exchange(&self, client: &str, code: &str) -> Answer {
        let form = format!(
            "grant_type=authorization_code&client_id={client}&code={code}\
             &redirect_uri=https://c.test/cb&code_verifier={VERIFIER}"
        );
        self.token(form).await
    }

    pub(super) async fn refresh(&self, client: &str, token: &str) -> Answer {
        let form = format!("grant_type=refresh_token&client_id={client}&refresh_token={token}");
        self.token(form).await
    }

    pub(super) fn revoked(&self, answer: &Answer) -> bool {
        let token = answer.1["access_token"].as_str().unwrap();
        let jwt = oauth::jwt::UnverifiedJwt::split(token).unwrap();
        let claims: serde_json::Value = jwt.unverified_claims().unwrap();
        self.issuer.is_revoked(claims["jti"].as_str().unwrap())
    }

    fn kids(&self) -> Vec<String> {
        let set: serde_json::Value = serde_json::from_slice(&self.issuer.jwks()).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn signer(&self) -> String {
        let sign = |key: &SigningKey| Ok(key.public().kid().to_owned());
        keys::sign(&self.issuer, Algorithm::EdDsa, sign)
            .await
            .unwrap()
    }
}

pub(super) fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    assert_eq!(answer.0, 200, "{}", answer.1);
    answer.1[name].as_str().unwrap()
}

pub(crate) async fn nodes_that_start_together_agree_on_their_keys(db: Db) {
    let nodes = (1..5).map(|seed| Node::start(&db, seed));
    let nodes = futures_util::future::join_all(nodes).await;
    let first = &nodes[0];
    assert_eq!(first.kids().len(), 2);
    let token = refresh::token(&first.issuer, &uuid::Uuid::nil().to_string(), 3).unwrap();
    for node in &nodes {
        assert_eq!(node.kids(), first.kids());
        assert_eq!(refresh::parse(&node.issuer, &token).unwrap().generation, 3);
    }
}

pub(crate) async fn a_rotation_is_seen_by_the_other_node(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let (old, before) = (a.signer().await, a.kids());
    let mac = refresh::token(&a.issuer, &uuid::Uuid::nil().to_string(), 0).unwrap();
    let purpose = Purpose::Sign(Algorithm::EdDsa);
    keys::rotate(&a.issuer, purpose).await.unwrap();
    keys::rotate(&a.issuer, Purpose::RefreshMac).await.unwrap();
    assert_eq!(b.kids(), before);
    b.issuer.reload_keys().await.unwrap();
    assert_eq!(b.kids(), a.kids());
    assert_eq!(b.kids().len(), before.len() + 1);
    for node in [&a, &b] {
        // Published, but not signing yet.
        assert_eq!(node.signer().await, old);
        node.clock
            .advance(node.issuer.settings.lifetimes.key_overlap);
        assert_ne!(node.signer().await, old);
        assert!(node.kids().contains(&old));
        assert!(refresh::parse(&node.issuer, &mac).is_some());
        // The last token that the old key signed is dead.
        node.clock
            .advance(node.issuer.settings.lifetimes.access_token + keys::SKEW_SECONDS);
        node.issuer.reload_keys().await.unwrap();
        assert!(!node.kids().contains(&old));
        assert!(refresh::parse(&node.issuer, &mac).is_some());
        node.clock
            .advance(node.issuer.settings.lifetimes.refresh_absolute);
        node.issuer.reload_keys().await.unwrap();
        assert!(refresh::parse(&node.issuer, &mac).is_none());
    }
    // A key that others may know ends at once, and another takes its place.
    let known = a.signer().await;
    assert!(keys::retire(&a.issuer, &known).await.unwrap());
    assert!(!a.kids().contains(&known) && a.signer().await != known);
    assert!(!keys::retire(&a.issuer, &known).await.unwrap());
    // Only the ES256 key has reached its age, and its successor has not.
    let before = a.kids().len();
    for _ in 0..2 {
        keys::rotate_aged(&a.issuer).await.unwrap();
        assert_eq!(a.kids().len(), before + 1);
    }
}

pub(crate) async fn keys_are_sealed_anew_and_a_lost_sealing_key_is_named(db: Db) {
    let kids = Node::start(&db, 1).await.kids();
    let with = |keys: Vec<SealingKey>| Settings {
        sealing_keys: keys,
        ..settings()
    };
    let (one, two) = (sealing_key("one", 1), sealing_key("two", 2));
    for (keys, seed) in [(vec![two.clone(), one.clone()], 2), (vec![two], 3)] {
        let node = Node::open(&db, seed, with(keys)).await.unwrap();
        assert_eq!(node.kids(), kids);
    }
    let lost = Node::open(&db, 4, with(vec![one])).await.err().unwrap();
    assert!(
        matches!(&lost, OpenError::Keys(KeysError::UnknownSealingKey { sealing, .. }) if sealing == "two"),
        "{lost}"
    );
    let none = Node::open(&db, 5, with(Vec::new())).await.err().unwrap();
    assert!(
        matches!(none, OpenError::Keys(KeysError::UnknownSealingKey { .. })),
        "{none}"
    );
}

pub(crate) async fn configured_keys_are_taken_over_once(db: Db) {
    // RFC 8037 appendix A.1
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    let configured = || Settings {
        signing_keys: vec![Secret::new(jwk.to_owned())],
        ..settings()
    };
    let node = Node::open(&db, 1, configured()).await.unwrap();
    assert_eq!(node.signer().await, kid);
    assert_eq!(node.kids().len(), 2);
    let again = Node::open(&db, 2, configured()).await.unwrap();
    assert_eq!(again.kids(), node.kids());
    // Once it was replaced, a restart does not bring it back.
    keys::rotate(&again.issuer, Purpose::Sign(Algorithm::EdDsa))
        .await
        .unwrap();
    let other = Secret::new(jwk.replace("nWGx", "mWGx"));
    assert!(keys::import(&again.issuer, &other).await.is_err());
    let later = Node::open(&db, 3, configured()).await.unwrap();
    assert_eq!(later.kids(), again.kids());
    later
        .clock
        .advance(later.issuer.settings.lifetimes.key_overlap);
    assert_ne!(later.signer().await, kid);
}

pub(crate) async fn a_revocation_reaches_the_other_node(db: Db) {
    let (a, b) = (Node::start(&db, 1).await, Node::start(&db, 2).await);
    let epoch = b.issuer.revocation_epoch();
    let issuer = a.issuer.clone();
    let work = db.write::<_, DbError, _>(|tx| {
        Box::pin(
            async move { revocation::revoke(&issuer, tx, vec!["f".into(), "g.1".into()]).await },
        )
    });
    let revoked = work.await.unwrap();
    assert!(!a.issuer.is_revoked("f.x"));
    revoked.publish(&a.issuer);
    for (node, jti, expected) in [
        (&a, "f", true),
        (&a, "f.x", true),
        (&a, "g.1", true),
        (&a, "g.2", false),
        (&a, "ff.x", false),
        (&b, "f.x", false),
    ] {
        assert_eq!(node.issuer.is_revoked(jti), expected, "{jti}");
    }
    // The other node's clock may be ahead by a minute.
    b.clock.advance(60);
    revocation::poll(&b.issuer).await.unwrap();
    assert!(b.issuer.is_revoked("f.x") && b.issuer.is_revoked("g.1"));
    assert!(b.issuer.revocation_epoch() > epoch);
    let epoch = b.issuer.revocation_epoch();
    revocation::poll(&b.issuer).await.unwrap();
    assert_eq!(b.issuer.revocation_epoch(), epoch);
    // A restarted node knows at once.
    assert!(Node::start(&db, 3).await.issuer.is_revoked("f.x"));
}
