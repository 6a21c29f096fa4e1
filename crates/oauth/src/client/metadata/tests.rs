//! Registrations of real clients, and bad ones.

use serde_json::json;

use super::*;

const RULES: Rules<'static> = Rules {
    redirect_uris_max: 5,
    allows: &|uri| !uri.as_str().starts_with("evil:"),
    default_auth_method: AuthMethod::ClientSecretBasic,
};

fn read(value: &Value) -> Result<ClientMetadata, MetadataError> {
    ClientMetadata::read(value.as_object().unwrap(), &RULES)
}

fn redirects(metadata: &ClientMetadata) -> Vec<&str> {
    let uris = metadata.redirect_uris.iter();
    uris.map(RedirectUri::as_str).collect()
}

#[test]
fn absent_members_get_defaults_and_nothing_is_null() {
    // RFC 7591 §2
    let metadata = read(&json!({
        "redirect_uris": ["https://a.example/cb"],
        "client_uri": null, "contacts": [], "scope": "", "logo_uri": "javascript:alert(1)",
        "unknown": {"deep": [1]}, "jwks": null,
    }))
    .unwrap();
    assert_eq!(
        serde_json::to_value(&metadata).unwrap(),
        json!({
            "redirect_uris": ["https://a.example/cb"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        })
    );
    let stored = serde_json::to_string(&metadata).unwrap();
    assert_eq!(
        serde_json::from_str::<ClientMetadata>(&stored).unwrap(),
        metadata
    );
}

#[test]
fn what_is_not_served_is_left_out() {
    // RFC 7591 §3.2.1
    let metadata = read(&json!({
        "redirect_uris": ["https://a.example/cb", "evil:x", 7, "http://a.example/", "https://a.example/cb"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
        "response_types": ["code", "token"],
        "client_name": " A\u{0}\nb ",
        "application_type": "toaster",
    }))
    .unwrap();
    assert_eq!(redirects(&metadata), ["https://a.example/cb"]);
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
    assert!(!metadata.refreshes());
    assert_eq!(metadata.client_name.as_deref(), Some("Ab"));
    assert_eq!(metadata.application_type, None);
}

#[test]
fn bad_metadata_is_refused_with_its_code() {
    // RFC 7591 §3.2.2
    use MetadataError::*;
    let long = "x".repeat(3_000);
    let many = vec!["https://a.example/"; 6];
    for (member, value, error) in [
        ("redirect_uris", json!(null), RedirectUrisMissing),
        ("redirect_uris", json!([]), RedirectUrisMissing),
        (
            "redirect_uris",
            json!("https://a.example/"),
            RedirectUrisMissing,
        ),
        ("redirect_uris", json!(many), TooManyRedirectUris),
        ("redirect_uris", json!(["evil:x"]), NoUsableRedirectUri),
        (
            "redirect_uris",
            json!(["data:,x", "http://a.example/", {}]),
            NoUsableRedirectUri,
        ),
        ("client_name", json!(1), WrongType),
        ("client_name", json!(long), WrongType),
        ("client_uri", json!(long), WrongType),
        ("contacts", json!("a"), WrongType),
        ("contacts", json!([1]), WrongType),
        ("contacts", json!(vec!["a"; 40]), WrongType),
        ("scope", json!("a ".repeat(3_000)), WrongType),
        ("grant_types", json!("authorization_code"), WrongType),
        (
            "grant_types",
            json!(["client_credentials"]),
            GrantTypesUnserved,
        ),
        ("response_types", json!(["token"]), ResponseTypesUnserved),
        (
            "token_endpoint_auth_method",
            json!("tls_client_auth"),
            AuthMethodUnsupported,
        ),
        (
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            KeysMissing,
        ),
        ("jwks", json!([]), KeysInvalid),
        (
            "jwks",
            json!({"keys": [{"kty": "oct", "k": "AA"}]}),
            KeysInvalid,
        ),
        (
            "jwks",
            json!({"keys": [], "x": long.repeat(6)}),
            KeysInvalid,
        ),
        ("jwks_uri", json!("http://a.example/"), KeysInvalid),
    ] {
        let mut sent = json!({"redirect_uris": ["https://a.example/cb"]});
        sent[member] = value.clone();
        assert_eq!(read(&sent).unwrap_err(), error, "{member}: {value}");
        let redirect = member == "redirect_uris";
        assert_eq!(error.code() == ErrorCode::InvalidRedirectUri, redirect);
    }
    let both = json!({
        "redirect_uris": ["https://a.example/cb"],
        "jwks": {"keys": []}, "jwks_uri": "https://a.example/jwks",
    });
    // RFC 7591 §2
    assert_eq!(read(&both).unwrap_err(), KeysTwice);
}

#[test]
fn equal_registrations_have_one_fingerprint() {
    let of = |uris: &[&str], name: &str| {
        let sent = json!({"redirect_uris": uris, "client_name": name});
        read(&sent).unwrap().fingerprint()
    };
    let (first, second) = ("http://localhost:1/cb", "https://a.example/cb");
    assert_eq!(
        of(&[first, second], "a"),
        of(&[second, "http://localhost:2/cb"], "a")
    );
    assert_ne!(of(&[first], "a"), of(&[first], "b"));
    assert_ne!(of(&[first], "a"), of(&["http://127.0.0.1:1/cb"], "a"));
    assert_ne!(of(&[second], "a"), of(&["https://a.example:8443/cb"], "a"));
}
