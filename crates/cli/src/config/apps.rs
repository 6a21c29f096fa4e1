//! Which apps are served, where and how, and the words for their scopes.

use guard::{InBand, Mode};
use issuer::settings::{ResourceSettings, ScopeSettings, UpstreamSettings};
use oauth::jwt::Algorithm;
use oauth::resource::Resource;
use toolbox::Part;

use super::findings::suggestion;
use super::reader::Reader;
use super::settings::SCOPE_KEYS;

/// The apps that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AppName {
    Github,
    Notes,
    Ping,
}

impl AppName {
    pub(crate) const ALL: [Self; 3] = [Self::Github, Self::Notes, Self::Ping];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Notes => "notes",
            Self::Ping => "ping",
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Github => "/mcp/github",
            Self::Notes => "/mcp/notes",
            Self::Ping => "/mcp/ping",
        }
    }
}

impl App {
    /// The app itself.
    pub(crate) fn make(&self) -> toolbox::App {
        match self.name {
            AppName::Github => github::app(&self.github),
            AppName::Notes => notes::app(),
            AppName::Ping => notes::ping_app(),
        }
    }
}

/// Answers for the default app too.
pub(crate) const ALIAS: &str = "/mcp";

/// How one app is served.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) name: AppName,
    /// Whether it answers at [`ALIAS`] as well.
    pub(crate) default: bool,
    pub(crate) mode: Mode,
    pub(crate) in_band: InBand,
    /// What of it is offered.
    pub(crate) part: Part,
    /// For the GitHub app.
    github: github::Settings,
}

/// The keys of one app's settings.
const fn keys(name: AppName) -> [&'static str; 4] {
    match name {
        AppName::Github => [
            "apps.github.enabled",
            "apps.github.mode",
            "apps.github.algorithm",
            "apps.github.acr",
        ],
        AppName::Notes => [
            "apps.notes.enabled",
            "apps.notes.mode",
            "apps.notes.algorithm",
            "apps.notes.acr",
        ],
        AppName::Ping => [
            "apps.ping.enabled",
            "apps.ping.mode",
            "apps.ping.algorithm",
            "apps.ping.acr",
        ],
    }
}

pub(super) fn build(
    reader: &Reader<'_>,
    origin: &str,
    upstreams: &[UpstreamSettings],
) -> (Vec<App>, Vec<ResourceSettings>) {
    let in_band = match reader.word("apps.in_band").as_str() {
        "never" => InBand::Never,
        "always" => InBand::Always,
        _ => InBand::OpenAi,
    };
    let chosen = reader.word("apps.default");
    let (mut apps, mut resources) = (Vec::new(), Vec::new());
    let github = github::Settings {
        api_version: upstreams
            .iter()
            .find_map(|known| known.github()?.api_version.clone()),
        public_only: reader.switch("github.public_only"),
        install_url: super::upstreams::install_url(reader),
        write_branches: reader.switch("apps.github.branches"),
        ..github::Settings::default()
    };
    let github_part = github_part(reader, &github);
    for name in AppName::ALL {
        let [enabled, mode, algorithm, acr] = keys(name);
        let mode = match reader.word(mode).as_str() {
            "mixed" => Mode::Mixed,
            _ => Mode::Required,
        };
        let algorithm = super::build::algorithm(reader, algorithm);
        let acr = super::people::acr(reader, acr);
        let consent_note = super::brand::consent_note(reader, name);
        let default = name.as_str() == chosen;
        let mut upstreams = upstreams.iter();
        let connected = name != AppName::Github || upstreams.any(|known| known.github().is_some());
        if !reader.switch(enabled) || !connected {
            if default {
                let needed = if connected {
                    enabled
                } else {
                    "github.client_id"
                };
                let problem = format!("the app {chosen} is not enabled");
                reader.error("apps.default", problem, format!("set {needed}"));
            }
            continue;
        }
        apps.push(App {
            name,
            default,
            mode,
            in_band,
            part: match name {
                AppName::Github => github_part.clone(),
                AppName::Notes | AppName::Ping => Part::default(),
            },
            github: github.clone(),
        });
        let settings = resource(reader, origin, apps.last(), algorithm);
        resources.extend(settings.map(|settings| ResourceSettings {
            acr,
            consent_note,
            ..settings
        }));
    }
    check_scopes(reader, &resources);
    (apps, resources)
}

fn github_part(reader: &Reader<'_>, settings: &github::Settings) -> Part {
    const KEY: &str = "apps.github.toolsets";
    let toolsets = reader.list(KEY);
    let app = github::app(settings);
    let known = app.toolsets();
    let unknown = toolsets.iter().find(|set| !known.contains(set.as_str()));
    if let Some(set) = unknown {
        let fix = suggestion(set, known.iter().copied());
        reader.error(KEY, format!("there is no toolset `{set}`"), fix);
    }
    let mut part = Part::default();
    if !toolsets.is_empty() {
        part = part.with_toolsets(toolsets);
    }
    match reader.switch("apps.github.read_only") {
        true => part.read_only(),
        false => part,
    }
}

fn resource(
    reader: &Reader<'_>,
    origin: &str,
    app: Option<&App>,
    algorithm: Algorithm,
) -> Option<ResourceSettings> {
    let app = app?;
    let made = app.make().only(&app.part);
    let used = made.scope_set();
    let url = |path: &str| Resource::parse(&format!("{origin}{path}")).ok();
    let scope = |text: &toolbox::ScopeText| {
        let words = reader.layers.scopes.get(text.scope);
        let word = |key| {
            words
                .and_then(|words| words.get(key))
                .and_then(toml::Value::as_str)
        };
        // What changes something says so in its name, and is asked for when it is needed.
        let writes = text.scope.ends_with(":write") || text.scope.starts_with("write:");
        Some(ScopeSettings {
            name: text.scope.parse().ok()?,
            title: word("title").unwrap_or(text.title).to_owned(),
            description: word("description").unwrap_or(text.description).to_owned(),
            base: !writes,
            writes,
        })
    };
    let parts = made.parts().into_iter();
    let parts = parts.filter_map(|(below, _)| url(&format!("{}{below}", app.name.path())));
    let alias = url(ALIAS).filter(|_| app.default);
    Some(ResourceSettings {
        resource: url(app.name.path())?,
        aliases: parts.chain(alias).collect(),
        name: made.title.to_owned(),
        default: app.default,
        algorithm,
        scopes: made
            .scopes
            .iter()
            .filter_map(scope)
            .filter(|scope| used.contains(scope.name.as_str()))
            .collect(),
        acr: None,
        consent_note: None,
        upstream: made.provider.map(str::to_owned),
    })
}

/// Every scope that is given words is one that an app has.
fn check_scopes(reader: &Reader<'_>, resources: &[ResourceSettings]) {
    let scopes = || resources.iter().flat_map(|resource| &resource.scopes);
    for (name, words) in &reader.layers.scopes {
        let place = format!("scopes.{name:?}");
        let error = |problem: &str, fix: String| {
            reader.findings.borrow_mut().error(&place, problem, fix);
        };
        if !scopes().any(|scope| scope.name.as_str() == name) {
            let known = scopes().map(|scope| scope.name.as_str());
            error("no app has this scope", suggestion(name, known));
        }
        let known = || SCOPE_KEYS.iter().map(|(key, _)| *key);
        match words.as_table() {
            None => error("is not a table", format!("write [{place}]")),
            Some(words) => {
                for (key, value) in words {
                    if !known().any(|name| name == key) || !value.is_str() {
                        error(&format!("has no text `{key}`"), suggestion(key, known()));
                    }
                }
            }
        }
    }
}
