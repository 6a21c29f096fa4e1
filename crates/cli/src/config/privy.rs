//! Privy: which app of it, and what its tokens are verified with.

use issuer::settings::{
    PrivyKeys, PrivySettings, TokenEndpointAuth, UpstreamKind, UpstreamSettings,
};
use oauth::jwt::KeySet;
use url::Url;

use super::findings::Level;
use super::keys::pem;
use super::providers::is_secure;
use super::reader::Reader;

pub(super) fn build(reader: &Reader<'_>) -> Option<UpstreamSettings> {
    let base_url = origin(reader);
    let keys = keys(reader);
    let trusts_email = reader.switch("privy.trusts_email");
    let token_endpoint_auth = match reader.word("privy.token_endpoint_auth").as_str() {
        "bearer" => TokenEndpointAuth::Bearer,
        _ => TokenEndpointAuth::ResourceServer,
    };
    let Some(app_id) = reader.given("privy.app_id") else {
        if keys.is_some() {
            let problem = "is missing, but its tokens' key is set";
            let fix = "the dashboard of Privy shows the app id";
            reader.error("privy.app_id", problem, fix);
        }
        return None;
    };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !app_id.bytes().all(legal) {
        let fix = "copy it from the dashboard of Privy: letters and digits";
        reader.error("privy.app_id", "is not the id of an app at Privy", fix);
        return None;
    }
    if token_endpoint_auth == TokenEndpointAuth::Bearer {
        let at = reader.layers.origin("privy.token_endpoint_auth");
        let problem = "lets every MCP client of a person have the person's Privy token";
        let fix = "leave it out, and let your backend prove itself as a resource server";
        let mut findings = reader.findings.borrow_mut();
        findings.add(Level::Warning, at, problem, fix);
    }
    let at_base = || PrivyKeys::Url(format!("{base_url}/api/v1/apps/{app_id}/jwks.json"));
    let keys = keys.unwrap_or_else(at_base);
    Some(UpstreamSettings {
        name: "privy".to_owned(),
        title: "Privy".to_owned(),
        client_id: app_id,
        signs_in: true,
        trusts_email,
        base_scopes: Vec::new(),
        kind: UpstreamKind::Privy(PrivySettings {
            base_url,
            keys,
            token_endpoint_auth,
        }),
    })
}

/// An origin: it stands in the policy of the sign-in page.
fn origin(reader: &Reader<'_>) -> String {
    let text = reader.text("privy.url");
    let url = Url::parse(&text).ok().filter(|_| is_secure(&text));
    let url = url.filter(|url| url.path() == "/");
    if url.is_none() {
        let problem = "is not an https address without a path";
        reader.error("privy.url", problem, "write https://auth.privy.io");
    }
    url.map_or(text, |url| url.origin().ascii_serialization())
}

/// What was set to verify with.
fn keys(reader: &Reader<'_>) -> Option<PrivyKeys> {
    let url = reader.given("privy.jwks_url");
    if let Some(given) = reader.given("privy.verification_key") {
        if url.is_some() {
            let fix = "remove one of the two";
            reader.error(
                "privy.jwks_url",
                "is set beside privy.verification_key",
                fix,
            );
        }
        let pem = pem(&given).filter(|pem| KeySet::of_pem(pem).is_ok());
        if pem.is_none() {
            let problem = "is not a public key on P-256: PEM, or base64 of it";
            let fix = "copy it from the dashboard of Privy, from BEGIN to END PUBLIC KEY";
            reader.error("privy.verification_key", problem, fix);
        }
        return pem.map(PrivyKeys::Pem);
    }
    let url = url?;
    if !is_secure(&url) {
        let fix = "write the https address of the key set, or leave it out";
        reader.error("privy.jwks_url", "is not an https address", fix);
    }
    Some(PrivyKeys::Url(url))
}

#[cfg(test)]
mod tests;
