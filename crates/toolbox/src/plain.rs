//! What apps serve beside MCP: their widgets as pages, and a tool that is asked by `GET`, for programs that
//! speak no JSON-RPC.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderValue, ORIGIN,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::widget::Widget;

/// Longer answers than this are no tool's.
const ANSWER_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// A widget as a page. Its scripts run as of no origin at all: on ours they could act for the person.
pub(crate) fn widget_page(widget: &Widget) -> Response {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                  img-src data:; sandbox allow-scripts; frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-cache"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, widget.html).into_response()
}

/// Calls a tool without arguments for a `GET`: the same guard, and of its answer the structured part.
pub(crate) async fn call(endpoint: Endpoint, tool: &'static str, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": {} },
    });
    let mut asked = Request::new(Body::from(message.to_string()));
    *asked.method_mut() = Method::POST;
    *asked.extensions_mut() = parts.extensions;
    let headers = asked.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for name in [AUTHORIZATION, ORIGIN] {
        for value in parts.headers.get_all(&name) {
            headers.append(name.clone(), value.clone());
        }
    }
    let (mut parts, body) = endpoint.answer(asked).await.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let result = answer.get("result");
    let failed = result.and_then(|result| result.get("isError")) == Some(&true.into());
    let shown = match result.and_then(|result| result.get("structuredContent")) {
        Some(structured) if !failed => structured.clone(),
        _ if parts.status.is_success() => {
            parts.status = StatusCode::BAD_GATEWAY;
            result.or(answer.get("error")).cloned().unwrap_or_default()
        }
        _ => answer,
    };
    Response::from_parts(parts, Body::from(shown.to_string()))
}
