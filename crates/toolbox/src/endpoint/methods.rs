//! What an app answers, method by method. Everything that does not change is written once.

use std::borrow::Cow;
use std::sync::Arc;

use guard::Admitted;
use http::StatusCode;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use super::era::{Era, LEGACY, MODERN};
use super::message::{Incoming, RpcError};
use crate::allowed::Allowed;
use crate::app::App;
use crate::serve::Host;
use crate::store::PersonStore;
use crate::tool::{Call, Outcome};
use crate::widget::Widget;

/// How long clients may keep lists and pages, which change only with a new release.
const TTL_MS: u32 = 300_000;

/// A result that is the same for everyone, in both eras.
struct Ready {
    legacy: String,
    modern: String,
}

/// An app with its answers ready to send.
pub(crate) struct Served {
    app: App,
    store: Arc<dyn PersonStore>,
    domain: String,
    server_info: Value,
    /// `_meta` of results of the modern era.
    modern_meta: Option<Box<RawValue>>,
    discover: String,
    tools: Ready,
    resources: Ready,
    templates: Ready,
}

impl Served {
    pub(crate) fn new(app: App, host: &Host) -> Self {
        let server_info = json!({ "name": app.name, "title": app.title, "version": app.version });
        let meta = json!({ "io.modelcontextprotocol/serverInfo": server_info });
        let ready = |result: Value| Ready {
            legacy: result.to_string(),
            modern: cacheable(&result, &meta).to_string(),
        };
        let tools: Vec<_> = app.tools.iter().map(|tool| tool.definition()).collect();
        let widgets = app.tools.iter().filter_map(|tool| tool.widget.as_ref());
        let entries: Vec<_> = widgets
            .map(|widget| widget.entry(&host.public_origin))
            .collect();
        let discover = json!({
            "supportedVersions": [MODERN],
            "capabilities": capabilities(),
            "instructions": app.instructions,
        });
        Self {
            discover: cacheable(&discover, &meta).to_string(),
            tools: ready(json!({ "tools": tools })),
            resources: ready(json!({ "resources": entries })),
            templates: ready(json!({ "resourceTemplates": [] })),
            modern_meta: to_raw_value(&meta).ok(),
            store: Arc::clone(&host.store),
            domain: host.public_origin.clone(),
            server_info,
            app,
        }
    }

