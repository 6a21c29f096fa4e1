//! What an ID token must say, and what it may leave out.

use oauth::jwt::SigningKey;
use serde_json::{Value, json};

use super::*;

const NOW: UnixTime = UnixTime(1_800_000_000);
const TENANT_A: &str = "11111111-2222-4333-8444-555555555555";
const TEMPLATE: &str = "https://login.example/{tenantid}/v2.0";

fn claims() -> Value {
    json!({
        "iss": "https://op.example/", "aud": "us", "sub": "7", "nonce": "n",
        "iat": NOW.0, "exp": NOW.0 + 60,
    })
}

fn read_as(key: &SigningKey, issuer: &str, claims: &Value) -> Result<Claims, IdTokenError> {
    let token = key.sign_jwt(claims).unwrap();
    let expected = Expected {
        issuer,
        client_id: "us",
        nonce: "n",
        again_since: None,
        now: NOW,
    };
    let keys = KeySet::of([key.public()]);
    read(&UnverifiedJwt::split(&token).unwrap(), &keys, &expected)
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

#[test]
fn each_claim_is_this_providers_for_us_and_for_this_sign_in() {
    // OpenID Connect Core 1.0 §3.1.3.7 and §2
    let key = key();
    for (name, value, error) in [
        (
            "iss",
            json!("https://op.example"),
            IdTokenError::ForeignIssuer,
        ),
        ("aud", json!("them"), IdTokenError::ForeignAudience),
        ("aud", json!([]), IdTokenError::ForeignAudience),
        ("aud", json!(["them"]), IdTokenError::ForeignAudience),
        ("aud", json!(["us", "them"]), IdTokenError::ForeignParty),
        ("azp", json!("them"), IdTokenError::ForeignParty),
        ("nonce", json!("m"), IdTokenError::ForeignNonce),
        ("nonce", json!(""), IdTokenError::ForeignNonce),
        ("nonce", Value::Null, IdTokenError::ForeignNonce),
        ("sub", json!(""), IdTokenError::NoSubject),
        ("sub", json!("é"), IdTokenError::NoSubject),
        ("sub", json!("x".repeat(256)), IdTokenError::NoSubject),
        ("sub", json!(7), JwtError::Malformed.into()),
        ("iat", Value::Null, JwtError::Malformed.into()),
        ("iat", json!(NOW.0 + 61), JwtError::NotYetValid.into()),
        ("exp", json!(NOW.0 - 60), JwtError::Expired.into()),
        ("exp", Value::Null, JwtError::Malformed.into()),
    ] {
        let mut claims = claims();
        claims[name] = value;
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let refused = read_as(&key, "https://op.example/", &claims).err();
        assert_eq!(refused, Some(error), "{claims}");
    }
}

#[test]
fn what_providers_do_differently_is_understood() {
    let key = key();
    for (name, value) in [
        ("aud", json!(["us"])),
        ("azp", json!("us")),
        ("iat", json!(NOW.0 + 60)),
        ("exp", json!(NOW.0 - 59)),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert!(
            read_as(&key, "https://op.example/", &claims).is_ok(),
            "{claims}"
        );
    }
    let mut several = claims();
    (several["aud"], several["azp"]) = (json!(["them", "us"]), json!("us"));
    assert!(read_as(&key, "https://op.example/", &several).is_ok());
    for (written, meant) in [
        (json!(true), Some(true)),
        (json!("true"), Some(true)),
        (json!("false"), Some(false)),
        (json!("1"), Some(false)),
        (json!(null), None),
    ] {
        let mut claims = claims();
        claims["email_verified"] = written;
        let read = read_as(&key, "https://op.example/", &claims).ok().unwrap();
        assert_eq!(read.email_verified, meant, "{claims}");
    }
}

#[test]
fn a_tenants_token_is_that_tenants() {
    let key = key();
    let of = |tenant: &str, tid: Option<&str>| {
        let mut claims = claims();
        claims["iss"] = format!("https://login.example/{tenant}/v2.0").into();
        claims["tid"] = tid.into();
        read_as(&key, TEMPLATE, &claims).err()
    };
    assert_eq!(of(TENANT_A, Some(TENANT_A)), None);
    let other = TENANT_A.replace('1', "9");
    for (tenant, tid) in [
        (TENANT_A, None),
        (TENANT_A, Some(other.as_str())),
        ("{tenantid}", Some("{tenantid}")),
        ("", Some("")),
        ("common", Some("common")),
        ("a/../b", Some("a/../b")),
    ] {
        assert_eq!(
            of(tenant, tid),
            Some(IdTokenError::ForeignIssuer),
            "{tenant} {tid:?}"
        );
    }
}

#[test]
fn who_answers_through_the_browser_is_who_was_asked() {
    // RFC 9207 §2.4
    let tenant = TEMPLATE.replace("{tenantid}", TENANT_A);
    for (iss, issuer, right) in [
        ("https://op.example", "https://op.example", true),
        ("https://op.example/", "https://op.example", false),
        ("https://evil.example", "https://op.example", false),
        ("", "https://op.example", false),
        (tenant.as_str(), TEMPLATE, true),
        (TEMPLATE, TEMPLATE, false),
        ("https://login.example/a/v2.0", TEMPLATE, false),
    ] {
        assert_eq!(may_answer(iss, issuer), right, "{iss} for {issuer}");
    }
}
