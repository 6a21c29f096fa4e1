//! Reads GitHub's JSON. Whatever comes out as text has been cleaned and cut, so that no field is forgotten.

use serde_json::Value;

use super::{GithubError, text};

const LINE_BYTES_MAX: usize = 300;
const URL_BYTES_MAX: usize = 500;
const NAMES_MAX: usize = 100;

/// An object of GitHub's.
#[derive(Clone, Copy)]
pub(crate) struct Foreign<'a>(pub(crate) &'a Value);

impl<'a> Foreign<'a> {
    pub(crate) fn at(self, name: &str) -> Self {
        Self(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// A number without which the object is none.
    pub(crate) fn number(self, name: &str) -> Result<u64, GithubError> {
        let number = self.at(name).0.as_u64();
        number.ok_or(GithubError::Unreadable)
    }

    /// A number of things; none said means zero.
    pub(crate) fn count(self, name: &str) -> u64 {
        self.at(name).0.as_u64().unwrap_or_default()
    }

    pub(crate) fn flag(self, name: &str) -> bool {
        self.at(name).0.as_bool().unwrap_or_default()
    }

    /// Text of one line; empty if there is none.
    pub(crate) fn line(self, name: &str) -> String {
        self.some_line(name).unwrap_or_default()
    }

    pub(crate) fn some_line(self, name: &str) -> Option<String> {
        let line = text::line(self.raw(name), LINE_BYTES_MAX);
        (!line.is_empty()).then_some(line)
    }

    /// Text of several lines, of at most so many bytes.
    pub(crate) fn text(self, name: &str, bytes_max: usize) -> Option<String> {
        let text = text::clean(self.raw(name), bytes_max);
        (!text.is_empty()).then_some(text)
    }

    /// One part of a text, and whether more follow.
    pub(crate) fn part(self, name: &str, number: u32, bytes_max: usize) -> (Option<String>, bool) {
        let (part, more) = text::part(self.raw(name), number, bytes_max);
        ((!part.is_empty()).then_some(part), more)
    }

    /// The address of a web page; empty if it is anything else.
    pub(crate) fn url(self, name: &str) -> String {
        let url = text::line(self.raw(name), URL_BYTES_MAX);
        let is_page = url.starts_with("https://") || url.starts_with("http://");
        if is_page { url } else { String::new() }
    }

    /// The login of a person. Accounts that are gone are GitHub's ghost.
    pub(crate) fn login(self, name: &str) -> String {
        let login = self.at(name).some_line("login");
        login.unwrap_or_else(|| "ghost".to_owned())
    }

    /// The names in a list of objects, or of strings.
    pub(crate) fn names(self, list: &str, field: &str) -> Vec<String> {
        let items = self.at(list).0.as_array().into_iter().flatten();
        let names = items.map(|item| {
            let name = item.as_str().or_else(|| item.get(field)?.as_str());
            text::line(name.unwrap_or_default(), LINE_BYTES_MAX)
        });
        names.take(NAMES_MAX).collect()
    }

    fn raw(self, name: &str) -> &'a str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn odd_shapes_are_empty_and_never_a_panic() {
        for value in [
            json!(null),
            json!([]),
            json!("x"),
            json!({"a": {"b": 1}, "n": -1}),
        ] {
            let foreign = Foreign(&value);
            assert_eq!(foreign.line("a"), "");
            assert_eq!(foreign.text("a", 10), None);
            assert_eq!(foreign.login("a"), "ghost");
            assert_eq!(foreign.names("a", "name"), Vec::<String>::new());
            assert_eq!(foreign.count("n"), 0);
            assert!(!foreign.flag("a"));
            assert!(foreign.number("n").is_err());
        }
    }

    #[test]
    fn only_web_pages_are_addresses() {
        let value = json!({"a": "https://github.com/x", "b": "javascript:alert(1)", "c": "data:x"});
        let foreign = Foreign(&value);
        assert_eq!(foreign.url("a"), "https://github.com/x");
        assert_eq!(foreign.url("b") + &foreign.url("c"), "");
    }

    #[test]
    fn names_come_from_objects_and_strings() {
        let value = json!({"labels": [{"name": "b\u{202e}ug"}, "plain", {"id": 1}]});
        assert_eq!(
            Foreign(&value).names("labels", "name"),
            ["bug", "plain", ""]
        );
    }
}