    /// The result of a request, as JSON text.
    pub(super) async fn dispatch(
        &self,
        era: Era,
        admitted: &Admitted,
        incoming: &Incoming<'_>,
    ) -> Result<Cow<'_, str>, RpcError> {
        match (&*admitted.look().method, era) {
            ("tools/call", _) => self.call(era, admitted, incoming).await.map(Cow::Owned),
            ("tools/list", _) => self.tools.page(era, incoming),
            ("resources/list", _) => self.resources.page(era, incoming),
            ("resources/templates/list", _) => self.templates.page(era, incoming),
            ("resources/read", _) => self.read(era, incoming).map(Cow::Owned),
            ("server/discover", Era::Modern) => Ok(Cow::Borrowed(&self.discover)),
            ("initialize", Era::Legacy) => Ok(Cow::Owned(self.initialize(incoming)?)),
            ("ping", Era::Legacy) => Ok(Cow::Borrowed("{}")),
            (method, era) => {
                let status = match era {
                    Era::Modern => StatusCode::NOT_FOUND,
                    Era::Legacy => StatusCode::OK,
                };
                let method: String = method.chars().take(64).collect();
                let text = format!("Method not found: {method}");
                Err(RpcError::new(status, -32601, text))
            }
        }
    }

    fn initialize(&self, incoming: &Incoming<'_>) -> Result<String, RpcError> {
        let wanted = incoming.params.protocol_version.as_deref();
        let wanted = wanted.ok_or_else(|| RpcError::invalid_params("protocolVersion"))?;
        // The client's version if we speak it, else the newest that begins this way.
        let version = LEGACY.into_iter().find(|version| *version == wanted);
        let [newest, ..] = LEGACY;
        Ok(json!({
            "protocolVersion": version.unwrap_or(newest),
            "capabilities": capabilities(),
            "serverInfo": self.server_info,
            "instructions": self.app.instructions,
        })
        .to_string())
    }

    async fn call(
        &self,
        era: Era,
        admitted: &Admitted,
        incoming: &Incoming<'_>,
    ) -> Result<String, RpcError> {
        let name = admitted.look().name.as_deref();
        let tool = self.app.tools.iter().find(|tool| Some(tool.name) == name);
        let tool = tool.ok_or_else(|| RpcError::invalid_params("unknown tool"))?;
        // Clients leave `arguments` out, or say `null`, when there are none.
        let arguments = incoming.params.arguments.filter(|raw| raw.get() != "null");
        if arguments.is_some_and(|raw| !raw.get().starts_with('{')) {
            return Err(RpcError::invalid_params("arguments must be an object"));
        }
        let call = Call {
            store: Arc::clone(&self.store),
            app: self.app.name,
        };
        let person = Allowed::from_guard(admitted);
        let outcome = tool.call(call, person, arguments).await;
        self.write(era, &outcome)
    }

    fn write(&self, era: Era, outcome: &Outcome) -> Result<String, RpcError> {
        let modern = era == Era::Modern;
        let result = ToolResult {
            result_type: modern.then_some("complete"),
            content: [Text {
                kind: "text",
                text: &outcome.text,
            }],
            structured_content: outcome.structured.as_deref(),
            is_error: outcome.is_error,
            meta: self.modern_meta.as_deref().filter(|_| modern),
        };
        serde_json::to_string(&result).map_err(|_| {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            RpcError::new(status, -32603, "Internal error")
        })
    }

    fn read(&self, era: Era, incoming: &Incoming<'_>) -> Result<String, RpcError> {
        let uri = incoming.params.uri.as_deref();
        let uri = uri.ok_or_else(|| RpcError::invalid_params("uri"))?;
        let mut widgets = self
            .app
            .tools
            .iter()
            .filter_map(|tool| tool.widget.as_ref());
        let Some(widget) = widgets.find(|widget: &&Widget| widget.is_at(uri)) else {
            let code = match era {
                Era::Modern => -32602,
                Era::Legacy => -32002,
            };
            let error = RpcError::new(StatusCode::OK, code, "Resource not found");
            return Err(error.with_data(json!({ "uri": uri })));
        };
        let result = json!({ "contents": [widget.content(uri, &self.domain)] });
        let result = match (era, &self.modern_meta) {
            (Era::Modern, Some(_)) => {
                let meta = json!({ "io.modelcontextprotocol/serverInfo": self.server_info });
                cacheable(&result, &meta)
            }
            (Era::Modern | Era::Legacy, _) => result,
        };
        Ok(result.to_string())
    }
}

impl Ready {
    /// The only page there is.
    fn page(&self, era: Era, incoming: &Incoming<'_>) -> Result<Cow<'_, str>, RpcError> {
        if incoming.params.cursor.is_some() {
            return Err(RpcError::invalid_params("unknown cursor"));
        }
        Ok(Cow::Borrowed(match era {
            Era::Modern => &self.modern,
            Era::Legacy => &self.legacy,
        }))
    }
}

fn capabilities() -> Value {
    json!({ "tools": {}, "resources": {} })
}

/// What results that may be kept carry in the modern era.
fn cacheable(result: &Value, meta: &Value) -> Value {
    let mut members = Map::new();
    members.insert("resultType".into(), "complete".into());
    members.extend(result.as_object().cloned().unwrap_or_default());
    members.insert("ttlMs".into(), TTL_MS.into());
    members.insert("cacheScope".into(), "public".into());
    members.insert("_meta".into(), meta.clone());
    Value::Object(members)
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    content: [Text<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    structured_content: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_error: bool,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<&'a RawValue>,
}

#[derive(serde::Serialize)]
struct Text<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}
