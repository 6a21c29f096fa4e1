//! One tool: its description, its policy and its function, declared together.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use guard::{Assurance, Principal, ToolPolicy};
use oauth::scope::ScopeSet;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use crate::allowed::Allowed;
use crate::connections::{ConnectError, Connection, Connections, Lent};
use crate::hints::Hints;
use crate::schema::schema;
use crate::store::{PersonStore, Records, StoreError};
use crate::widget::Widget;

/// The input of a tool that takes none.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoInput {}

/// What a tool answers: a value for the program, and a sentence for the model.
#[derive(Debug)]
pub struct Answer<T> {
    structured: T,
    text: Option<String>,
}

impl<T> Answer<T> {
    /// A value that mirrors itself as text.
    #[must_use]
    pub const fn new(structured: T) -> Self {
        Self {
            structured,
            text: None,
        }
    }

    /// Says it in words, in place of the mirror.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }
}

/// What went wrong, in words that the model may read and act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolError {
    text: String,
    connect_url: Option<String>,
}

impl ToolError {
    /// An error that says `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            connect_url: None,
        }
    }

    /// The person can mend it on this page: hosts that can are challenged to lead there.
    #[must_use]
    pub fn with_connect_url(mut self, url: impl Into<String>) -> Self {
        self.connect_url = Some(url.into());
        self
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<StoreError> for ToolError {
    fn from(error: StoreError) -> Self {
        Self::new(format!("The records are out of reach: {error}."))
    }
}

/// A call as the tool sees it.
#[derive(Clone)]
pub struct Call {
    pub(crate) store: Arc<dyn PersonStore>,
    pub(crate) connections: Option<Arc<dyn Connections>>,
    pub(crate) lent: Lent,
    pub(crate) app: &'static str,
}

impl Call {
    /// What the app keeps for a person.
    #[must_use]
    pub fn records<'a>(&'a self, person: &'a Allowed<Principal>) -> Records<'a> {
        Records {
            store: &*self.store,
            person,
            app: self.app,
        }
    }

    /// The person's account at a provider.
    ///
    /// # Errors
    /// If the host has no providers at all.
    pub fn connection<'a>(
        &'a self,
        person: &'a Allowed<Principal>,
        provider: &'a str,
    ) -> Result<Connection<'a>, ConnectError> {
        let connections = self.connections.as_deref().ok_or(ConnectError::Away)?;
        Ok(Connection::new(connections, &self.lent, person, provider))
    }
}

/// What a tool's function comes to, for the wire.
pub(crate) struct Outcome {
    pub(crate) text: String,
    pub(crate) structured: Option<Box<RawValue>>,
    pub(crate) is_error: bool,
    /// Where the person mends what went wrong.
    pub(crate) connect_url: Option<String>,
}

impl Outcome {
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            structured: None,
            is_error: true,
            connect_url: None,
        }
    }

    fn of<O: Serialize>(result: Result<Answer<O>, ToolError>) -> Self {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => {
                let connect_url = error.connect_url;
                return Self {
                    connect_url,
                    ..Self::error(error.text)
                };
            }
        };
        match to_raw_value(&answer.structured) {
            Ok(structured) => Self {
                text: answer.text.unwrap_or_else(|| structured.get().to_owned()),
                structured: Some(structured),
                is_error: false,
                connect_url: None,
            },
            Err(_) => Self::error("The answer cannot be written as JSON."),
        }
    }
}

type Run = dyn Fn(Call, Option<Allowed<Principal>>, Option<&RawValue>) -> BoxFuture<'static, Outcome>
    + Send
    + Sync;

/// A tool: declared once, with the function that its policy fits.
pub struct Tool {
    pub(crate) name: &'static str,
    pub(crate) policy: ToolPolicy,
    pub(crate) assurance: Option<Assurance>,
    pub(crate) widget: Option<Widget>,
    /// Other names that it answers to.
    pub(crate) aliases: &'static [&'static str],
    /// What it belongs to, where an app can be narrowed down; empty if it is in every part.
    pub(crate) toolset: &'static str,
    pub(crate) hints: Hints,
    for_widgets: bool,
    /// Whether it is asked by `GET` too, at `/tools/` and its name.
    pub(crate) by_get: bool,
    title: &'static str,
    description: &'static str,
    input_schema: Value,
    output_schema: Value,
    status: Option<(&'static str, &'static str)>,
    run: Box<Run>,
}

