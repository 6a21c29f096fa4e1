//! JSON-RPC messages: what is read of a request, and how answers are written.

use http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A request's parameters, borrowed from the body. The guard has checked the envelope.
#[derive(Default, serde::Deserialize)]
pub(super) struct Incoming<'a> {
    #[serde(borrow, default)]
    pub(super) params: Params<'a>,
}

#[derive(Default, serde::Deserialize)]
pub(super) struct Params<'a> {
    /// Of `tools/call`.
    #[serde(borrow)]
    pub(super) arguments: Option<&'a RawValue>,
    /// Of `resources/read`.
    pub(super) uri: Option<String>,
    /// Of lists.
    #[serde(borrow)]
    pub(super) cursor: Option<&'a RawValue>,
    /// Of `initialize`.
    #[serde(rename = "protocolVersion")]
    pub(super) protocol_version: Option<String>,
    #[serde(rename = "_meta", borrow)]
    pub(super) meta: Option<Meta<'a>>,
}

#[derive(serde::Deserialize)]
pub(super) struct Meta<'a> {
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities", borrow)]
    pub(super) client_capabilities: Option<&'a RawValue>,
}

impl<'a> Incoming<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, RpcError> {
        serde_json::from_slice(body).map_err(|_| RpcError::invalid_params("unreadable"))
    }

    /// Lists have one page, so no cursor was ever given out.
    pub(super) fn check_first_page(&self) -> Result<(), RpcError> {
        match self.params.cursor {
            None => Ok(()),
            Some(_) => Err(RpcError::invalid_params("unknown cursor")),
        }
    }
}

/// An error as JSON-RPC says it, with the status that goes with it.
#[derive(Debug)]
pub(super) struct RpcError {
    pub(super) status: StatusCode,
    pub(super) code: i32,
    pub(super) message: String,
    pub(super) data: Option<Value>,
}

impl RpcError {
    pub(super) fn new(status: StatusCode, code: i32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            data: None,
        }
    }

    pub(super) fn invalid_params(why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            -32602,
            format!("Invalid params: {why}"),
        )
    }

    pub(super) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }
}

pub(super) fn result(id: &RawValue, result: &str) -> String {
    let id = id.get();
    let mut text = String::with_capacity(result.len() + id.len() + 40);
    text.push_str(r#"{"jsonrpc":"2.0","id":"#);
    text.push_str(id);
    text.push_str(r#","result":"#);
    text.push_str(result);
    text.push('}');
    text
}

pub(super) fn error(id: &RawValue, error: &RpcError) -> String {
    let mut body = json!({ "code": error.code, "message": error.message });
    if let (Some(data), Some(members)) = (&error.data, body.as_object_mut()) {
        members.insert("data".into(), data.clone());
    }
    format!(r#"{{"jsonrpc":"2.0","id":{},"error":{body}}}"#, id.get())
}
