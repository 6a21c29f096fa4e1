//! Keys as an operator writes them: sealing keys, and signing keys in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use issuer::seal::SealingKey;
use oauth::jwt::SigningKey;
use oauth::secret::Secret;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject as _;

use super::findings::Level;
use super::reader::Reader;

/// Reads `id:base64` pairs, separated by commas or line ends. The first seals.
///
/// # Errors
/// What is wrong, without the key.
pub(crate) fn sealing_keys(text: &str) -> Result<Vec<SealingKey>, String> {
    let pairs = text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let keys: Vec<_> = pairs.map(sealing_key).collect::<Result<_, _>>()?;
    for (at, key) in keys.iter().enumerate() {
        if keys.iter().take(at).any(|other| other.id == key.id) {
            return Err(format!("the id {} stands twice", key.id));
        }
    }
    if keys.is_empty() {
        return Err("there is no key in it".to_owned());
    }
    Ok(keys)
}

fn sealing_key(pair: &str) -> Result<SealingKey, String> {
    let (id, key) = pair.split_once(':').ok_or("a key without an id")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 32 || !id.chars().all(legal) {
        return Err("an id is 1 to 32 letters, digits, `-` and `_`".to_owned());
    }
    let bytes = STANDARD
        .decode(key)
        .or_else(|_| URL_SAFE_NO_PAD.decode(key));
    let bytes = bytes
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = bytes.ok_or_else(|| format!("the key {id} is not 32 bytes in base64"))?;
    Ok(SealingKey {
        id: id.to_owned(),
        key: Secret::new(key),
    })
}

/// The text of a sealing key as [`sealing_keys`] reads it.
pub(crate) fn sealing_key_text(key: &SealingKey) -> Secret<String> {
    let encoded = Secret::new(STANDARD.encode(key.key.expose()));
    Secret::new(format!("{}:{}\n", key.id, encoded.expose()))
}

/// PEM as it is, or in base64, as some systems hand it over.
pub(super) fn pem(text: &str) -> Option<String> {
    let is_pem = |text: &str| text.trim_start().starts_with("-----BEGIN ");
    if is_pem(text) {
        // Some hand over line ends as two characters.
        return Some(text.replace("\\n", "\n"));
    }
    let packed: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(packed).ok()?;
    String::from_utf8(bytes).ok().filter(|text| is_pem(text))
}

/// Private keys to sign with, as PEM or JWK text.
pub(super) fn signing_keys(reader: &Reader<'_>) -> Vec<Secret<String>> {
    let public = reader.given("signing.public_key");
    let Some(given) = reader.secret("signing.private_key") else {
        if public.is_some() {
            let problem = "is of no use without signing.private_key";
            let origin = reader.layers.origin("signing.public_key");
            let mut findings = reader.findings.borrow_mut();
            findings.add(Level::Warning, origin, problem, "remove it");
        }
        return Vec::new();
    };
    let text = Secret::new(pem(given.expose()).unwrap_or_else(|| given.expose().clone()));
    let Ok(keys) = SigningKey::parse_all(text.expose()) else {
        let problem = "is not a private key of a supported kind: PEM, base64 of PEM, or a JWK";
        let fix = "RSA of at least 2048 bits, P-256, or Ed25519, in PKCS#8, PKCS#1 or SEC1";
        reader.error("signing.private_key", problem, fix);
        return Vec::new();
    };
    if public.is_some_and(|public| !keys.iter().any(|key| is_pair(key, &public))) {
        let problem = "is not the public half of signing.private_key";
        let fix = "export it anew from the private key, or leave it out";
        reader.error("signing.public_key", problem, fix);
    }
    vec![text]
}

/// Whether `public` is the public half of `key`.
fn is_pair(key: &SigningKey, public: &str) -> bool {
    let own = key.public_der().ok();
    let public = pem(public);
    let given = public.and_then(|pem| SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok());
    own.zip(given)
        .is_some_and(|(own, given)| own == given.as_ref())
}
