//! Copies of known clients' metadata documents, for when a document cannot be fetched because its
//! host's network turns machines away. Facts only: where each client lets itself be redirected.

use serde_json::{Map, Value, json};

struct Pinned {
    id: &'static str,
    name: &'static str,
    redirect_uris: &'static [&'static str],
}

const CHATGPT: &str = "https://chatgpt.com/oauth/client.json";

const PINNED: [Pinned; 6] = [
    Pinned {
        id: CHATGPT,
        name: "ChatGPT",
        redirect_uris: &["https://chatgpt.com/connector_platform_oauth_redirect"],
    },
    Pinned {
        id: "https://chatgpt.com/oauth/codex/client.json",
        name: "Codex",
        redirect_uris: &["http://127.0.0.1/callback", "http://localhost/callback"],
    },
    Pinned {
        id: "https://claude.ai/oauth/mcp-oauth-client-metadata",
        name: "Claude",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
    },
    Pinned {
        id: "https://claude.ai/oauth/claude-code-client-metadata",
        name: "Claude Code",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
    },
    Pinned {
        id: "https://vscode.dev/oauth/client-metadata.json",
        name: "Visual Studio Code",
        redirect_uris: &["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
    },
    Pinned {
        id: "https://opencode.ai/oauth/opencode/client.json",
        name: "OpenCode",
        redirect_uris: &["http://127.0.0.1:19876/mcp/oauth/callback"],
    },
];

/// The copy of a known client's document.
pub(super) fn find(id: &str) -> Option<Map<String, Value>> {
    let document = match PINNED.iter().find(|known| known.id == id) {
        Some(known) if known.id != CHATGPT => json!({
            "client_id": id,
            "client_name": known.name,
            "redirect_uris": known.redirect_uris,
            "token_endpoint_auth_method": "none",
        }),
        Some(known) => chatgpt(id, known.redirect_uris.first()?),
        None => chatgpt(id, &connector_redirect(id)?),
    };
    document.as_object().cloned()
}

/// ChatGPT signs with keys of its own, and may come without.
fn chatgpt(id: &str, redirect_uri: &str) -> Value {
    json!({
        "client_id": id,
        "client_name": "ChatGPT",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "jwks_uri": "https://chatgpt.com/oauth/jwks.json",
    })
}

/// ChatGPT may name a client per connector, with a redirect URI of its own.
fn connector_redirect(id: &str) -> Option<String> {
    let connector = id
        .strip_prefix("https://chatgpt.com/oauth/")?
        .strip_suffix("/client.json")?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let plain = !connector.is_empty() && connector.len() <= 128 && connector.bytes().all(legal);
    plain.then(|| format!("https://chatgpt.com/connector/oauth/{connector}"))
}
