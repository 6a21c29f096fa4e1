//! From values to a configuration, with every contradiction found on the way.

use std::net::SocketAddr;

use issuer::db::{DbSettings, PostgresSettings};
use issuer::settings::{
    FetchSettings, MetadataDocumentSettings, PublicUrl, RegistrationSettings, Settings,
};
use oauth::jwt::Algorithm;
use oauth::secret::Secret;

use super::brand;
use super::findings::Level;
use super::layers::Environment;
use super::reader::Reader;
use super::{Config, Log, Proxies, aliases, apps, clients, keys, numbers, people, upstreams};

/// Reads all settings; `None` only if one has no usable value at all.
pub(super) fn build(reader: &Reader<'_>, environment: &Environment) -> Option<Config> {
    let listen = listen(reader);
    let public_url = public_url(reader, listen);
    let origin = public_url
        .as_ref()
        .map_or("http://localhost:3000", PublicUrl::as_str);
    let upstreams = upstreams::build(reader, origin);
    let (apps, resources) = apps::build(reader, origin, &upstreams);
    let sealing_keys = reader.secret("sealing_keys").map_or_else(Vec::new, |text| {
        keys::sealing_keys(text.expose()).unwrap_or_else(|problem| {
            reader.error("sealing_keys", problem, "write id:base64, one or more");
            Vec::new()
        })
    });
    let (sign_up, verify_email, mail) = people::build(reader, public_url.as_ref());
    let settings = Settings {
        operator_name: reader.text("operator_name"),
        brand: brand::build(reader),
        resources,
        sealing_keys,
        signing_keys: keys::signing_keys(reader),
        signing_algorithm: algorithm(reader, "signing.algorithm"),
        lifetimes: numbers::lifetimes(reader),
        limits: numbers::limits(reader),
        sign_in: people::sign_in(reader, mail.as_ref()),
        sign_up,
        verify_email,
        mail,
        passwords: people::passwords(reader),
        registration: registration(reader),
        metadata_documents: metadata_documents(reader, public_url.as_ref()),
        clients: clients::build(reader, origin),
        upstreams,
        fetch: fetch(reader),
        public_url: public_url
            .clone()
            .or_else(|| PublicUrl::parse(origin).ok())?,
    };
    people::check_reachable(reader, &settings);
    let dev_fixture = reader.switch("dev_fixture");
    if dev_fixture && !(settings.public_url.is_loopback() && is_local(listen)) {
        let fix = "the fixture asks for no token: remove it, or serve on loopback only";
        reader.error("dev_fixture", "is for loopback only", fix);
    }
    let config = Config {
        db: database(reader),
        data_dir: reader.text("data_dir").into(),
        // Where it cannot be read, an error was found, and nothing will listen.
        listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3_000))),
        metrics_listen: metrics_listen(reader),
        proxies: Proxies(reader.list_of("trusted_proxies", "an address or a network")),
        apps,
        allowed_origins: allowed_origins(reader),
        dev_fixture,
        log: log(reader),
        bounds: numbers::bounds(reader),
        settings,
    };
    check_aliases(reader, &config, environment);
    Some(config)
}

fn listen(reader: &Reader<'_>) -> Option<SocketAddr> {
    let text = reader.text("listen");
    let address = text.replace("localhost:", "127.0.0.1:").parse().ok();
    if address.is_none() {
        let fix = "write an address and a port: 127.0.0.1:3000, or 0.0.0.0:3000 for everybody";
        reader.error("listen", format!("`{text}` is not an address"), fix);
    }
    address
}

fn is_local(listen: Option<SocketAddr>) -> bool {
    listen.is_some_and(|address| address.ip().is_loopback())
}

fn public_url(reader: &Reader<'_>, listen: Option<SocketAddr>) -> Option<PublicUrl> {
    let text = reader.given("public_url").unwrap_or_else(|| {
        let port = listen.map_or(3_000, |address| address.port());
        format!("http://localhost:{port}")
    });
    let url = PublicUrl::parse(&text);
    if let Err(error) = &url {
        reader.error(
            "public_url",
            error.to_string(),
            "write the origin that clients see",
        );
    }
    url.ok()
}

