//! The layers that settings come from: defaults, then `vestibule.toml`, then the environment, then
//! flags. Each value remembers where it was written.

use std::collections::BTreeMap;

use super::findings::{Findings, Level, suggestion};
use super::settings::{Kind, SETTINGS, Setting};

/// What the process was given. Read once, here; nothing else looks at the environment.
pub(crate) type Environment = BTreeMap<String, String>;

/// The process's own environment; names and values that are not text are left out.
pub(crate) fn environment() -> Environment {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Which layer wins: the later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    File,
    /// A name that another system used.
    Alias,
    Environment,
    Flag,
}

/// A value as written.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Raw {
    Text(String),
    List(Vec<String>),
}

struct Entry {
    raw: Raw,
    origin: String,
    rank: Rank,
}

/// All values that were given, and the parts of the file that are tables.
#[derive(Default)]
pub(crate) struct Layers {
    values: BTreeMap<&'static str, Entry>,
    pub(crate) clients: Vec<toml::Table>,
    pub(crate) scopes: toml::Table,
    pub(crate) upstreams: toml::Table,
}

impl Layers {
    /// The value of a setting, if it was given.
    pub(crate) fn get(&self, key: &str) -> Option<&Raw> {
        self.values.get(key).map(|entry| &entry.raw)
    }

    /// Where a setting was written, for messages; its key if nowhere.
    pub(crate) fn origin(&self, key: &str) -> String {
        let entry = self.values.get(key);
        entry.map_or_else(|| key.to_owned(), |entry| entry.origin.clone())
    }

    pub(crate) fn put(
        &mut self,
        setting: &'static Setting,
        raw: Raw,
        (origin, rank): (&str, Rank),
        findings: &mut Findings,
    ) {
        if let Some(known) = self.values.get(setting.key) {
            let aliased = known.rank == Rank::Alias && rank <= Rank::Environment;
            if aliased && known.raw != raw {
                let (wins, loses) = if rank > known.rank {
                    (origin, known.origin.as_str())
                } else {
                    (known.origin.as_str(), origin)
                };
                let problem = format!("differs from {wins}, which counts");
                findings.add(Level::Warning, loses, problem, "remove one of the two");
            }
            if known.rank >= rank {
                return;
            }
        }
        let origin = origin.to_owned();
        self.values.insert(setting.key, Entry { raw, origin, rank });
    }

    pub(crate) fn read_file(&mut self, text: &str, findings: &mut Findings) {
        match text.parse::<toml::Table>() {
            Ok(table) => self.read_table("", table, findings),
            Err(error) => {
                // The whole of the error shows the line, which may hold a secret.
                let start = error.span().map_or(0, |span| span.start);
                let line = text
                    .bytes()
                    .take(start)
                    .filter(|byte| *byte == b'\n')
                    .count()
                    + 1;
                let problem = format!("line {line}: {}", error.message());
                findings.error("vestibule.toml", problem, "the file is not TOML");
            }
        }
    }

