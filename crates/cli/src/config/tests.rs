//! What the configuration makes of files, variables and flags.

use super::findings::Level;
use super::settings::{SETTINGS, Setting};
use super::*;

fn sources(file: &str, variables: &[(&str, &str)]) -> (Layers, Findings, Environment) {
    let environment: Environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (mut layers, mut findings) = (Layers::default(), Findings::default());
    layers.read_file(file, &mut findings);
    aliases::read(&mut layers, &environment, &mut findings);
    layers.read_environment(&environment, &mut findings);
    (layers, findings, environment)
}

fn read(file: &str, variables: &[(&str, &str)]) -> (Config, Vec<findings::Finding>) {
    let (layers, findings, environment) = sources(file, variables);
    let reader = Reader::new(&layers, findings);
    let config = build::build(&reader, &environment).expect("something to go on with");
    (config, reader.findings.into_inner().0)
}

/// The settings that are complained of, with the level.
fn complaints(file: &str, variables: &[(&str, &str)]) -> Vec<(String, Level)> {
    let (_, findings) = read(file, variables);
    findings
        .into_iter()
        .map(|finding| (finding.setting, finding.level))
        .collect()
}

#[test]
fn every_setting_is_read_and_named_once() {
    let (layers, findings, environment) = sources("", &[]);
    let reader = Reader::new(&layers, findings);
    build::build(&reader, &environment).unwrap();
    assert_eq!(reader.never_asked(), [""; 0]);
    assert!(reader.findings.borrow().0.is_empty());
    for (at, setting) in SETTINGS.iter().enumerate() {
        let later = SETTINGS.get(at + 1..).unwrap_or_default();
        assert!(
            !later.iter().any(|other| other.flag() == setting.flag()),
            "{}",
            setting.key
        );
    }
}

#[test]
fn defaults_are_the_issuers_own() {
    let (config, _) = read("", &[]);
    let debug = |value: &dyn std::fmt::Debug| format!("{value:?}");
    let settings = &config.settings;
    assert_eq!(
        debug(&settings.lifetimes),
        debug(&issuer::settings::Lifetimes::default())
    );
    assert_eq!(
        debug(&settings.limits),
        debug(&issuer::settings::Limits::default())
    );
    assert_eq!(
        debug(&settings.registration),
        debug(&issuer::settings::RegistrationSettings::default())
    );
    assert_eq!(
        debug(&settings.metadata_documents),
        debug(&issuer::settings::MetadataDocumentSettings::default())
    );
    assert_eq!(
        debug(&settings.fetch),
        debug(&issuer::settings::FetchSettings::default())
    );
    assert_eq!(settings.public_url.as_str(), "http://localhost:3000");
    assert_eq!(settings.resources.len(), 2);
}

#[test]
fn the_example_covers_every_setting_and_changes_nothing() {
    let example = reference::example();
    for setting in SETTINGS {
        let name = setting.key.rsplit('.').next().unwrap_or_default();
        assert!(
            example.contains(&format!("{name} =")) || example.contains(&format!("{name}_file ="))
        );
    }
    let (with, findings) = read(&example, &[]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(format!("{with:?}"), format!("{:?}", read("", &[]).0));
    let all: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') && !rest.ends_with("\"\"") => rest,
            _ => line,
        })
        .filter(|line| !line.contains("_file"))
        .map(|line| format!("{line}\n"))
        .collect();
    let all = all.replace("client_secret_basic", "none");
    let (config, findings) = read(&all, &[]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(config.settings.clients.len(), 1);
}

#[test]
fn later_layers_win() {
    let file = "public_url = \"https://a.example\"\n[lifetimes]\ncode_seconds = 30";
    let (config, findings) = read(file, &[("VESTIBULE_PUBLIC_URL", "https://b.example")]);
    assert_eq!(config.settings.public_url.as_str(), "https://b.example");
    assert_eq!(config.settings.lifetimes.code, 30);
    assert!(findings.is_empty());
    let flag = (
        Setting::find("public_url").unwrap(),
        "https://c.example".to_owned(),
    );
    let (config, _) = load(&Sources {
        file: None,
        flags: vec![flag],
        environment: Environment::from([("AUTH_ISSUER".into(), "https://b.example".into())]),
    });
    assert_eq!(
        config.unwrap().settings.public_url.as_str(),
        "https://c.example"
    );
}