impl Tool {
    /// A tool that anyone may call.
    pub fn public<I, O, F>(
        name: &'static str,
        run: impl Fn(Call, I) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Answer<O>, ToolError>> + Send + 'static,
    {
        Self::build(name, ToolPolicy::Public, move |call, _, input: I| {
            Some(run(call, input))
        })
    }

    /// A tool that anyone may call, and that gives more to a caller who holds the scopes.
    pub fn optional<I, O, F>(
        name: &'static str,
        scopes: ScopeSet,
        run: impl Fn(Call, Option<Allowed<Principal>>, I) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Answer<O>, ToolError>> + Send + 'static,
    {
        let policy = ToolPolicy::Optional(scopes);
        Self::build(name, policy, move |call, person, input: I| {
            Some(run(call, person, input))
        })
    }

    /// A tool for a caller who holds the scopes; none named means any caller with a good token.
    pub fn required<I, O, F>(
        name: &'static str,
        scopes: ScopeSet,
        run: impl Fn(Call, Allowed<Principal>, I) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Answer<O>, ToolError>> + Send + 'static,
    {
        let policy = ToolPolicy::Required(scopes);
        Self::build(name, policy, move |call, person, input: I| {
            Some(run(call, person?, input))
        })
    }

    fn build<I, O, F>(
        name: &'static str,
        policy: ToolPolicy,
        run: impl Fn(Call, Option<Allowed<Principal>>, I) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + Send + 'static,
        O: Serialize + JsonSchema + 'static,
        F: Future<Output = Result<Answer<O>, ToolError>> + Send + 'static,
    {
        let run: Box<Run> = Box::new(move |call, person, arguments| {
            let text = arguments.map_or("{}", RawValue::get);
            let input = match serde_json::from_str::<I>(text) {
                Ok(input) => input,
                Err(error) => {
                    let text = format!("The arguments do not fit the schema: {error}");
                    return futures_util::future::ready(Outcome::error(text)).boxed();
                }
            };
            match run(call, person, input) {
                Some(answer) => answer.map(Outcome::of).boxed(),
                None => futures_util::future::ready(Outcome::error("Sign in to use this.")).boxed(),
            }
        });
        Self {
            name,
            policy,
            assurance: None,
            widget: None,
            aliases: &[],
            toolset: "",
            hints: Hints::overwrites().in_open_world(),
            for_widgets: false,
            by_get: false,
            title: name,
            description: "",
            input_schema: schema::<I>(),
            output_schema: schema::<O>(),
            status: None,
            run,
        }
    }

    /// What people see in place of the name, and what the model reads to choose.
    #[must_use]
    pub const fn describe(mut self, title: &'static str, description: &'static str) -> Self {
        self.title = title;
        self.description = description;
        self
    }

    /// What it does to the world; the worst is assumed until told.
    #[must_use]
    pub const fn hints(mut self, hints: Hints) -> Self {
        self.hints = hints;
        self
    }

    /// What hosts may show while it runs and afterwards, at most 64 characters each.
    #[must_use]
    pub const fn status(mut self, running: &'static str, done: &'static str) -> Self {
        self.status = Some((running, done));
        self
    }

    /// How well, or how lately, the person must have signed in: for what is dangerous.
    #[must_use]
    pub fn assurance(mut self, needed: Assurance) -> Self {
        self.assurance = Some(needed);
        self
    }

    /// Other names that it answers to, which no list shows.
    #[must_use]
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// The part of its app that it belongs to.
    #[must_use]
    pub const fn toolset(mut self, name: &'static str) -> Self {
        self.toolset = name;
        self
    }

    /// It is also asked by `GET` at `/tools/` and its name, without arguments. Only for what reads.
    #[must_use]
    pub const fn by_get(mut self) -> Self {
        self.by_get = true;
        self
    }

    /// Widgets call it.
    #[must_use]
    pub const fn for_widgets(mut self) -> Self {
        self.for_widgets = true;
        self
    }

    /// The view of its answers.
    #[must_use]
    pub const fn widget(mut self, widget: Widget) -> Self {
        self.widget = Some(widget);
        self
    }

    pub(crate) async fn call(
        &self,
        call: Call,
        person: Option<Allowed<Principal>>,
        arguments: Option<&RawValue>,
    ) -> Outcome {
        (self.run)(call, person, arguments).await
    }

    /// Whether it is called `name`, by its own name or another.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// The definition that a model sees. `app` is the name of the app that it is part of.
    pub(crate) fn definition(&self, app: &str) -> Value {
        let mut meta = Map::new();
        let schemes = self.policy.security_schemes();
        meta.insert("securitySchemes".into(), schemes.clone());
        if let Some(widget) = &self.widget {
            widget.describe_on_tool(app, &mut meta);
        }
        if self.for_widgets {
            meta.insert("openai/widgetAccessible".into(), true.into());
        }
        if let Some((running, done)) = self.status {
            meta.insert("openai/toolInvocation/invoking".into(), running.into());
            meta.insert("openai/toolInvocation/invoked".into(), done.into());
        }
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.input_schema,
            "outputSchema": self.output_schema,
            "annotations": self.hints.to_json(),
            "securitySchemes": schemes,
            "_meta": meta,
        })
    }
}
