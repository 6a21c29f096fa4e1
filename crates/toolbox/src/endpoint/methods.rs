//! What an app answers, method by method. Everything that does not change is written once.

use std::borrow::Cow;
use std::sync::Arc;

use guard::{Admitted, Guard};
use http::StatusCode;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use super::era::{Era, LEGACY, MODERN};
use super::message::{Incoming, RpcError};
use crate::allowed::Allowed;
use crate::app::App;
use crate::connections::{Connections, Lent, Used};
use crate::part::Part;
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

/// A request, with all that its answer depends on.
pub(super) struct Asked<'a> {
    pub(super) era: Era,
    pub(super) admitted: &'a Admitted,
    pub(super) incoming: &'a Incoming<'a>,
    pub(super) guard: &'a Guard,
    pub(super) part: Part,
}

/// An app with its answers ready to send.
pub(crate) struct Served {
    app: App,
    store: Arc<dyn PersonStore>,
    connections: Option<Arc<dyn Connections>>,
    definitions: Vec<Value>,
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
        let own = app.tools.iter();
        let definitions: Vec<_> = own.map(|tool| tool.definition(app.name)).collect();
        let widgets = app.widgets();
        let entries: Vec<_> = widgets
            .iter()
            .map(|widget| widget.entry(app.name, &host.public_origin))
            .collect();
        let discover = json!({
            "supportedVersions": [MODERN],
            "capabilities": capabilities(),
            "instructions": app.instructions,
        });
        Self {
            discover: cacheable(&discover, &meta).to_string(),
            tools: ready(json!({ "tools": definitions })),
            definitions,
            resources: ready(json!({ "resources": entries })),
            templates: ready(json!({ "resourceTemplates": [] })),
            modern_meta: to_raw_value(&meta).ok(),
            store: Arc::clone(&host.store),
            connections: host.connections.clone(),
            domain: host.public_origin.clone(),
            server_info,
            app,
        }
    }

    /// The result of a request, as JSON text.
    pub(super) async fn dispatch(&self, asked: &Asked<'_>) -> Result<Cow<'_, str>, RpcError> {
        let (era, incoming) = (asked.era, asked.incoming);
        match (&*asked.admitted.look().method, era) {
            ("tools/call", _) => self.call(asked).await.map(Cow::Owned),
            ("tools/list", _) if asked.part.is_whole() => self.tools.page(era, incoming),
            ("tools/list", _) => self.part_of_tools(asked).map(Cow::Owned),
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

    /// The list for a request that wants less than the whole.
    fn part_of_tools(&self, asked: &Asked<'_>) -> Result<String, RpcError> {
        asked.incoming.check_first_page()?;
        let all = self.app.tools.iter().zip(&self.definitions);
        let part = all.filter(|(tool, _)| asked.part.has(tool));
        let tools: Vec<_> = part.map(|(_, definition)| definition).collect();
        let result = json!({ "tools": tools });
        Ok(match asked.era {
            // What headers leave is for who sent them.
            Era::Modern => cacheable_for("private", &result, &self.meta()).to_string(),
            Era::Legacy => result.to_string(),
        })
    }

    async fn call(&self, asked: &Asked<'_>) -> Result<String, RpcError> {
        let (admitted, incoming) = (asked.admitted, asked.incoming);
        let name = admitted.look().name.as_deref().unwrap_or_default();
        let mut tools = self.app.tools.iter();
        let tool = tools.find(|tool| tool.is_called(name) && asked.part.has(tool));
        let tool = tool.ok_or_else(|| RpcError::invalid_params("unknown tool"))?;
        // Clients leave `arguments` out, or say `null`, when there are none.
        let arguments = incoming.params.arguments.filter(|raw| raw.get() != "null");
        if arguments.is_some_and(|raw| !raw.get().starts_with('{')) {
            return Err(RpcError::invalid_params("arguments must be an object"));
        }
        let lending = Lending {
            connections: self.connections.as_deref(),
            lent: Lent::default(),
            admitted,
            tool: tool.name,
        };
        let call = Call {
            store: Arc::clone(&self.store),
            connections: self.connections.clone(),
            lent: lending.lent.clone(),
            app: self.app.name,
        };
        let person = Allowed::from_guard(admitted);
        let outcome = tool.call(call, person, arguments).await;
        self.write(asked, &outcome)
    }

    fn write(&self, asked: &Asked<'_>, outcome: &Outcome) -> Result<String, RpcError> {
        let modern = asked.era == Era::Modern;
        let connect = outcome.connect_url.as_deref();
        let connect = connect.and_then(|url| self.connect_meta(asked, url));
        let meta = self.modern_meta.as_deref().filter(|_| modern);
        let result = ToolResult {
            result_type: modern.then_some("complete"),
            content: [Text {
                kind: "text",
                text: &outcome.text,
            }],
            structured_content: outcome.structured.as_deref(),
            is_error: outcome.is_error,
            meta: connect.as_deref().or(meta),
        };
        serde_json::to_string(&result).map_err(|_| {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            RpcError::new(status, -32603, "Internal error")
        })
    }

    /// What leads to the page where the person connects an account: the challenge for hosts that follow
    /// one, the address for widgets.
    fn connect_meta(&self, asked: &Asked<'_>, url: &str) -> Option<Box<RawValue>> {
        let why = "Connect an account to use this.";
        let challenge = asked.guard.challenge_again(asked.admitted, why);
        let mut meta = match asked.era {
            Era::Modern => self.meta(),
            Era::Legacy => json!({}),
        };
        let members = meta.as_object_mut()?;
        let challenges = json!([challenge.to_string()]);
        members.insert("mcp/www_authenticate".into(), challenges);
        members.insert("vestibule/connect_url".into(), url.into());
        to_raw_value(&meta).ok()
    }

    /// `_meta` of results of the modern era.
    fn meta(&self) -> Value {
        json!({ "io.modelcontextprotocol/serverInfo": self.server_info })
    }

    fn read(&self, era: Era, incoming: &Incoming<'_>) -> Result<String, RpcError> {
        let uri = incoming.params.uri.as_deref();
        let uri = uri.ok_or_else(|| RpcError::invalid_params("uri"))?;
        let mut widgets = self
            .app
            .tools
            .iter()
            .filter_map(|tool| tool.widget.as_ref());
        let Some(widget) = widgets.find(|widget: &&Widget| widget.is_at(self.app.name, uri)) else {
            let code = match era {
                Era::Modern => -32602,
                Era::Legacy => -32002,
            };
            let error = RpcError::new(StatusCode::OK, code, "Resource not found");
            return Err(error.with_data(json!({ "uri": uri })));
        };
        let result = json!({ "contents": [widget.content(uri, &self.domain)] });
        Ok(match era {
            Era::Modern => cacheable(&result, &self.meta()).to_string(),
            Era::Legacy => result.to_string(),
        })
    }
}

/// Tells the host whose accounts a call acted with when it ends, also if nobody waits for its answer any more.
struct Lending<'a> {
    connections: Option<&'a dyn Connections>,
    lent: Lent,
    admitted: &'a Admitted,
    tool: &'static str,
}

impl Drop for Lending<'_> {
    fn drop(&mut self) {
        let (Some(connections), Some(person)) = (self.connections, self.admitted.principal())
        else {
            return;
        };
        for account in &self.lent.take() {
            connections.used(&Used {
                person,
                account,
                tool: self.tool,
                parts: self.admitted.parts(),
            });
        }
    }
}

impl Ready {
    /// The only page there is.
    fn page(&self, era: Era, incoming: &Incoming<'_>) -> Result<Cow<'_, str>, RpcError> {
        incoming.check_first_page()?;
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
    cacheable_for("public", result, meta)
}

fn cacheable_for(whom: &str, result: &Value, meta: &Value) -> Value {
    let mut members = Map::new();
    members.insert("resultType".into(), "complete".into());
    members.extend(result.as_object().cloned().unwrap_or_default());
    members.insert("ttlMs".into(), TTL_MS.into());
    members.insert("cacheScope".into(), whom.into());
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