#[test]
fn unknown_names_are_refused_with_a_suggestion() {
    let (_, findings) = read(
        "pubic_url = \"x\"\n[limit]\nsign_ups_per_source = \"off\"",
        &[],
    );
    let advice: Vec<_> = findings
        .iter()
        .map(|f| (f.setting.as_str(), f.fix.as_str()))
        .collect();
    assert_eq!(advice[0], ("limit", "did you mean `limits`?"));
    assert_eq!(advice[1], ("pubic_url", "did you mean `public_url`?"));
    let (_, findings) = read(
        "",
        &[
            ("VESTIBULE_PUBLIC_ULR", "x"),
            ("VESTIBULE_PORT_80_TCP", "x"),
        ],
    );
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].fix, "did you mean `VESTIBULE_PUBLIC_URL`?");
}

#[test]
fn everything_wrong_is_said_at_once() {
    let file = r##"
        public_url = "http://example.com"
        listen = "here"
        dev_fixture = true
        trusted_proxies = ["10.0.0.0/99"]
        sealing_keys = "a:short"
        [brand]
        accent = "#eeeeee"
        accent_dark = "blue"
        logo_file = "Cargo.toml"
        css_file = "nowhere.css"
        privacy_url = "javascript:alert(1)"
        [lifetimes]
        code_seconds = 601
        session_idle_seconds = 2592001
        [limits]
        sign_ups_per_source = "many"
        [database]
        driver = "postgres"
        [signing]
        algorithm = "HS256"
        [log]
        level = "issuer=loud"
        [[clients.configured]]
        id = "c"
        redirect_urls = []
        auth_method = "client_secret_basic"
        secret = "short"
        [scopes."notes:raed"]
        title = "x"
    "##;
    let complaints = complaints(file, &[]);
    let names: Vec<_> = complaints.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "public_url",
        "listen",
        "dev_fixture",
        "trusted_proxies",
        "sealing_keys",
        "brand.accent",
        "brand.accent_dark",
        "brand.logo_file",
        "brand.css_file",
        "brand.privacy_url",
        "lifetimes.code_seconds",
        "lifetimes.session_idle_seconds",
        "limits.sign_ups_per_source",
        "database.driver",
        "signing.algorithm",
        "log.level",
        "clients.configured[0] c",
        "scopes.\"notes:raed\"",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    assert!(complaints.iter().all(|(_, level)| *level == Level::Error));
}

