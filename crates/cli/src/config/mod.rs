//! The configuration: the one place that reads the environment and files. Defaults, then
//! `vestibule.toml`, then the environment, then flags; everything wrong is found in one pass.

pub(crate) mod aliases;
pub(crate) mod findings;
mod keys;
pub(crate) mod layers;
mod network;
mod numbers;
mod reader;
pub(crate) mod reference;
pub(crate) mod settings;

mod apps;
mod brand;
mod build;
mod clients;
mod people;
mod privy;
mod providers;
mod upstreams;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use issuer::db::DbSettings;

pub(crate) use apps::{ALIAS, App};
use findings::Findings;
pub(crate) use keys::{sealing_key_text, sealing_keys};
use layers::{Environment, Layers, Rank, Raw};
pub(crate) use network::Proxies;
use reader::Reader;
use settings::Setting;

/// A configuration that can be used.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The issuer's. Without sealing keys when none are configured.
    pub(crate) settings: issuer::settings::Settings,
    pub(crate) db: DbSettings,
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) proxies: Proxies,
    pub(crate) apps: Vec<App>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) dev_fixture: bool,
    pub(crate) log: Log,
    pub(crate) bounds: Bounds,
}

#[derive(Clone, Debug)]
pub(crate) struct Log {
    /// `None`: by where the log goes.
    pub(crate) json: Option<bool>,
    pub(crate) level: String,
}

/// What one process bears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    pub(crate) body_bytes: usize,
    pub(crate) header_seconds: u64,
    pub(crate) request_seconds: u64,
    pub(crate) shutdown_seconds: u64,
}

/// Settings given as flags, by key.
pub(crate) type Flags = Vec<(&'static Setting, String)>;

/// Where settings are read from.
pub(crate) struct Sources {
    /// As named; otherwise `vestibule.toml`, if there is one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) flags: Flags,
    pub(crate) environment: Environment,
}

/// Reads everything. There is a configuration only if no finding is an error.
pub(crate) fn load(sources: &Sources) -> (Option<Config>, Findings) {
    let mut findings = Findings::default();
    let layers = gather(sources, &mut findings);
    let reader = Reader::new(&layers, findings);
    let config = build::build(&reader, &sources.environment);
    let findings = reader.findings.into_inner();
    (config.filter(|_| !findings.has_errors()), findings)
}

fn gather(sources: &Sources, findings: &mut Findings) -> Layers {
    let mut layers = Layers::default();
    let named = sources.file.clone().or_else(|| {
        let path = layers::given(&sources.environment, "VESTIBULE_CONFIG");
        path.map(PathBuf::from)
    });
    let path = named.as_deref().unwrap_or(Path::new("vestibule.toml"));
    match std::fs::read_to_string(path) {
        Ok(text) => layers.read_file(&text, findings),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            let problem = format!("cannot be read: {error}");
            findings.error(path.display().to_string(), problem, "name a readable file");
        }
    }
    aliases::read(&mut layers, &sources.environment, findings);
    layers.read_environment(&sources.environment, findings);
    for (setting, value) in &sources.flags {
        let flag = format!("--{}", setting.flag());
        if setting.is_secret() {
            layers.put_file(setting, value, (&flag, Rank::Flag), findings);
        } else {
            let raw = Raw::Text(value.clone());
            layers.put(setting, raw, (&flag, Rank::Flag), findings);
        }
    }
    layers
}

#[cfg(test)]
mod tests;
