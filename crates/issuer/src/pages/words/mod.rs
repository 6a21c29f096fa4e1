//! The texts of the pages, in every language that has a catalogue beside this file (`<tag>.ftl`, Fluent).
//!
//! A third language is a file: the build compares it with `en.ftl`, and fails where a text is missing.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use unic_langid::{CharacterDirection, LanguageIdentifier};

// `FILES`: tag and text of each catalogue, English first.
include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));

static CATALOGUES: LazyLock<[Catalogue; FILES.len()]> =
    LazyLock::new(|| FILES.map(|(tag, text)| Catalogue::open(tag, text)));

struct Catalogue {
    tag: &'static str,
    id: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// The build has read every file already, so nothing is refused here.
    fn open(tag: &'static str, text: &str) -> Self {
        let id: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id.clone()]);
        // Names of others are wrapped where they are shown: with all values, numbers would be too.
        bundle.set_use_isolating(false);
        let text = FluentResource::try_new(text.to_owned());
        let text = text.unwrap_or_else(|(readable, _)| readable);
        if let Err(errors) = bundle.add_resource(text) {
            tracing::error!(tag, ?errors, "texts stand in a catalogue twice");
        }
        Self { tag, id, bundle }
    }
}

/// A language that pages can be in.
#[derive(Clone, Copy)]
pub(crate) struct Language(&'static Catalogue);

impl Language {
    /// Every language there is.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        CATALOGUES.iter().map(Self)
    }

    /// The best of what is asked for, in the order of preference.
    pub(crate) fn negotiate<'a>(asked: impl IntoIterator<Item = &'a str>) -> Self {
        let asked: Vec<LanguageIdentifier> = asked
            .into_iter()
            .filter_map(|tag| tag.trim().parse().ok())
            .filter(|id: &LanguageIdentifier| !id.language.is_empty())
            .collect();
        let known: Vec<_> = CATALOGUES.iter().map(|known| &known.id).collect();
        let best = negotiate_languages(&asked, &known, None, NegotiationStrategy::Lookup);
        let best = best.first().map(|id| id.to_string());
        let found = Self::all().find(|language| Some(language.tag()) == best.as_deref());
        found.unwrap_or_default()
    }

    /// As in HTML's `lang`.
    pub(crate) fn tag(self) -> &'static str {
        self.0.tag
    }

    /// What its readers call it.
    pub(crate) fn name(self) -> String {
        self.text(&say("language-name"))
    }

    /// As in HTML's `dir`.
    pub(crate) fn direction(self) -> &'static str {
        match self.0.id.character_direction() {
            CharacterDirection::RTL => "rtl",
            CharacterDirection::LTR | CharacterDirection::TTB => "ltr",
        }
    }

    /// A text of this language.
    pub(crate) fn text(self, said: &Say) -> String {
        let message = self.0.bundle.get_message(said.key);
        let pattern = message.and_then(|message| match said.part {
            Some(part) => message.get_attribute(part).map(|part| part.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else {
            tracing::error!(key = said.key, "a page lacks a text");
            return said.key.to_owned();
        };
        let values: FluentArgs<'_> = said.values.iter().map(shown).collect();
        let mut errors = Vec::new();
        let text = self
            .0
            .bundle
            .format_pattern(pattern, Some(&values), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key = said.key, ?errors, "a text lacks a value");
        }
        text.into_owned()
    }
}

impl Default for Language {
    fn default() -> Self {
        let [english, ..] = &*CATALOGUES;
        Self(english)
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag())
    }
}

/// What a text shows besides its own words. Numbers decide between singular and plural.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

fn shown((name, value): &(&'static str, Value)) -> (&'static str, FluentValue<'static>) {
    let value = match value {
        Value::Text(text) => FluentValue::from(text.clone()),
        Value::Number(number) => FluentValue::from(*number),
    };
    (name, value)
}

/// Something to say, in whichever language it is read.
#[derive(Clone, Debug)]
pub(crate) struct Say {
    key: &'static str,
    part: Option<&'static str>,
    values: Vec<(&'static str, Value)>,
}

/// The text of this name.
pub(crate) const fn say(key: &'static str) -> Say {
    Say {
        key,
        part: None,
        values: Vec::new(),
    }
}

impl Say {
    /// With a value to show in it.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// With a time to wait, for texts that show `in-words`.
    #[must_use]
    pub(crate) fn with_wait(self, seconds: i64) -> Self {
        let (unit, count) = match seconds {
            ..=90 => ("seconds", seconds.max(1)),
            _ => ("minutes", (seconds + 59) / 60),
        };
        self.with("unit", unit).with("count", count)
    }

    /// Another part of the same text, as `.sentence`.
    #[must_use]
    pub(crate) fn part(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }

    /// What logs call it.
    pub(crate) const fn key(&self) -> &'static str {
        self.key
    }
}

impl From<&'static str> for Say {
    fn from(key: &'static str) -> Self {
        say(key)
    }
}

/// A name of somebody else's, which does not change the direction of the text around it.
pub(crate) fn apart(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_language_of_those_asked_for_is_chosen() {
        for (asked, tag) in [
            (&["de-AT", "en"][..], "de"),
            (&["fr", "de"], "de"),
            (&["en-GB", "de"], "en"),
            (&["fr-FR"], "en"),
            (&["*", "!", ""], "en"),
            (&[], "en"),
        ] {
            let language = Language::negotiate(asked.iter().copied());
            assert_eq!(language.tag(), tag, "{asked:?}");
        }
    }

    #[test]
    fn a_wait_is_said_as_people_say_it() {
        let said = |tag, seconds| {
            let said = say("error-too-many").part("sentence").with_wait(seconds);
            Language::negotiate([tag]).text(&said)
        };
        assert_eq!(said("en", 0), "Please try again in 1 second.");
        assert_eq!(said("en", 90), "Please try again in 90 seconds.");
        assert_eq!(said("en", 91), "Please try again in 2 minutes.");
        assert!(said("de", 3_600).contains("in 60 Minuten"));
    }
}
