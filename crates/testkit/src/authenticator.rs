//! An authenticator in software: keeps one passkey, and signs with it what a page asks for (WebAuthn).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use oauth::secret::base64url;
use serde_json::{Value, json};

use crate::{Answer, Form, ORIGIN};

/// A device with one passkey. What it says about itself can be changed between two uses.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    pub origin: String,
    /// Whether it makes sure of its owner.
    pub verifies: bool,
    /// Whether copies of the key may exist elsewhere.
    pub synced: bool,
    /// What it counted so far; 0 for one that does not count.
    pub count: u32,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ELIGIBLE_AND_BACKED_UP: u8 = 0x18;
const ATTESTED: u8 = 0x40;

impl Default for Authenticator {
    fn default() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self {
            id: digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec(),
            key,
            user: String::new(),
            origin: ORIGIN.to_owned(),
            verifies: true,
            synced: false,
            count: 0,
        }
    }
}

impl Authenticator {
    /// Fills in a form of a page that asks for a new passkey, and keeps it for that person.
    pub fn create(&mut self, page: &Answer, action: &str) -> Form {
        let (form, asked) = asked(page, action);
        self.user = text(&asked, "/user/id");
        let client = self.client_data("webauthn.create", &asked);
        let mut data = self.data(&text(&asked, "/rp/id"), ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        object.extend(data);
        self.fill(
            form,
            json!({
                "clientDataJSON": base64url(client.as_bytes()),
                "attestationObject": base64url(&object),
            }),
        )
    }

    /// Fills in a form of a page that asks for a passkey.
    pub fn get(&mut self, page: &Answer, action: &str) -> Form {
        let (form, asked) = asked(page, action);
        let client = self.client_data("webauthn.get", &asked);
        let data = self.data(&text(&asked, "/rpId"), 0);
        let hash = digest(&SHA256, client.as_bytes());
        let signed = [&data[..], hash.as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signs");
        let response = json!({
            "clientDataJSON": base64url(client.as_bytes()),
            "authenticatorData": base64url(&data),
            "signature": base64url(signature.as_ref()),
            "userHandle": self.user,
        });
        self.fill(form, response)
    }

    fn fill(&self, form: Form, response: Value) -> Form {
        let id = base64url(&self.id);
        let credential = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
        });
        form.with("credential", &credential.to_string())
    }

    fn client_data(&self, kind: &str, asked: &Value) -> String {
        let challenge = text(asked, "/challenge");
        let data = json!({
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string()
    }

    fn data(&self, rp_id: &str, more: u8) -> Vec<u8> {
        let mut flags = PRESENT | more;
        if self.verifies {
            flags |= VERIFIED;
        }
        if self.synced {
            flags |= ELIGIBLE_AND_BACKED_UP;
        }
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// As COSE has it: ES256 on P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = point.get(1..).expect("a point").split_at(32);
        [
            &b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..],
            x,
            b"\x22\x58\x20",
            y,
        ]
        .concat()
    }
}

/// A form that asks for a passkey, and what it asks.
fn asked(page: &Answer, action: &str) -> (Form, Value) {
    let form = page.form(action);
    let options = page
        .options(action)
        .expect("a form that asks for a passkey");
    let options: Value = serde_json::from_str(&options).expect("JSON");
    let asked = options.get("publicKey").expect("options").clone();
    (form, asked)
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.expect("a text").to_owned()
}
