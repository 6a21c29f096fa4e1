//! Which era of the protocol a request belongs to, and what each demands of its headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guard::Admitted;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use serde_json::value::RawValue;

use super::message::{Incoming, RpcError};

/// Since this revision every request stands alone.
pub(super) const MODERN: &str = "2026-07-28";
/// Revisions that begin with `initialize`, the newest first.
pub(super) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Era {
    /// 2026-07-28: no `initialize`; version and capabilities come with each request.
    Modern,
    /// Up to 2025-11-25: `initialize`, then requests.
    Legacy,
}

impl Era {
    /// Tells the era and checks what it demands.
    pub(super) fn of(admitted: &Admitted, incoming: &Incoming<'_>) -> Result<Self, RpcError> {
        let headers = &admitted.parts().headers;
        let named = header(headers, "mcp-protocol-version")?;
        let look = admitted.look();
        let in_body = look.protocol_version.as_deref();
        match (in_body, named) {
            (None, _) if &*look.method == "initialize" => Ok(Self::Legacy),
            (None, None) => Ok(Self::Legacy),
            (None, Some(version)) if LEGACY.contains(&version) => Ok(Self::Legacy),
            (None, Some(MODERN)) => Err(RpcError::invalid_params(
                "_meta must have io.modelcontextprotocol/protocolVersion",
            )),
            (None, Some(version)) => Err(unsupported(version)),
            (Some(version), named) => {
                if named != Some(version) {
                    return Err(mismatch("MCP-Protocol-Version"));
                }
                if version != MODERN {
                    return Err(unsupported(version));
                }
                check_headers(admitted, incoming, headers)?;
                check_capabilities(incoming)?;
                Ok(Self::Modern)
            }
        }
    }
}

fn check_headers(
    admitted: &Admitted,
    incoming: &Incoming<'_>,
    headers: &HeaderMap,
) -> Result<(), RpcError> {
    let look = admitted.look();
    if header(headers, "mcp-method")? != Some(&*look.method) {
        return Err(mismatch("Mcp-Method"));
    }
    let name = match &*look.method {
        "tools/call" | "prompts/get" => look.name.as_deref(),
        "resources/read" => incoming.params.uri.as_deref(),
        _ => return Ok(()),
    };
    let in_header = header(headers, "mcp-name")?.map(decode).transpose()?;
    if in_header.as_deref() == name {
        Ok(())
    } else {
        Err(mismatch("Mcp-Name"))
    }
}

fn check_capabilities(incoming: &Incoming<'_>) -> Result<(), RpcError> {
    let meta = incoming.params.meta.as_ref();
    let given = meta.and_then(|meta| meta.client_capabilities);
    let is_object = |raw: &RawValue| raw.get().starts_with('{');
    if given.is_some_and(is_object) {
        Ok(())
    } else {
        Err(RpcError::invalid_params(
            "_meta must have the object io.modelcontextprotocol/clientCapabilities",
        ))
    }
}

/// The one value of a header, without the spaces around it.
fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, RpcError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text.trim())),
            Err(_) => Err(mismatch(name)),
        },
        (Some(_), Some(_)) => Err(mismatch(name)),
    }
}

/// A value that does not fit into a header travels as `=?base64?…?=`.
fn decode(value: &str) -> Result<String, RpcError> {
    let encoded = value
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match encoded {
        None => Ok(value.to_owned()),
        Some(encoded) => STANDARD
            .decode(encoded)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| mismatch("Mcp-Name")),
    }
}

fn mismatch(name: &str) -> RpcError {
    let text = format!("Header mismatch: {name} must be given once and say what the body says");
    RpcError::new(StatusCode::BAD_REQUEST, -32020, text)
}

fn unsupported(requested: &str) -> RpcError {
    RpcError::new(
        StatusCode::BAD_REQUEST,
        -32022,
        "Unsupported protocol version",
    )
    .with_data(json!({ "supported": [MODERN], "requested": requested }))
}
