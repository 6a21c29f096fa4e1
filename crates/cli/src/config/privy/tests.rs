//! What is filled in for Privy, and what is said of settings that cannot be used.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use issuer::settings::{PrivyKeys, PrivySettings, TokenEndpointAuth, UpstreamSettings};
use oauth::jwt::{Algorithm, SigningKey};

use crate::config::aliases;
use crate::config::build;
use crate::config::findings::Findings;
use crate::config::layers::{Environment, Layers};
use crate::config::reader::Reader;

fn read(file: &str) -> (Vec<UpstreamSettings>, Vec<String>) {
    read_with(file, Environment::new())
}

fn read_with(file: &str, variables: Environment) -> (Vec<UpstreamSettings>, Vec<String>) {
    let (mut layers, mut findings) = (Layers::default(), Findings::default());
    layers.read_file(file, &mut findings);
    aliases::read(&mut layers, &variables, &mut findings);
    let reader = Reader::new(&layers, findings);
    let config = build::build(&reader, &variables).unwrap();
    let findings = reader.findings.into_inner().0;
    let findings = findings.iter().map(ToString::to_string).collect();
    (config.settings.upstreams, findings)
}

fn one(lines: &str) -> (UpstreamSettings, PrivySettings) {
    let (mut upstreams, findings) = read(&format!("[privy]\napp_id = \"cm1\"\n{lines}"));
    assert!(findings.is_empty(), "{findings:?}");
    let upstream = upstreams.remove(0);
    let privy = upstream.privy().unwrap().clone();
    (upstream, privy)
}

fn pem(algorithm: Algorithm) -> String {
    let der = SigningKey::generate(algorithm).unwrap().public_der();
    let text = STANDARD.encode(der.unwrap());
    format!("-----BEGIN PUBLIC KEY-----\\n{text}\\n-----END PUBLIC KEY-----")
}

#[test]
fn the_app_id_is_all_that_is_needed() {
    let (upstream, privy) = one("");
    let names = (&*upstream.name, &*upstream.title, &*upstream.client_id);
    assert_eq!(names, ("privy", "Privy", "cm1"));
    assert!(upstream.signs_in && !upstream.trusts_email);
    assert_eq!(privy.base_url, "https://auth.privy.io");
    assert_eq!(privy.token_endpoint_auth, TokenEndpointAuth::ResourceServer);
    let at = "https://auth.privy.io/api/v1/apps/cm1/jwks.json";
    assert!(matches!(privy.keys, PrivyKeys::Url(url) if url == at));
    let (_, privy) = one("url = \"https://privy.example.com/\"");
    assert_eq!(privy.base_url, "https://privy.example.com");
    let at = "https://privy.example.com/api/v1/apps/cm1/jwks.json";
    assert!(matches!(privy.keys, PrivyKeys::Url(url) if url == at));
    let (_, privy) = one("jwks_url = \"http://localhost:9/keys\"");
    assert!(matches!(privy.keys, PrivyKeys::Url(url) if url == "http://localhost:9/keys"));
    let key = pem(Algorithm::Es256);
    let (_, privy) = one(&format!("verification_key = \"{key}\""));
    assert!(matches!(privy.keys, PrivyKeys::Pem(_)));
    let packed = STANDARD.encode(key.replace("\\n", "\n"));
    let (_, privy) = one(&format!("verification_key = \"{packed}\""));
    assert!(matches!(privy.keys, PrivyKeys::Pem(pem) if pem.starts_with("-----BEGIN")));
    // Without it there is no Privy, and nothing to say.
    let (upstreams, findings) = read("");
    assert!(upstreams.is_empty() && findings.is_empty(), "{findings:?}");
}

#[test]
fn the_names_of_other_systems_are_read() {
    for name in ["PRIVY_APP_ID", "VITE_PRIVY_APP_ID"] {
        let variables = [(name.to_owned(), "cm1".to_owned())].into();
        let (upstreams, findings) = read_with("", variables);
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(upstreams[0].client_id, "cm1", "{name}");
    }
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let app = "app_id = \"cm1\"\n";
    let key = pem(Algorithm::Es256);
    for (lines, complaint) in [
        (
            "jwks_url = \"https://x.example\"".to_owned(),
            "is missing, but its tokens' key is set",
        ),
        (
            "app_id = \"cm1/../x\"".to_owned(),
            "is not the id of an app",
        ),
        (
            format!("{app}url = \"http://x.example\""),
            "is not an https address",
        ),
        (
            format!("{app}url = \"https://x.example/api\""),
            "without a path",
        ),
        (
            format!("{app}url = \"https://x.example; script-src *\""),
            "is not an https",
        ),
        (
            format!("{app}jwks_url = \"http://x.example\""),
            "is not an https address",
        ),
        (
            format!("{app}verification_key = \"x\""),
            "is not a public key on P-256",
        ),
        (
            format!("{app}verification_key = \"{}\"", pem(Algorithm::EdDsa)),
            "is not a public key on P-256",
        ),
        (
            format!("{app}verification_key = \"{key}\"\njwks_url = \"https://x.example\""),
            "is set beside privy.verification_key",
        ),
        (
            format!("{app}token_endpoint_auth = \"none\""),
            "cannot be read",
        ),
        (
            format!("{app}token_endpoint_auth = \"bearer\""),
            "lets every MCP client",
        ),
        (format!("{app}app_secret = \"x\""), "no such setting"),
    ] {
        let (_, findings) = read(&format!("[privy]\n{lines}"));
        assert_eq!(findings.len(), 1, "{lines}: {findings:?}");
        assert!(findings[0].contains(complaint), "{lines}: {findings:?}");
    }
}
