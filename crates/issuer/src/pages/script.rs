//! The scripts, each under an address that changes with its content. Only pages that need one have it.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};
use oauth::secret::SecretHash;

/// Asks the browser for passkeys.
pub(super) static PASSKEY: Script = Script {
    name: "passkey.js",
    text: include_str!("passkey.js"),
    path: LazyLock::new(|| PASSKEY.versioned()),
};
/// Speaks with Privy: built from `web/privy`.
pub(super) static PRIVY: Script = Script {
    name: "privy.js",
    text: include_str!("privy.js"),
    path: LazyLock::new(|| PRIVY.versioned()),
};

/// A script of ours.
pub(super) struct Script {
    name: &'static str,
    text: &'static str,
    path: LazyLock<String>,
}

/// Marks a page that has a script.
#[derive(Clone, Copy)]
pub(crate) struct Scripted;

/// Marks the page whose script asks Privy: its origin there.
#[derive(Clone)]
pub(crate) struct Asks(pub(crate) String);

impl Script {
    /// Where pages find it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn versioned(&self) -> String {
        let hash = SecretHash::of(self.text.as_bytes());
        let version: String = hash.as_str().chars().take(12).collect();
        format!("/static/{version}/{}", self.name)
    }
}

pub(crate) async fn get(uri: Uri) -> Response {
    let mut scripts = [&PASSKEY, &PRIVY].into_iter();
    let Some(script) = scripts.find(|script| script.path() == uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, script.text).into_response()
}
