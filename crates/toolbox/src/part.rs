//! Parts of an app: some of its toolsets, or only the tools that read. A part never has more than what it is
//! a part of, so whoever names one, by configuration, path or header, can only take away.

use std::collections::BTreeSet;

use http::HeaderMap;

use crate::app::App;
use crate::tool::Tool;

/// Names of toolsets, with commas between.
const TOOLSETS: &str = "x-mcp-toolsets";
/// `true` leaves only the tools that read.
const READ_ONLY: &str = "x-mcp-readonly";

/// A part of an app; the whole unless told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    toolsets: Option<BTreeSet<String>>,
    read_only: bool,
}

impl Part {
    /// Only these toolsets, and the tools that belong to none.
    #[must_use]
    pub fn with_toolsets(mut self, names: impl IntoIterator<Item = String>) -> Self {
        let names: BTreeSet<_> = names.into_iter().collect();
        self.toolsets = Some(match self.toolsets {
            Some(before) => before.intersection(&names).cloned().collect(),
            None => names,
        });
        self
    }

    /// Only the tools that read.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// What both have.
    pub(crate) fn and(&self, other: Self) -> Self {
        let mut both = other;
        both.read_only |= self.read_only;
        match &self.toolsets {
            Some(names) => both.with_toolsets(names.iter().cloned()),
            None => both,
        }
    }

    /// What a request's headers leave. A header that cannot be read leaves nothing but what belongs to
    /// no toolset.
    pub(crate) fn of_request(headers: &HeaderMap) -> Self {
        let mut part = Self::default();
        for value in headers.get_all(TOOLSETS) {
            let names = value.to_str().unwrap_or_default().split(',').map(str::trim);
            if names.clone().all(|name| name != "all") {
                part = part.with_toolsets(names.map(str::to_owned));
            }
        }
        let wants = |value: &http::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"false");
        part.read_only = headers.get_all(READ_ONLY).iter().any(wants);
        part
    }

    pub(crate) fn has(&self, tool: &Tool) -> bool {
        let named = |names: &BTreeSet<String>| names.contains(tool.toolset);
        let in_set = tool.toolset.is_empty() || self.toolsets.as_ref().is_none_or(named);
        in_set && (!self.read_only || tool.hints.is_reading())
    }

    pub(crate) fn is_whole(&self) -> bool {
        *self == Self::default()
    }
}

impl App {
    /// Only the tools of a part.
    #[must_use]
    pub fn only(mut self, part: &Part) -> Self {
        self.tools.retain(|tool| part.has(tool));
        self
    }

    /// The names of its toolsets.
    #[must_use]
    pub fn toolsets(&self) -> BTreeSet<&'static str> {
        let sets = self.tools.iter().map(|tool| tool.toolset);
        sets.filter(|set| !set.is_empty()).collect()
    }

    /// The parts that have a path of their own below the app's: `/readonly`, `/x/issues` and
    /// `/x/issues/readonly`. None if its tools belong to no toolsets.
    #[must_use]
    pub fn parts(&self) -> Vec<(String, Part)> {
        let sets = self.toolsets();
        let mut parts = Vec::new();
        if !sets.is_empty() {
            parts.push(("/readonly".to_owned(), Part::default().read_only()));
        }
        for set in sets {
            let part = Part::default().with_toolsets([set.to_owned()]);
            parts.push((format!("/x/{set}"), part.clone()));
            parts.push((format!("/x/{set}/readonly"), part.read_only()));
        }
        parts
    }
}
