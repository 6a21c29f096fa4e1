//! Tokens of every kind that must be refused, and the few that must not.

use aws_lc_rs::hmac;

use super::*;
use crate::secret::base64url;
use crate::time::UnixTime;

const NOW: UnixTime = UnixTime(1_800_000_000);

fn claims() -> serde_json::Value {
    serde_json::json!({"sub": "ada", "exp": NOW.0 + 60, "iat": NOW.0})
}

fn checks() -> Checks<'static> {
    let (algorithms, leeway_seconds) = (&Algorithm::ALL, 5);
    Checks {
        typ: Some("at+jwt"),
        algorithms,
        now: NOW,
        leeway_seconds,
    }
}

fn verify(token: &str, keys: &KeySet) -> Result<serde_json::Value, JwtError> {
    UnverifiedJwt::split(token)?.verify(keys, &checks())
}

/// Replaces the header and keeps the rest.
fn with_header(token: &str, header: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", base64url(header.as_bytes()))
}

#[test]
fn every_algorithm_signs_stores_and_verifies() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let stored = SigningKey::from_pkcs8(key.to_pkcs8().unwrap().expose()).unwrap();
        assert_eq!(stored.public(), key.public());
        let set = serde_json::json!({"keys": [key.public()]}).to_string();
        let token = stored.sign_access(&claims()).unwrap();
        assert_eq!(
            verify(&token, &KeySet::parse(set.as_bytes()).unwrap()),
            Ok(claims())
        );
        assert_eq!(verify(&token, &KeySet::of([key.public()])), Ok(claims()));
    }
}

#[test]
fn a_public_key_used_as_hmac_secret_is_refused() {
    // RFC 8725 §3.11 and §2.1: PEM, DER and JWK forms of the public key.
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    let keys = KeySet::of([key.public()]);
    let jwk = serde_json::to_string(key.public()).unwrap();
    let der = b"not even the real bytes matter: the algorithm is refused first".to_vec();
    for secret in [
        jwk.into_bytes(),
        der,
        b"-----BEGIN PUBLIC KEY-----".to_vec(),
    ] {
        let header = format!(
            r#"{{"alg":"HS256","typ":"at+jwt","kid":"{}"}}"#,
            key.public().kid()
        );
        let body = base64url(claims().to_string().as_bytes());
        let signed = format!("{}.{body}", base64url(header.as_bytes()));
        let mac = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, &secret),
            signed.as_bytes(),
        );
        let token = format!("{signed}.{}", base64url(mac.as_ref()));
        assert_eq!(verify(&token, &keys), Err(JwtError::AlgorithmRefused));
    }
}

#[test]
fn headers_cannot_choose_the_check() {
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let other = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let keys = KeySet::of([key.public()]);
    let token = key.sign_access(&claims()).unwrap();
    let kid = key.public().kid();
    // RFC 7515 §4.1.11 for the critical one.
    for (header, error) in [
        (
            r#"{"alg":"none","typ":"at+jwt"}"#.to_owned(),
            JwtError::AlgorithmRefused,
        ),
        (
            r#"{"alg":"NONE","typ":"at+jwt"}"#.to_owned(),
            JwtError::AlgorithmRefused,
        ),
        (
            r#"{"alg":"RS256","typ":"at+jwt"}"#.to_owned(),
            JwtError::UnknownKey,
        ),
        (
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":"x"}"#.to_owned(),
            JwtError::UnknownKey,
        ),
        (r#"{"alg":"EdDSA"}"#.to_owned(), JwtError::WrongType),
        (
            r#"{"alg":"EdDSA","typ":"JWT"}"#.to_owned(),
            JwtError::WrongType,
        ),
        (
            r#"{"alg":"EdDSA","typ":"at+jwt","crit":["b64"]}"#.to_owned(),
            JwtError::Critical,
        ),
        (
            r#"{"alg":"EdDSA","alg":"EdDSA","typ":"at+jwt"}"#.to_owned(),
            JwtError::Malformed,
        ),
        (
            format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}","jku":"https://evil"}}"#),
            JwtError::BadSignature,
        ),
    ] {
        assert_eq!(
            verify(&with_header(&token, &header), &keys),
            Err(error),
            "{header}"
        );
    }
    let foreign = other.sign_access(&claims()).unwrap();
    assert_eq!(verify(&foreign, &keys), Err(JwtError::UnknownKey));
    let same_kid = format!(r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{kid}"}}"#);
    assert_eq!(
        verify(&with_header(&foreign, &same_kid), &keys),
        Err(JwtError::BadSignature)
    );
}

#[test]
fn times_are_enforced_with_leeway() {
    // RFC 7519 §4.1.4, RFC 7519 §4.1.5
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = KeySet::of([key.public()]);
    for (claims, result) in [
        (serde_json::json!({"exp": NOW.0 - 4}), None),
        (
            serde_json::json!({"exp": NOW.0 - 5}),
            Some(JwtError::Expired),
        ),
        (serde_json::json!({"exp": 1.5e300}), None),
        (
            serde_json::json!({"exp": "9999999999"}),
            Some(JwtError::Malformed),
        ),
        (serde_json::json!({"sub": "ada"}), Some(JwtError::Malformed)),
        (
            serde_json::json!({"exp": NOW.0 + 9, "nbf": NOW.0 + 6}),
            Some(JwtError::NotYetValid),
        ),
        (
            serde_json::json!({"exp": NOW.0 + 9, "iat": NOW.0 + 6}),
            Some(JwtError::NotYetValid),
        ),
    ] {
        let token = key.sign_access(&claims).unwrap();
        assert_eq!(verify(&token, &keys).err(), result, "{claims}");
    }
}

#[test]
fn malformed_tokens_are_refused() {
    let keys = KeySet::default();
    for token in [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d",
        "é.é.é",
        &"a".repeat(20_000),
    ] {
        assert_eq!(
            verify(token, &keys).unwrap_err(),
            JwtError::Malformed,
            "{token}"
        );
    }
}

#[test]
fn a_published_private_key_spoils_the_set() {
    for bad in [
        r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#,
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}]}"#,
    ] {
        assert_eq!(
            KeySet::parse(bad.as_bytes()).err(),
            Some(KeySetError::PrivateMember)
        );
    }
    let unusable = r#"{"keys":[{"kty":"EC","crv":"P-384"},{"kty":"RSA","n":"AA","e":"AQAB"}]}"#;
    assert_eq!(
        KeySet::parse(unusable.as_bytes()).unwrap().iter().count(),
        0
    );
}