pub(super) fn algorithm(reader: &Reader<'_>, key: &'static str) -> Algorithm {
    Algorithm::from_name(&reader.word(key)).unwrap_or(Algorithm::Rs256)
}

fn registration(reader: &Reader<'_>) -> RegistrationSettings {
    RegistrationSettings {
        enabled: reader.switch("clients.registration.enabled"),
        redirect_hosts: reader.list("clients.registration.redirect_hosts"),
        redirect_uris: reader.list("clients.registration.redirect_uris"),
        custom_schemes: reader.list("clients.registration.custom_schemes"),
        redirect_uris_max: reader.number("clients.registration.redirect_uris_max"),
    }
}

fn metadata_documents(
    reader: &Reader<'_>,
    public_url: Option<&PublicUrl>,
) -> MetadataDocumentSettings {
    const LOOPBACK: &str = "clients.metadata_documents.insecure_allow_loopback";
    let settings = MetadataDocumentSettings {
        enabled: reader.switch("clients.metadata_documents.enabled"),
        hosts: reader.list("clients.metadata_documents.hosts"),
        bytes_max: reader.number("clients.metadata_documents.bytes_max"),
        cache_seconds_min: reader.number("clients.metadata_documents.cache_seconds_min"),
        cache_seconds_max: reader.number("clients.metadata_documents.cache_seconds_max"),
        insecure_allow_loopback: reader.switch(LOOPBACK),
    };
    if settings.insecure_allow_loopback && !public_url.is_some_and(PublicUrl::is_loopback) {
        let problem = "is only for a public URL on loopback: clients could reach into this host";
        reader.error(LOOPBACK, problem, "remove it");
    }
    if settings.cache_seconds_min > settings.cache_seconds_max {
        let problem = "is more than clients.metadata_documents.cache_seconds_max";
        reader.error(
            "clients.metadata_documents.cache_seconds_min",
            problem,
            "make it less",
        );
    }
    settings
}

fn fetch(reader: &Reader<'_>) -> FetchSettings {
    let extra_ca = reader.given("extra_ca_file").and_then(|path| {
        let text = std::fs::read_to_string(&path).ok();
        let text = text.filter(|text| text.contains("-----BEGIN CERTIFICATE-----"));
        if text.is_none() {
            let problem = format!("{path} is not a readable file with certificates in PEM");
            reader.error("extra_ca_file", problem, "name such a file");
        }
        text
    });
    FetchSettings {
        timeout_seconds: reader.number("fetch.timeout_seconds"),
        concurrency_max: reader.number("fetch.concurrency_max"),
        per_host: reader.limit("fetch.per_host"),
        extra_ca,
    }
}

fn database(reader: &Reader<'_>) -> DbSettings {
    let url = reader.secret("database.url");
    let tls = reader.word("database.tls");
    let pool = [
        reader.number::<u64>("database.connections_max"),
        reader.number("database.connect_timeout_seconds"),
        reader.number("database.idle_timeout_seconds"),
    ];
    let file = std::path::Path::new(&reader.text("data_dir")).join("vestibule.db");
    let driver = reader.word("database.driver");
    if driver != "postgres" && driver != "auto" && url.is_some() {
        let key = "database.url";
        let origin = reader.layers.origin(key);
        let problem = format!("is not used: database.driver is {driver}");
        let mut findings = reader.findings.borrow_mut();
        findings.add(Level::Warning, origin, problem, "remove one of the two");
    }
    match (driver.as_str(), url) {
        ("memory", _) => {
            let origin = reader.layers.origin("database.driver");
            let problem = "everything is forgotten when the process ends";
            let fix = "use sqlite or postgres for anything but a demonstration";
            reader
                .findings
                .borrow_mut()
                .add(Level::Warning, origin, problem, fix);
            DbSettings::Memory
        }
        ("auto" | "postgres", Some(url)) => postgres(reader, &url, &tls, pool),
        ("postgres", None) => {
            reader.error("database.driver", "needs database.url", "set DATABASE_URL");
            DbSettings::Memory
        }
        _ => DbSettings::File(file),
    }
}

