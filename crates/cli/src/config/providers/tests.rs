//! What presets fill in, and what is said of an entry that cannot be used.

use issuer::settings::{IdentifiedBy, OidcAuth, OidcSettings, UpstreamKind, UpstreamSettings};
use oauth::jwt::SigningKey;

use crate::config::build;
use crate::config::findings::Findings;
use crate::config::layers::{Environment, Layers};
use crate::config::reader::Reader;

fn read(entry: &str) -> (Vec<UpstreamSettings>, Vec<String>) {
    let (mut layers, mut findings) = (Layers::default(), Findings::default());
    layers.read_file(entry, &mut findings);
    let reader = Reader::new(&layers, findings);
    let config = build::build(&reader, &Environment::default()).unwrap();
    let findings = reader.findings.into_inner().0;
    let findings = findings.iter().map(ToString::to_string).collect();
    (config.settings.upstreams, findings)
}

fn one(entry: &str) -> (UpstreamSettings, OidcSettings) {
    let (mut upstreams, findings) = read(entry);
    assert!(findings.is_empty(), "{findings:?}");
    let upstream = upstreams.remove(0);
    let UpstreamKind::Oidc(oidc) = upstream.kind.clone() else {
        panic!("not a provider: {upstream:?}");
    };
    (upstream, oidc)
}

fn pem(algorithm: oauth::jwt::Algorithm) -> String {
    let key = SigningKey::generate(algorithm).unwrap();
    let der = key.to_pkcs8().unwrap();
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der.expose());
    format!("-----BEGIN PRIVATE KEY-----\\n{text}\\n-----END PRIVATE KEY-----")
}

#[test]
fn a_preset_needs_only_what_differs_from_one_operator_to_the_next() {
    let both = "client_id = \"a\"\nclient_secret = \"b\"\n";
    let (google, oidc) = one(&format!("[upstreams.google]\npreset = \"google\"\n{both}"));
    assert_eq!(
        (google.name.as_str(), google.title.as_str()),
        ("google", "Google")
    );
    assert_eq!(oidc.issuer, "https://accounts.google.com");
    let discovery = "https://accounts.google.com/.well-known/openid-configuration";
    assert_eq!(oidc.discovery_url, discovery);
    assert!(matches!(oidc.auth, OidcAuth::Post(_)));
    assert!(!google.trusts_email && !oidc.assumes_email_verified && !oidc.form_post);
    let (_, auth0) = one(&format!(
        "[upstreams.a]\npreset = \"auth0\"\nissuer = \"https://x.eu.auth0.com\"\n{both}"
    ));
    assert_eq!(auth0.issuer, "https://x.eu.auth0.com/");
    let discovery = "https://x.eu.auth0.com/.well-known/openid-configuration";
    assert_eq!(auth0.discovery_url, discovery);
    let (okta, oidc) = one(&format!(
        "[upstreams.sso]\npreset = \"okta\"\nissuer = \"https://x.okta.com/oauth2/default\"\n{both}"
    ));
    assert_eq!(
        (okta.title.as_str(), oidc.issuer.as_str()),
        ("Okta", "https://x.okta.com/oauth2/default")
    );
    // The slash at the end is the provider's business.
    let (any, oidc) = one(&format!(
        "[upstreams.any]\nissuer = \"https://op.example/\"\ntrusts_email = true\n{both}"
    ));
    assert_eq!(
        (any.title.as_str(), oidc.issuer.as_str()),
        ("any", "https://op.example/")
    );
    assert!(any.trusts_email && matches!(oidc.auth, OidcAuth::Basic(_)));
    let key = pem(oauth::jwt::Algorithm::Es256);
    let (apple, oidc) = one(&format!(
        "[upstreams.apple]\npreset = \"apple\"\nclient_id = \"a\"\nteam_id = \"T\"\n\
         key_id = \"K\"\nprivate_key = \"{key}\""
    ));
    assert!(oidc.form_post && matches!(oidc.auth, OidcAuth::Apple { .. }));
    assert_eq!(apple.base_scopes, ["openid", "email", "name"]);
}