#[test]
fn a_key_may_carry_the_specific_name_of_its_algorithm() {
    // RFC 9864 §2.2
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let token = key.sign_access(&claims()).unwrap();
    for (alg, keys) in [("EdDSA", 1), ("Ed25519", 1), ("ES256", 0)] {
        let mut jwk = serde_json::to_value(key.public()).unwrap();
        jwk["alg"] = alg.into();
        let set = serde_json::json!({"keys": [jwk]}).to_string();
        let set = KeySet::parse(set.as_bytes()).unwrap();
        assert_eq!(set.iter().count(), keys, "{alg}");
        assert_eq!(verify(&token, &set).is_ok(), keys == 1, "{alg}");
    }
}

#[test]
fn the_thumbprint_of_the_specification_is_reproduced() {
    // RFC 7638 §3
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS\
        oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR\
        0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhA\
        I4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let bytes = crate::secret::from_base64url(n).unwrap();
    assert_eq!(
        Jwk::rsa(&bytes, &[1, 0, 1]).kid(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn one_token_costs_a_bounded_number_of_verifications() {
    let keys: Vec<_> = (0..9)
        .map(|_| SigningKey::generate(Algorithm::EdDsa).unwrap())
        .collect();
    let set = |named: bool| {
        let public = keys.iter().map(|key| {
            let mut jwk = serde_json::to_value(key.public()).unwrap();
            jwk.as_object_mut()
                .unwrap()
                .retain(|name, _| named || name != "kid");
            jwk
        });
        let set = serde_json::json!({ "keys": public.collect::<Vec<_>>() });
        KeySet::parse(set.to_string().as_bytes()).unwrap()
    };
    let tokens: Vec<_> = keys
        .iter()
        .map(|key| key.sign_access(&claims()).unwrap())
        .collect();
    let (eighth, ninth) = (&tokens[7], &tokens[8]);
    assert_eq!(verify(eighth, &set(false)), Ok(claims()));
    assert_eq!(verify(ninth, &set(false)), Err(JwtError::BadSignature));
    assert_eq!(verify(ninth, &set(true)), Ok(claims()));
}

#[test]
fn a_key_in_pem_verifies_whatever_key_a_token_names() {
    use base64::Engine as _;
    let pem = |key: &SigningKey| {
        let text = base64::engine::general_purpose::STANDARD.encode(key.public_der().unwrap());
        format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
    };
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let (own, other) = (pem(&key), SigningKey::generate(Algorithm::Es256).unwrap());
    let keys = KeySet::of_pem(&own).unwrap();
    for named in [key, other.named("elsewhere")] {
        let token = named.sign_access(&claims()).unwrap();
        let wanted = match named.public().kid() {
            "elsewhere" => Err(JwtError::BadSignature),
            _ => Ok(claims()),
        };
        assert_eq!(verify(&token, &keys), wanted);
    }
    let rsa = pem(&SigningKey::generate(Algorithm::Rs256).unwrap());
    let ed25519 = pem(&SigningKey::generate(Algorithm::EdDsa).unwrap());
    let private = own.replace("PUBLIC", "PRIVATE");
    for bad in ["", "x", &rsa, &ed25519, &private] {
        assert!(KeySet::of_pem(bad).is_err(), "{bad}");
    }
}
