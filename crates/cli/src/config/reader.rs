//! Reads values by the kind of their setting. What cannot be read becomes a finding, and the default
//! takes its place so that reading goes on.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::str::FromStr;

use issuer::settings::Limit;
use oauth::secret::Secret;

use super::findings::Findings;
use super::layers::{Layers, Raw, expects};
use super::settings::{Kind, Setting};

pub(crate) struct Reader<'a> {
    pub(crate) layers: &'a Layers,
    pub(crate) findings: RefCell<Findings>,
    /// Every key that was asked for: a setting that nobody reads would be a lie.
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(layers: &'a Layers, findings: Findings) -> Self {
        Self {
            layers,
            findings: RefCell::new(findings),
            asked: RefCell::new(BTreeSet::new()),
        }
    }

    /// Adds an error about a setting, named as it was written.
    pub(crate) fn error(&self, key: &str, problem: impl Into<String>, fix: impl Into<String>) {
        let origin = self.layers.origin(key);
        self.findings.borrow_mut().error(origin, problem, fix);
    }

    /// The text as given or by default, and whether it was given.
    fn raw(&self, key: &'static str) -> (String, bool) {
        self.asked.borrow_mut().insert(key);
        match self.layers.get(key) {
            Some(Raw::Text(text)) => (text.trim().to_owned(), true),
            Some(Raw::List(list)) => (list.join(","), true),
            None => (default(key).to_owned(), false),
        }
    }

    fn parse<T>(&self, key: &'static str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (text, _) = self.raw(key);
        read(&text).or_else(|| {
            let kind = Setting::find(key).map_or(Kind::Text, |setting| setting.kind);
            self.error(key, "cannot be read", expects(kind));
            read(default(key))
        })
    }

    pub(crate) fn text(&self, key: &'static str) -> String {
        self.raw(key).0
    }

    pub(crate) fn given(&self, key: &'static str) -> Option<String> {
        let (text, given) = self.raw(key);
        (given && !text.is_empty()).then_some(text)
    }

    pub(crate) fn secret(&self, key: &'static str) -> Option<Secret<String>> {
        self.given(key).map(Secret::new)
    }

    pub(crate) fn switch(&self, key: &'static str) -> bool {
        let read = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        };
        self.parse(key, read).unwrap_or_default()
    }

    pub(crate) fn number<T: TryFrom<i64> + Default>(&self, key: &'static str) -> T {
        let bounds = match Setting::find(key).map(|setting| setting.kind) {
            Some(Kind::Number(min, max)) => min..=max,
            _ => i64::MIN..=i64::MAX,
        };
        let read = |text: &str| {
            let number = text.parse::<i64>().ok();
            T::try_from(number.filter(|number| bounds.contains(number))?).ok()
        };
        self.parse(key, read).unwrap_or_default()
    }

    pub(crate) fn limit(&self, key: &'static str) -> Limit {
        self.parse(key, read_limit).unwrap_or(Limit::new(0, 1))
    }

    pub(crate) fn list(&self, key: &'static str) -> Vec<String> {
        self.asked.borrow_mut().insert(key);
        match self.layers.get(key) {
            Some(Raw::List(list)) => list.clone(),
            Some(Raw::Text(text)) => split(text),
            None => split(default(key)),
        }
    }

    /// Each entry of a list, read; those that cannot be are findings.
    pub(crate) fn list_of<T: FromStr>(&self, key: &'static str, what: &str) -> Vec<T> {
        let read = |text: String| {
            let value = text.parse().ok();
            if value.is_none() {
                self.error(key, format!("`{text}` is not {what}"), "");
            }
            value
        };
        self.list(key).into_iter().filter_map(read).collect()
    }

    /// One of the words that the setting's kind lists.
    pub(crate) fn word(&self, key: &'static str) -> String {
        let read = |text: &str| match Setting::find(key).map(|setting| setting.kind) {
            Some(Kind::OneOf(words)) => words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(text))
                .map(|word| (*word).to_owned()),
            _ => None,
        };
        self.parse(key, read).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn never_asked(&self) -> Vec<&'static str> {
        let asked = self.asked.borrow();
        let keys = super::settings::SETTINGS.iter().map(|setting| setting.key);
        keys.filter(|key| !asked.contains(key)).collect()
    }
}

fn default(key: &str) -> &'static str {
    Setting::find(key).map_or("", |setting| setting.default)
}

fn split(text: &str) -> Vec<String> {
    let entries = text.split(',').map(|entry| entry.trim().to_owned());
    entries.filter(|entry| !entry.is_empty()).collect()
}

/// `10 per 15m`, `60 per 900` (seconds), `off`.
fn read_limit(text: &str) -> Option<Limit> {
    if text == "off" || text == "0" {
        return Some(Limit::new(0, 1));
    }
    let (count, window) = text.split_once(" per ")?;
    let window = window.trim();
    let end = window
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(window.len());
    let (digits, unit) = window.split_at(end);
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let window = digits.parse::<u32>().ok()?.checked_mul(seconds)?;
    let count = count.trim().parse().ok()?;
    (window > 0 && count > 0).then_some(Limit::new(count, window))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_a_count_per_window() {
        for (text, limit) in [
            ("10 per 15m", Some(Limit::new(10, 900))),
            ("1 per 1d", Some(Limit::new(1, 86_400))),
            ("5 per 30", Some(Limit::new(5, 30))),
            ("off", Some(Limit::new(0, 1))),
            ("10", None),
            ("-1 per 5s", None),
            ("10 per 0s", None),
            ("10 per 5w", None),
            ("10 per 99999999d", None),
        ] {
            assert_eq!(read_limit(text), limit, "{text}");
        }
    }
}