#[test]
fn entra_has_a_tenant_or_a_template_for_any() {
    let entry = |tenant: &str| {
        let (_, oidc) = one(&format!(
            "[upstreams.ms]\npreset = \"microsoft\"\nclient_id = \"a\"\nclient_secret = \"b\"\n{tenant}"
        ));
        assert_eq!(oidc.identified_by, IdentifiedBy::TenantAndObject);
        (oidc.issuer, oidc.discovery_url)
    };
    let base = "https://login.microsoftonline.com";
    let at = |tenant: &str| format!("{base}/{tenant}/v2.0/.well-known/openid-configuration");
    let template = format!("{base}/{{tenantid}}/v2.0");
    assert_eq!(entry(""), (template.clone(), at("common")));
    let own = entry("tenant = \"organizations\"");
    assert_eq!(own, (template, at("organizations")));
    for (written, tenant) in [
        ("consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"),
        (
            "11111111-2222-4333-8444-555555555555",
            "11111111-2222-4333-8444-555555555555",
        ),
    ] {
        let own = entry(&format!("tenant = \"{written}\""));
        assert_eq!(own, (format!("{base}/{tenant}/v2.0"), at(tenant)));
    }
}

/// Entries, and what is said of each.
fn complaints() -> Vec<(String, &'static str)> {
    let full = "client_id = \"a\"\nclient_secret = \"b\"\nissuer = \"https://op.example\"\n";
    let other_key = pem(oauth::jwt::Algorithm::EdDsa);
    let apple = format!(
        "client_id = \"a\"\nkey_id = \"k\"\nteam_id = \"t\"\nprivate_key = \"{other_key}\""
    );
    let with = |line: &str| format!("[upstreams.x]\n{full}{line}");
    let alone = |lines: &str| format!("[upstreams.x]\n{lines}");
    let named = |name: &str| format!("[upstreams.{name}]\n{full}");
    let tenant =
        "preset = \"microsoft\"\nclient_id = \"a\"\nclient_secret = \"b\"\ntenant = \"x.com\"";
    vec![
        (alone(""), "lacks client_id, issuer, client_secret"),
        (
            alone("preset = \"google\""),
            "lacks client_id, client_secret",
        ),
        (
            alone("preset = \"apple\"\nclient_id = \"a\""),
            "lacks private_key, key_id, team_id",
        ),
        (
            alone(&format!("preset = \"apple\"\n{apple}")),
            "not one on P-256",
        ),
        (with("preset = \"gogle\""), "`gogle` is no preset"),
        (with("client_idd = \"a\""), "has no setting `client_idd`"),
        (with("scopes = [\"email\"]"), "lacks openid"),
        (with("scopes = \"openid\""), "`scopes` is not a list"),
        (with("auth = \"none\""), "that `none` does not use"),
        (with("auth = \"magic\""), "does not use"),
        (with("trusts_email = \"yes\""), "neither true nor false"),
        (
            with("client_secret_file = \"/x\""),
            "and `client_secret_file`",
        ),
        (with("identified_by = \"email\""), "neither sub nor tid_oid"),
        (named("github"), "a meaning of its own"),
        (named("privy"), "a meaning of its own"),
        (named("passkey"), "a meaning of its own"),
        (named("second"), "a meaning of its own"),
        (named("\"A b\""), "cannot stand in an address"),
        (named("\"1\""), "cannot stand in an address"),
        ("[upstreams]\nx = 1".to_owned(), "is not a table"),
        (alone(tenant), "neither a tenant's id"),
    ]
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    for (entry, complaint) in complaints() {
        let (upstreams, findings) = read(&entry);
        assert!(
            findings.iter().any(|found| found.contains(complaint)),
            "{entry}: {findings:?}"
        );
        assert!(
            findings.len() == 1 && upstreams.len() <= 1,
            "{entry}: {findings:?}"
        );
        assert!(
            findings.iter().all(|found| !found.contains("PRIVATE")),
            "{findings:?}"
        );
    }
}

#[test]
fn only_https_beyond_this_machine() {
    for issuer in [
        "http://op.example",
        "https://op.example?x",
        "https://op.example#x",
        "https://me@op.example",
        "op.example",
    ] {
        let entry =
            format!("[upstreams.x]\nclient_id = \"a\"\nauth = \"none\"\nissuer = \"{issuer}\"");
        assert!(
            read(&entry).1[0].contains("is not an https address"),
            "{issuer}"
        );
    }
    let entry =
        "[upstreams.x]\nclient_id = \"a\"\nauth = \"none\"\nissuer = \"http://127.0.0.1:9\"";
    assert_eq!(read(entry).1, [""; 0]);
}
