//! Copies of known clients' metadata documents, for when a document cannot be fetched because its
//! host's network turns machines away. Facts only: where each client lets itself be redirected.

use serde_json::{Value, json};

struct Pinned {
    id: &'static str,
    name: &'static str,
    redirect_uris: &'static [&'static str],
}

const PINNED: [Pinned; 6] = [
    Pinned {
        id: "https://chatgpt.com/oauth/client.json",
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
pub(super) fn find(id: &str) -> Option<Value> {
    let known = PINNED.iter().find(|known| known.id == id);
    let document = known.map(|known| {
        json!({
            "client_id": id,
            "client_name": known.name,
            "redirect_uris": known.redirect_uris,
        })
    });
    let mut document = document.or_else(|| chatgpt_connector(id))?;
    if id.starts_with("https://chatgpt.com/") && !id.contains("/codex/") {
        document["token_endpoint_auth_method"] = json!("private_key_jwt");
        document["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
        document["jwks_uri"] = json!("https://chatgpt.com/oauth/jwks.json");
    } else {
        document["token_endpoint_auth_method"] = json!("none");
    }
    document["grant_types"] = json!(["authorization_code", "refresh_token"]);
    Some(document)
}

/// ChatGPT names a client per connector, with a redirect URI of its own.
fn chatgpt_connector(id: &str) -> Option<Value> {
    let connector = id
        .strip_prefix("https://chatgpt.com/oauth/")?
        .strip_suffix("/client.json")?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let plain = !connector.is_empty() && connector.len() <= 128 && connector.bytes().all(legal);
    plain.then(|| {
        json!({
            "client_id": id,
            "client_name": "ChatGPT",
            "redirect_uris": [format!("https://chatgpt.com/connector/oauth/{connector}")],
        })
    })
}
