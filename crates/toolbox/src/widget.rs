//! A view of a tool's answers: a `ui://` resource with the metadata of both dialects.

use aws_lc_rs::digest::{SHA256, digest};
use oauth::secret::hex;
use serde_json::{Map, Value, json};

/// The media type of MCP Apps.
const MIME_TYPE: &str = "text/html;profile=mcp-app";

/// One self-contained HTML page that hosts show beside a tool's answer.
#[derive(Clone, Copy, Debug)]
pub struct Widget {
    /// Unique within the app; part of the URI.
    pub name: &'static str,
    /// What people see as its name.
    pub title: &'static str,
    /// What it shows, so that the model need not narrate it.
    pub description: &'static str,
    /// The page. It may load nothing: no origin is allowed.
    pub html: &'static str,
    /// Origins that it leads to, as `https://github.com`, so that hosts open them without a warning.
    pub links: &'static [&'static str],
}

impl Widget {
    /// The URI, with a version that changes with the page, because hosts cache by URI.
    pub(crate) fn uri(&self, app: &str) -> String {
        let hash = hex(digest(&SHA256, self.html.as_bytes()).as_ref());
        let version = hash.get(..12).unwrap_or_default();
        format!("{}?v={version}", self.path(app))
    }

    /// Whether a URI names this widget, in this or an older version.
    pub(crate) fn is_at(&self, app: &str, uri: &str) -> bool {
        uri.strip_prefix(&self.path(app))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
    }

    fn path(&self, app: &str) -> String {
        format!("ui://{app}/{}.html", self.name)
    }

    /// Links a tool to this view: the standard's key, its older flat spelling, and ChatGPT's.
    pub(crate) fn describe_on_tool(&self, app: &str, meta: &mut Map<String, Value>) {
        let uri = self.uri(app);
        meta.insert("ui".into(), json!({ "resourceUri": uri }));
        meta.insert("ui/resourceUri".into(), uri.clone().into());
        meta.insert("openai/outputTemplate".into(), uri.into());
    }

    /// The entry of `resources/list`. `domain` is the deployment's public origin.
    pub(crate) fn entry(&self, app: &str, domain: &str) -> Value {
        json!({
            "uri": self.uri(app),
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "mimeType": MIME_TYPE,
            "_meta": self.meta(domain),
        })
    }

    /// The content of `resources/read`, under the URI that was asked for.
    pub(crate) fn content(&self, uri: &str, domain: &str) -> Value {
        json!({
            "uri": uri,
            "mimeType": MIME_TYPE,
            "text": self.html,
            "_meta": self.meta(domain),
        })
    }

    /// Empty lists are said: ChatGPT demands them. `ui.domain` is not: each host has its own idea of it,
    /// and a wrong one stops the view; the public origin goes to ChatGPT under ChatGPT's own key.
    fn meta(&self, domain: &str) -> Value {
        json!({
            "ui": {
                "csp": { "connectDomains": [], "resourceDomains": [] },
                "prefersBorder": true,
                "linkTrustedDomains": self.links,
            },
            "openai/widgetDescription": self.description,
            "openai/widgetPrefersBorder": true,
            "openai/widgetDomain": domain,
            "openai/widgetCSP": {
                "connect_domains": [],
                "resource_domains": [],
                "redirect_domains": self.links,
            },
        })
    }
}