    fn read_table(&mut self, prefix: &str, table: toml::Table, findings: &mut Findings) {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            let inside = format!("{key}.");
            let is_folder = |setting: &Setting| setting.key.starts_with(&inside);
            if key == "scopes"
                && let toml::Value::Table(scopes) = value
            {
                self.scopes = scopes;
            } else if key == "upstreams"
                && let toml::Value::Table(upstreams) = value
            {
                self.upstreams = upstreams;
            } else if key == "clients.configured"
                && let toml::Value::Array(clients) = value
            {
                self.clients = read_clients(clients, findings);
            } else if SETTINGS.iter().any(is_folder)
                && let toml::Value::Table(inner) = value
            {
                self.read_table(&inside, inner, findings);
            } else {
                self.read_value(&key, value, findings);
            }
        }
    }

    fn read_value(&mut self, key: &str, value: toml::Value, findings: &mut Findings) {
        let secret = |stem| Setting::find(stem).filter(|s| s.is_secret());
        if let Some(setting) = Setting::find(key) {
            match raw(value) {
                Some(raw) => self.put(setting, raw, (key, Rank::File), findings),
                None => findings.error(key, "has a value of the wrong type", expects(setting.kind)),
            }
        } else if let Some(setting) = key.strip_suffix("_file").and_then(secret) {
            let path = value.as_str().unwrap_or_default();
            self.put_file(setting, path, (key, Rank::File), findings);
        } else {
            let advice = suggestion(key, known_keys());
            findings.error(key, "no such setting", advice);
        }
    }

    /// A secret from a file.
    pub(crate) fn put_file(
        &mut self,
        setting: &'static Setting,
        path: &str,
        (origin, rank): (&str, Rank),
        findings: &mut Findings,
    ) {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let raw = Raw::Text(text.trim().to_owned());
                self.put(setting, raw, (origin, rank), findings);
            }
            Err(error) => {
                let problem = format!("the file {path} cannot be read: {error}");
                findings.error(origin, problem, "name a readable file");
            }
        }
    }

    pub(crate) fn read_environment(&mut self, variables: &Environment, findings: &mut Findings) {
        for setting in SETTINGS {
            let name = setting.environment();
            if let Some(value) = given(variables, &name) {
                let raw = Raw::Text(value.to_owned());
                self.put(setting, raw, (&name, Rank::Environment), findings);
            }
            let file = format!("{name}_FILE");
            if setting.is_secret()
                && let Some(path) = given(variables, &file)
            {
                if given(variables, &name).is_some() {
                    findings.error(
                        &file,
                        format!("{name} is set as well"),
                        "remove one of them",
                    );
                }
                self.put_file(setting, path, (&file, Rank::Environment), findings);
            }
        }
        for name in variables.keys().filter(|name| is_unknown(name)) {
            let known: Vec<_> = SETTINGS.iter().map(Setting::environment).collect();
            let advice = suggestion(name, known.iter().map(String::as_str));
            findings.add(Level::Warning, name, "no setting has this name", advice);
        }
    }
}

/// A variable that is set to something: an empty one counts as not set.
pub(crate) fn given<'a>(variables: &'a Environment, name: &str) -> Option<&'a str> {
    let value = variables.get(name).map(|value| value.trim());
    value.filter(|value| !value.is_empty())
}

/// Looks like ours and is not. An orchestrator's own variables for a service of our name
/// (`VESTIBULE_PORT_…`, `VESTIBULE_SERVICE_…`) are left alone.
fn is_unknown(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("VESTIBULE_") else {
        return false;
    };
    let foreign = ["TEST_", "SERVICE_", "PORT"];
    let known = |setting: &Setting| {
        let own = setting.environment();
        name == own || (setting.is_secret() && name == format!("{own}_FILE"))
    };
    rest != "CONFIG"
        && !foreign.iter().any(|prefix| rest.starts_with(prefix))
        && !SETTINGS.iter().any(known)
}

fn known_keys() -> impl Iterator<Item = &'static str> {
    let folder = |setting: &'static Setting| setting.key.rsplit_once('.').map(|(folder, _)| folder);
    let tables = ["clients.configured", "scopes", "upstreams"].into_iter();
    let tables = tables.chain(SETTINGS.iter().filter_map(folder));
    SETTINGS.iter().map(|setting| setting.key).chain(tables)
}

fn read_clients(clients: Vec<toml::Value>, findings: &mut Findings) -> Vec<toml::Table> {
    let tables = clients.into_iter().filter_map(|client| {
        let table = client.as_table().cloned();
        if table.is_none() {
            let fix = "write [[clients.configured]]";
            findings.error("clients.configured", "is not a list of tables", fix);
        }
        table
    });
    tables.collect()
}

fn raw(value: toml::Value) -> Option<Raw> {
    Some(match value {
        toml::Value::String(text) => Raw::Text(text),
        toml::Value::Integer(number) => Raw::Text(number.to_string()),
        toml::Value::Boolean(switch) => Raw::Text(switch.to_string()),
        toml::Value::Array(values) => {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            Raw::List(texts.collect::<Option<_>>()?)
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => return None,
    })
}

/// What to write for a setting of this kind.
pub(crate) fn expects(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Secret => "write a text".to_owned(),
        Kind::Switch => "write true or false".to_owned(),
        Kind::Number(min, max) => format!("write a number from {min} to {max}"),
        Kind::Limit => "write a limit such as `10 per 15m` (s, m, h, d), or `off`".to_owned(),
        Kind::List => "write a list of texts".to_owned(),
        Kind::OneOf(words) => format!("write one of: {}", words.join(", ")),
    }
}
