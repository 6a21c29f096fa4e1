//! Environment names that other systems use: each is read as an alias, or refused or set aside with
//! what takes its place.

use super::findings::{Findings, Level};
use super::layers::{Environment, Layers, Rank, Raw, given};
use super::settings::Setting;

/// What becomes of a foreign name.
enum Role {
    /// Sets this setting. A secret's name may also end in `_FILE`.
    Sets(&'static str),
    /// Sets the port of `listen`.
    Port,
    /// A part of `database.url`, which is put together below.
    DatabasePart,
    /// Nothing starts with it: to ignore it would be dangerous.
    Refused(&'static str),
    /// Has no effect here.
    Unused(&'static str),
    /// Has no effect here, and must agree with what is served: checked once that is known.
    Checked,
}

use Role::{Checked, DatabasePart, Port, Refused, Sets, Unused};

const NO_SECRET: &str = "Privy's tokens are verified with its public key, and nothing is asked of it in your app's name";
const ONE_PROCESS: &str =
    "a guard for another issuer's tokens is a library in this version: see the crate `guard`";
const WIDGETS: &str = "widgets are part of the apps here";
const BACKEND: &str = "apps call no other system in this version";

/// In order: of two names for one setting, the first counts.
const ALIASES: &[(&str, Role)] = &[
    ("AUTH_SERVER_URL", Sets("public_url")),
    ("SERVER_BASE_URL", Sets("public_url")),
    ("AUTH_ISSUER", Sets("public_url")),
    ("NEXT_PUBLIC_BASE_URL", Sets("public_url")),
    ("PORT", Port),
    ("AUTH_SERVER_PORT", Port),
    ("AUTH_PORT", Port),
    ("DATABASE_URL", Sets("database.url")),
    ("DB_HOST", DatabasePart),
    ("DB_PORT", DatabasePart),
    ("DB_USER", DatabasePart),
    ("DB_PASSWORD", DatabasePart),
    ("DB_NAME", DatabasePart),
    ("AUTH_STORAGE_DRIVER", Sets("database.driver")),
    (
        "ACCESS_TOKEN_TTL_SEC",
        Sets("lifetimes.access_token_seconds"),
    ),
    ("AUTH_CODE_TTL_SEC", Sets("lifetimes.code_seconds")),
    (
        "OAUTH_ALLOWED_REDIRECT_URIS",
        Sets("clients.registration.redirect_uris"),
    ),
    (
        "OAUTH_ALLOWED_CLIENT_METADATA_HOSTS",
        Sets("clients.metadata_documents.hosts"),
    ),
    ("JWT_PRIVATE_KEY", Sets("signing.private_key")),
    ("JWT_PUBLIC_KEY", Sets("signing.public_key")),
    ("MCP_RESOURCE", Checked),
    ("MCP_SERVER_URL", Checked),
    ("RESOURCE_URL", Checked),
    ("AUTH_SERVER_JWKS_URL", Checked),
    ("MCP_SERVER_PORT", Checked),
    (
        "JWT_SECRET",
        Refused(
            "tokens are never signed with a shared secret: remove it, and let resource servers verify by the key set at /.well-known/jwks.json; to bring a signing key set JWT_PRIVATE_KEY",
        ),
    ),
    ("AUTHORIZATION_SERVER", Refused(ONE_PROCESS)),
    ("OAUTH_JWKS_URI", Refused(ONE_PROCESS)),
    (
        "OAUTH_CLIENT_ID",
        Unused("name it under [[clients.configured]]"),
    ),
    (
        "OAUTH_CLIENT_SECRET",
        Unused("name it under [[clients.configured]]"),
    ),
    (
        "SESSION_SECRET",
        Unused("sessions are random and stored as hashes: no secret is needed"),
    ),
    (
        "NODE_ENV",
        Unused("there is no development mode: what is not loopback must be https"),
    ),
    ("GITHUB_CLIENT_ID", Sets("github.client_id")),
    ("GITHUB_CLIENT_SECRET", Sets("github.client_secret")),
    ("GITHUB_CALLBACK_URL", Sets("github.callback_url")),
    ("PRIVY_APP_ID", Sets("privy.app_id")),
    ("VITE_PRIVY_APP_ID", Sets("privy.app_id")),
    ("PRIVY_APP_SECRET", Unused(NO_SECRET)),
    ("VITE_MCP_SERVER_URL", Unused(WIDGETS)),
    ("WIDGET_URL", Unused(WIDGETS)),
    ("BACKEND_API_URL", Unused(BACKEND)),
    ("PROTOCOL_API_URL", Unused(BACKEND)),
];

/// All names, for the reference.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, String)> {
    ALIASES.iter().map(|(name, role)| {
        let effect = match role {
            Sets(key) => format!("sets `{key}`"),
            Port => "sets the port of `listen`".to_owned(),
            DatabasePart => "a part of `database.url`".to_owned(),
            Refused(why) => format!("refused: {why}"),
            Unused(why) => format!("no effect: {why}"),
            Checked => "no effect: must agree with what is served, or a warning says so".to_owned(),
        };
        (*name, effect)
    })
}

/// The names whose values must agree with what is served, as they are set.
pub(crate) fn checked(variables: &Environment) -> impl Iterator<Item = (&'static str, &str)> {
    let checked = ALIASES.iter().filter(|(_, role)| matches!(role, Checked));
    checked.filter_map(|(name, _)| Some((*name, given(variables, name)?)))
}

pub(crate) fn read(layers: &mut Layers, variables: &Environment, findings: &mut Findings) {
    for (name, role) in ALIASES {
        let file = format!("{name}_FILE");
        match role {
            Sets(key) => {
                let Some(setting) = Setting::find(key) else {
                    continue;
                };
                if let Some(value) = given(variables, name) {
                    let raw = Raw::Text(value.to_owned());
                    layers.put(setting, raw, (name, Rank::Alias), findings);
                } else if let Some(path) = given(variables, &file) {
                    layers.put_file(setting, path, (&file, Rank::Alias), findings);
                }
            }
            Port => port(layers, name, variables, findings),
            Refused(why) if given(variables, name).is_some() => {
                findings.error(*name, "is not used here", *why);
            }
            Unused(why) if given(variables, name).is_some() => {
                findings.add(Level::Note, *name, "has no effect", *why);
            }
            Refused(_) | Unused(_) | DatabasePart | Checked => {}
        }
    }
    database(layers, variables, findings);
    no_hosts(layers, variables, findings);
}

fn port(layers: &mut Layers, name: &str, variables: &Environment, findings: &mut Findings) {
    let (Some(value), Some(setting)) = (given(variables, name), Setting::find("listen")) else {
        return;
    };
    match value.parse::<u16>() {
        Ok(port) => {
            let raw = Raw::Text(format!("127.0.0.1:{port}"));
            layers.put(setting, raw, (name, Rank::Alias), findings);
        }
        Err(_) => findings.error(name, "is not a port", "write a number from 0 to 65535"),
    }
}

/// `DB_HOST` and its like, put together.
fn database(layers: &mut Layers, variables: &Environment, findings: &mut Findings) {
    let (Some(host), Some(setting)) = (given(variables, "DB_HOST"), Setting::find("database.url"))
    else {
        return;
    };
    let password = given(variables, "DB_PASSWORD")
        .map(str::to_owned)
        .or_else(|| {
            let path = given(variables, "DB_PASSWORD_FILE")?;
            let text = std::fs::read_to_string(path);
            if text.is_err() {
                findings.error("DB_PASSWORD_FILE", "cannot be read", "name a readable file");
            }
            Some(text.ok()?.trim().to_owned())
        });
    let part = |name, default| given(variables, name).unwrap_or(default);
    let build = || {
        let mut url = url::Url::parse("postgres://localhost").ok()?;
        url.set_host(Some(host)).ok()?;
        url.set_port(Some(part("DB_PORT", "5432").parse().ok()?))
            .ok()?;
        url.set_username(part("DB_USER", "postgres")).ok()?;
        url.set_password(password.as_deref()).ok()?;
        url.set_path(part("DB_NAME", "postgres"));
        Some(url.to_string())
    };
    match build() {
        Some(url) => layers.put(setting, Raw::Text(url), ("DB_HOST", Rank::Alias), findings),
        None => findings.error(
            "DB_HOST",
            "does not make a database's address together with DB_PORT, DB_USER, DB_PASSWORD and DB_NAME",
            "set DATABASE_URL instead",
        ),
    }
}

/// In the system this name comes from, an empty list of hosts switches metadata documents off.
fn no_hosts(layers: &mut Layers, variables: &Environment, findings: &mut Findings) {
    const NAME: &str = "OAUTH_ALLOWED_CLIENT_METADATA_HOSTS";
    let empty = variables
        .get(NAME)
        .is_some_and(|value| value.trim().is_empty());
    if let Some(setting) = Setting::find("clients.metadata_documents.enabled").filter(|_| empty) {
        let off = Raw::Text("false".to_owned());
        layers.put(setting, off, (NAME, Rank::Alias), findings);
    }
}
