//! Keys of an issuer: fetched when needed, not too often, and nothing without them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use guard::keys::{LocalKeys, RemoteKeys};
use guard::oauth::jwt::{Algorithm, KeySet, SigningKey};
use guard::oauth::time::{Clock, ManualClock, UnixTime};
use guard::verify::JwtVerifier;
use guard::{Reason, Verify as _};
use serde_json::json;

use crate::server::Server;

const NOW: i64 = 1_800_000_000;

struct World {
    server: Server,
    clock: ManualClock,
    verifier: JwtVerifier,
}

fn set(keys: &[&SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
    json!({ "keys": keys }).to_string()
}

fn token(key: &SigningKey) -> String {
    let claims = json!({
        "iss": "https://id.example", "sub": "ada", "aud": ["https://h.example/mcp"],
        "exp": NOW + 100_000, "iat": NOW, "jti": "f.1", "client_id": "c",
    });
    key.sign_access(&claims).unwrap()
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

impl World {
    async fn start(keys: &[&SigningKey]) -> Self {
        let server = Server::start(set(keys)).await;
        let clock = ManualClock::at(UnixTime(NOW));
        let keys = RemoteKeys::new(&server.url, Clock::Manual(clock.clone())).unwrap();
        let verifier =
            JwtVerifier::new("https://id.example", keys).with_clock(Clock::Manual(clock.clone()));
        Self {
            server,
            clock,
            verifier,
        }
    }

    async fn outcome(&self, token: &str) -> Result<String, Reason> {
        let verified = self.verifier.verify(token).await;
        verified
            .map(|principal| principal.audience.clone())
            .map_err(|refusal| refusal.reason)
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_old() {
    let key = key();
    let world = World::start(&[&key]).await;
    let token = token(&key);
    for _ in 0..3 {
        // A list of one is one audience.
        assert_eq!(
            world.outcome(&token).await.unwrap(),
            "https://h.example/mcp"
        );
    }
    assert_eq!(world.server.count(), 1);
    world.clock.advance(601);
    assert!(world.outcome(&token).await.is_ok());
    assert_eq!(world.server.count(), 2);
}

#[tokio::test]
async fn an_unknown_key_is_looked_up_once_within_the_cool_down() {
    let (old, new) = (key(), key());
    let world = World::start(&[&old]).await;
    assert!(world.outcome(&token(&old)).await.is_ok());
    world.clock.advance(31);
    world.server.answer(200, set(&[&old, &new]));
    assert!(world.outcome(&token(&new)).await.is_ok());
    assert_eq!(world.server.count(), 2);
    for _ in 0..5 {
        let refused = world.outcome(&token(&key())).await.unwrap_err();
        assert!(matches!(refused, Reason::TokenInvalid(_)), "{refused:?}");
    }
    assert_eq!(world.server.count(), 2);
}

#[tokio::test]
async fn a_key_that_is_no_longer_published_verifies_nothing() {
    let (old, new) = (key(), key());
    let world = World::start(&[&old]).await;
    let token = token(&old);
    assert!(world.outcome(&token).await.is_ok());
    world.server.answer(200, set(&[&new]));
    world.clock.advance(601);
    assert!(world.outcome(&token).await.is_err());
}

#[tokio::test]
async fn an_issuer_that_is_away_is_borne_for_an_hour() {
    let key = key();
    let world = World::start(&[&key]).await;
    let token = token(&key);
    assert!(world.outcome(&token).await.is_ok());
    world.server.answer(500, "");
    world.clock.advance(3_599);
    assert!(world.outcome(&token).await.is_ok());
    world.clock.advance(1);
    assert_eq!(world.outcome(&token).await, Err(Reason::VerifierAway));
    world.clock.advance(31);
    world.server.answer(200, set(&[&key]));
    assert!(world.outcome(&token).await.is_ok());
}

#[tokio::test]
async fn without_a_usable_key_set_nobody_gets_in() {
    let key = key();
    let private = r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#.to_owned();
    let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(300_000));
    for (status, text) in [
        (404, set(&[&key])),
        (200, "<html>".to_owned()),
        (200, private),
        (200, large),
    ] {
        let world = World::start(&[]).await;
        world.server.answer(status, text);
        assert_eq!(world.outcome(&token(&key)).await, Err(Reason::VerifierAway));
    }
}

#[tokio::test]
async fn an_issuer_in_this_process_looks_for_new_keys_once_within_the_cool_down() {
    let (old, new) = (key(), key());
    let held = Arc::new(Mutex::new(Arc::new(KeySet::of([old.public()]))));
    let looks = Arc::new(AtomicUsize::new(0));
    let clock = Clock::Manual(ManualClock::at(UnixTime(NOW)));
    let current = Arc::clone(&held);
    let counted = Arc::clone(&looks);
    let published = Arc::new(KeySet::of([old.public(), new.public()]));
    let look = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        *held.lock().unwrap() = Arc::clone(&published);
        std::future::ready(())
    };
    let current = move || Arc::clone(&current.lock().unwrap());
    let keys = LocalKeys::new(current, look, clock.clone());
    let verifier = JwtVerifier::new("https://id.example", keys).with_clock(clock);
    assert!(verifier.verify(&token(&old)).await.is_ok());
    assert_eq!(looks.load(Ordering::SeqCst), 0);
    assert!(verifier.verify(&token(&new)).await.is_ok());
    for _ in 0..3 {
        assert!(verifier.verify(&token(&key())).await.is_err());
    }
    assert_eq!(looks.load(Ordering::SeqCst), 1);
}
