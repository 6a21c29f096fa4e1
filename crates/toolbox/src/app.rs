//! An app: tools that share a resource, and the words for its scopes.

use guard::oauth::scope::ScopeSet;

use crate::tool::Tool;
use crate::widget::Widget;

/// A scope in words, for the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeText {
    /// The scope as it goes over the wire.
    pub scope: &'static str,
    /// A few words: "Read your notes".
    pub title: &'static str,
    /// One sentence that says what this allows.
    pub description: &'static str,
    /// Scopes that its holder holds too.
    pub implies: &'static [&'static str],
}

/// An app: an MCP server of ours.
pub struct App {
    /// Its name on the wire and in paths: lower case.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What the model should know before it calls a tool.
    pub instructions: &'static str,
    /// Its scopes in words. Every scope that a tool names must be here.
    pub scopes: &'static [ScopeText],
    /// Whose accounts its tools act with, if any: a provider's name. Who authorizes a client for the app
    /// is led to connect one.
    pub provider: Option<&'static str>,
    /// Its tools, in the order in which they are listed.
    pub tools: Vec<Tool>,
}

impl App {
    /// Its widgets, each once however many tools show it.
    pub(crate) fn widgets(&self) -> Vec<Widget> {
        let mut widgets: Vec<Widget> = Vec::new();
        for widget in self.tools.iter().filter_map(|tool| tool.widget) {
            if widgets.iter().all(|known| known.name != widget.name) {
                widgets.push(widget);
            }
        }
        widgets
    }

    /// The scopes that its tools name.
    #[must_use]
    pub fn scope_set(&self) -> ScopeSet {
        self.tools.iter().fold(ScopeSet::default(), |all, tool| {
            all.union(&tool.policy.scopes())
        })
    }
}