fn postgres(
    reader: &Reader<'_>,
    url: &Secret<String>,
    tls: &str,
    [connections, connect, idle]: [u64; 3],
) -> DbSettings {
    // The text of the URL and of the parser's complaint may hold the password: neither is shown.
    let parsed = url::Url::parse(url.expose()).ok();
    let parsed = parsed.filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    let text = match parsed {
        Some(mut parsed) if tls != "url" => {
            let others: Vec<(String, String)> = parsed
                .query_pairs()
                .filter(|(name, _)| name != "sslmode" && name != "ssl-mode")
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            parsed
                .query_pairs_mut()
                .clear()
                .extend_pairs(others)
                .append_pair("sslmode", tls);
            parsed.to_string()
        }
        Some(_) => url.expose().clone(),
        None => {
            let fix = "write postgres://user:password@host/name, or leave it out for SQLite";
            reader.error(
                "database.url",
                "is not the URL of a PostgreSQL database",
                fix,
            );
            String::new()
        }
    };
    DbSettings::Postgres(PostgresSettings {
        url: Secret::new(text),
        connections_max: u32::try_from(connections).unwrap_or(20),
        connect_timeout_seconds: connect,
        idle_timeout_seconds: idle,
    })
}

fn metrics_listen(reader: &Reader<'_>) -> Option<SocketAddr> {
    let text = reader.text("metrics.listen");
    if text == "off" {
        return None;
    }
    let address = text.parse().ok();
    if address.is_none() {
        let problem = format!("`{text}` is not an address");
        reader.error("metrics.listen", problem, "write 127.0.0.1:9464, or off");
    }
    address
}

fn allowed_origins(reader: &Reader<'_>) -> Vec<String> {
    let origins = reader.list("allowed_origins");
    for origin in &origins {
        let parsed = url::Url::parse(origin).map(|url| url.origin().ascii_serialization());
        if parsed.as_ref() != Ok(origin) {
            let fix = "write scheme, host and port: https://inspector.example";
            reader.error(
                "allowed_origins",
                format!("`{origin}` is not an origin"),
                fix,
            );
        }
    }
    origins
}

fn log(reader: &Reader<'_>) -> Log {
    let level = reader.text("log.level");
    if level
        .parse::<tracing_subscriber::filter::Targets>()
        .is_err()
    {
        let fix = "write error, warn, info, debug or trace, also per module: info,issuer=debug";
        reader.error("log.level", format!("`{level}` is not a level"), fix);
    }
    Log {
        json: match reader.word("log.format").as_str() {
            "json" => Some(true),
            "text" => Some(false),
            _ => None,
        },
        level,
    }
}

/// Foreign names that have no effect, but whose writer expects something of them.
fn check_aliases(reader: &Reader<'_>, config: &Config, environment: &Environment) {
    let origin = config.settings.public_url.as_str();
    for (name, value) in aliases::checked(environment) {
        let value = value.trim_end_matches('/');
        let fits = match name {
            "AUTH_SERVER_JWKS_URL" => ["/.well-known/jwks.json", "/oauth/jwks", "/oauth2/jwks"]
                .iter()
                .any(|path| value == format!("{origin}{path}")),
            "MCP_SERVER_PORT" => value == config.listen.port().to_string(),
            _ => {
                let asked = oauth::resource::Resource::parse(value);
                asked.is_ok_and(|asked| config.settings.resource(&asked).is_some())
            }
        };
        if !fits {
            let served = config.settings.resources.iter();
            let urls: Vec<_> = served
                .flat_map(|resource| resource.aliases.iter().chain([&resource.resource]))
                .map(ToString::to_string)
                .collect();
            let problem = "does not agree with what is served; it has no effect";
            let fix = format!(
                "one listener serves issuer and apps, and all URLs follow from public_url: {}",
                urls.join(", ")
            );
            reader
                .findings
                .borrow_mut()
                .add(Level::Warning, name, problem, fix);
        }
    }
}