#[test]
fn configured_clients_that_could_never_work_are_found() {
    let key = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let uris = "redirect_uris = [\"https://a.example/cb\"]";
    let by_key = |jwks: &str| format!("{uris}\nauth_method = \"private_key_jwt\"\njwks = '{jwks}'");
    for (client, count) in [
        (uris.to_owned(), 0),
        (by_key(key), 0),
        (String::new(), 1),
        (by_key("{}"), 1),
        (by_key(r#"{"keys":[]}"#), 1),
        (format!("{uris}\njwks = '{key}'"), 1),
    ] {
        let file = format!("[[clients.configured]]\nid = \"c\"\n{client}");
        assert_eq!(complaints(&file, &[]).len(), count, "{client}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_said_without_its_text() {
    let file = "listen = \"127.0.0.1:3000\"\n[database]\nurl = postgres://u:hunter2@h/db\n";
    let (_, findings) = read(file, &[]);
    let said: String = findings.iter().map(ToString::to_string).collect();
    assert!(
        said.contains("line 3: ") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn names_of_other_systems_are_read_or_refused() {
    let (config, findings) = read(
        "",
        &[
            ("SERVER_BASE_URL", "https://v.example/"),
            ("PORT", "4000"),
            ("DB_HOST", "127.0.0.1"),
            ("DB_USER", "ada"),
            ("DB_PASSWORD", "p@ss/word"),
            ("DB_NAME", "v"),
            ("ACCESS_TOKEN_TTL_SEC", "600"),
            ("AUTH_CODE_TTL_SEC", "600"),
            (
                "OAUTH_ALLOWED_REDIRECT_URIS",
                "https://a.example/cb, https://b.example/cb",
            ),
            ("OAUTH_ALLOWED_CLIENT_METADATA_HOSTS", "chatgpt.com"),
            ("MCP_RESOURCE", "https://v.example/mcp"),
            ("AUTH_SERVER_JWKS_URL", "https://v.example/oauth/jwks"),
            ("MCP_SERVER_PORT", "4000"),
        ],
    );
    assert!(findings.is_empty(), "{findings:?}");
    let settings = &config.settings;
    assert_eq!(settings.public_url.as_str(), "https://v.example");
    assert_eq!(config.listen.to_string(), "127.0.0.1:4000");
    assert_eq!(
        (settings.lifetimes.access_token, settings.lifetimes.code),
        (600, 600)
    );
    assert_eq!(settings.registration.redirect_uris.len(), 2);
    assert_eq!(settings.metadata_documents.hosts, ["chatgpt.com"]);
    let DbSettings::Postgres(postgres) = &config.db else {
        panic!("not PostgreSQL")
    };
    assert_eq!(
        postgres.url.expose(),
        "postgres://ada:p%40ss%2Fword@127.0.0.1:5432/v"
    );
    assert!(!format!("{config:?}").contains("p%40ss"));
}

#[test]
fn names_that_are_not_read_say_what_takes_their_place() {
    assert_eq!(
        complaints("", &[("JWT_SECRET", "x")]),
        [("JWT_SECRET".into(), Level::Error)]
    );
    for name in ["AUTHORIZATION_SERVER", "OAUTH_JWKS_URI"] {
        assert_eq!(
            complaints("", &[(name, "x")]),
            [(name.into(), Level::Error)]
        );
    }
    for name in [
        "SESSION_SECRET",
        "NODE_ENV",
        "PRIVY_APP_SECRET",
        "WIDGET_URL",
    ] {
        assert_eq!(complaints("", &[(name, "x")]), [(name.into(), Level::Note)]);
    }
    for name in [
        "MCP_RESOURCE",
        "MCP_SERVER_URL",
        "RESOURCE_URL",
        "AUTH_SERVER_JWKS_URL",
    ] {
        assert_eq!(
            complaints("", &[(name, "https://x")]),
            [(name.into(), Level::Warning)]
        );
    }
    // Half a set-up says what is missing.
    let github = [("GITHUB_CLIENT_ID", "a"), ("GITHUB_CLIENT_SECRET", "b")];
    assert_eq!(complaints("", &github), []);
    assert_eq!(
        complaints("", &github[..1]),
        [("github.client_secret".into(), Level::Error)]
    );
    assert_eq!(
        complaints("", &github[1..]),
        [("github.client_id".into(), Level::Error)]
    );
    assert_eq!(
        complaints(
            "",
            &[(
                "GITHUB_CALLBACK_URL",
                "https://elsewhere.example/github/callback"
            )]
        ),
        [("GITHUB_CALLBACK_URL".into(), Level::Error)]
    );
    assert_eq!(
        complaints("", &[("AUTH_CODE_TTL_SEC", "601")]),
        [("AUTH_CODE_TTL_SEC".into(), Level::Error)]
    );
    let both = [
        ("AUTH_ISSUER", "https://a.example"),
        ("AUTH_SERVER_URL", "https://b.example"),
    ];
    assert_eq!(
        complaints("", &both),
        [("AUTH_ISSUER".into(), Level::Warning)]
    );
    let (config, _) = read("", &both);
    assert_eq!(config.settings.public_url.as_str(), "https://b.example");
    let (config, _) = read("", &[("OAUTH_ALLOWED_CLIENT_METADATA_HOSTS", "")]);
    assert!(!config.settings.metadata_documents.enabled);
    let (config, findings) = read("", &[("AUTH_STORAGE_DRIVER", "memory")]);
    assert!(matches!(config.db, DbSettings::Memory) && findings[0].level == Level::Warning);
}

#[test]
fn a_private_key_comes_in_pem_or_base64_with_its_own_public_half() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use oauth::jwt::{Algorithm, SigningKey};
    let pem = |label: &str, der: &[u8]| {
        let body = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let [own, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::Es256).unwrap());
    let private = pem("PRIVATE KEY", own.to_pkcs8().unwrap().expose());
    let public = pem("PUBLIC KEY", &own.public_der().unwrap());
    let foreign = pem("PUBLIC KEY", &other.public_der().unwrap());
    for text in [
        &private,
        &STANDARD.encode(&private),
        &private.replace('\n', "\\n"),
    ] {
        let (config, findings) = read(
            "",
            &[("JWT_PRIVATE_KEY", text), ("JWT_PUBLIC_KEY", &public)],
        );
        assert!(
            findings.is_empty() && config.settings.signing_keys.len() == 1,
            "{findings:?}"
        );
        assert!(!format!("{config:?}").contains("PRIVATE"));
    }
    assert_eq!(
        complaints(
            "",
            &[("JWT_PRIVATE_KEY", &private), ("JWT_PUBLIC_KEY", &foreign)]
        ),
        [("JWT_PUBLIC_KEY".into(), Level::Error)]
    );
    for bad in ["x", &public, &STANDARD.encode("x")] {
        let key = ("JWT_PRIVATE_KEY".into(), Level::Error);
        assert_eq!(complaints("", &[("JWT_PRIVATE_KEY", bad)]), [key]);
    }
}
