//! Every setting: its name, what it takes, its default, and what it does. The reader, `--help`, the
//! reference and the example file all come from this list.

use Kind::{Limit, List, Number, OneOf, Secret, Switch, Text};

/// One setting. Its environment variable and flag follow from its key.
pub(crate) struct Setting {
    /// Its place in `vestibule.toml`: `lifetimes.code_seconds`.
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
    /// As it would be typed; empty if there is none.
    pub(crate) default: &'static str,
    pub(crate) about: &'static str,
}

/// What a setting takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Switch,
    /// From, to.
    Number(i64, i64),
    /// `10 per 15m`, or `off`.
    Limit,
    List,
    OneOf(&'static [&'static str]),
    /// Never a flag, and also read from a file: `<key>_file`, `VESTIBULE_…_FILE`.
    Secret,
}

impl Setting {
    pub(crate) fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    pub(crate) fn environment(&self) -> String {
        let name = self.key.replace('.', "_").to_uppercase();
        format!("VESTIBULE_{name}")
    }

    /// Without the two dashes. A secret's flag names a file.
    pub(crate) fn flag(&self) -> String {
        let flag = self.key.replace(['.', '_'], "-");
        if self.is_secret() {
            format!("{flag}-file")
        } else {
            flag
        }
    }

    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.kind, Secret)
    }
}

const fn setting(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        key,
        kind,
        default,
        about,
    }
}

const ALGORITHMS: Kind = Kind::OneOf(&["RS256", "ES256", "EdDSA"]);
const ACRS: Kind = Kind::OneOf(&["none", "multi_factor", "phishing_resistant"]);
const MODES: Kind = Kind::OneOf(&["required", "mixed"]);
const DAY: i64 = 86_400;
const YEAR: i64 = 366 * DAY;
const MIB: i64 = 1_048_576;

#[rustfmt::skip] // One row per setting, so that the table can be read as one.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("public_url", Text, "", "The origin that clients and browsers see, and the issuer's name. It must be https unless it is a loopback address. Default: http://localhost with the port of `listen`."),
    setting("listen", Text, "127.0.0.1:3000", "Where to listen."),
    setting("data_dir", Text, "./data", "The folder of the SQLite database and of the sealing key."),
    setting("operator_name", Text, "Vestibule", "Who runs this: shown in page titles."),
    setting("sign_up", OneOf(&["open", "invited", "closed"]), "open", "Who may make an account: anybody, people whom the operator invites (`vestibule people invite`), or nobody: then the operator adds them."),
    setting("trusted_proxies", List, "", "Addresses and networks (10.0.0.0/8) whose X-Forwarded-For tells where a request came from. It is believed for limits and audit only: URLs never come from a request."),
    setting("allowed_origins", List, "", "Further web origins whose scripts may call the MCP endpoints. The public URL's own and loopback are allowed always."),
    setting("extra_ca_file", Text, "", "A PEM file with further certificate authorities for outgoing fetches."),
    setting("dev_fixture", Switch, "false", "Serves the unguarded test fixture at /mcp/fixture. Loopback only."),
    setting("sealing_keys", Secret, "", "`id:key` pairs, separated by commas; each key is 32 bytes in base64. The first seals, all open. Default: one key, made in `data_dir`/sealing.key."),

    setting("apps.default", OneOf(&["github", "notes", "ping"]), "notes", "The app that answers at /mcp as well, and that a request without `resource` means."),
    setting("apps.in_band", OneOf(&["openai", "never", "always"]), "openai", "In mixed mode: which clients get a challenge inside a result with status 200. `openai` is ChatGPT."),
    setting("apps.github.enabled", Switch, "true", "Serves the GitHub app at /mcp/github, if `github.client_id` is set."),
    setting("apps.github.mode", MODES, "required", "`required` asks for a token on every request; `mixed` lets clients look around and decides tool by tool."),
    setting("apps.github.algorithm", ALGORITHMS, "RS256", "Signs the access tokens for the GitHub app."),
    setting("apps.github.acr", ACRS, "none", "What people must sign in with before the GitHub app gets tokens, where that is more than `sign_in.acr`."),
    setting("apps.github.toolsets", List, "", "Which toolsets are offered; empty offers all. Clients may ask for less by path or header, never for more."),
    setting("apps.github.read_only", Switch, "false", "Offers only the tools that read."),
    setting("apps.github.branches", Switch, "false", "Offers `create_branch`."),
    setting("apps.github.consent_text", Text, "", "A note on the consent page for the GitHub app, such as an offer to upgrade."),
    setting("apps.github.consent_url", Text, "", "Where that note leads."),
    setting("apps.notes.enabled", Switch, "true", "Serves the notes app at /mcp/notes."),
    setting("apps.notes.mode", MODES, "required", "`required` asks for a token on every request; `mixed` lets clients look around and decides tool by tool."),
    setting("apps.notes.algorithm", ALGORITHMS, "RS256", "Signs the access tokens for the notes app."),
    setting("apps.notes.acr", ACRS, "none", "What people must sign in with before the notes app gets tokens, where that is more than `sign_in.acr`."),
    setting("apps.notes.consent_text", Text, "", "A note on the consent page for the notes app."),
    setting("apps.notes.consent_url", Text, "", "Where that note leads."),
    setting("apps.ping.enabled", Switch, "true", "Serves the ping app at /mcp/ping."),
    setting("apps.ping.mode", MODES, "required", "`required` asks for a token on every request; `mixed` lets clients look around and decides tool by tool."),
    setting("apps.ping.algorithm", ALGORITHMS, "RS256", "Signs the access tokens for the ping app."),
    setting("apps.ping.acr", ACRS, "none", "What people must sign in with before the ping app gets tokens, where that is more than `sign_in.acr`."),

    setting("apps.ping.consent_text", Text, "", "A note on the consent page for the ping app."),
    setting("apps.ping.consent_url", Text, "", "Where that note leads."),

    setting("github.client_id", Text, "", "The client id of your GitHub App or OAuth app. With it and the secret people sign in with GitHub, and apps act with their GitHub accounts."),
    setting("github.client_secret", Secret, "", "The client secret that goes with it."),
    setting("github.kind", OneOf(&["app", "oauth_app"]), "app", "`app` is a GitHub App: its permissions limit tokens. `oauth_app` is an OAuth app: scopes do."),
    setting("github.url", Text, "https://github.com", "Where people authorize: github.com, a ghe.com host, or your GitHub Enterprise Server."),
    setting("github.api_url", Text, "", "Where its API is. Default: as GitHub has it for the host of `github.url`."),
    setting("github.api_version", Text, "", "The version of the API to ask for. Default: the newest that the host is known to have."),
    setting("github.callback_url", Text, "", "The callback URL that is registered at GitHub. Default: the public URL with /auth/github/callback; /github/callback is served too."),
    setting("github.webhook_secret", Secret, "", "Signs GitHub's webhooks, which go to /webhooks/github: a person who takes their permission back there is disconnected here."),
    setting("github.install_url", Text, "", "The page where people install your GitHub App, such as https://github.com/apps/NAME/installations/new. Answers lead there when it is installed nowhere."),
    setting("github.sign_in", Switch, "true", "Whether people sign in with GitHub. Without it they only connect their accounts."),
    setting("github.trusts_email", Switch, "false", "Whether somebody who is new from GitHub, with an e-mail address that is verified there and that a person here has and has verified, signs in as that person. Without it they link GitHub on their account page."),
    setting("github.public_only", Switch, "false", "With an OAuth app: asks for public repositories only."),

    setting("privy.app_id", Text, "", "The app id of your app at Privy. With it people sign in with Privy."),
    setting("privy.url", Text, "https://auth.privy.io", "Where the sign-in page asks Privy: your custom domain, if your app there has one."),
    setting("privy.verification_key", Text, "", "The public key that Privy's tokens are verified with, in PEM or base64 of it, as the dashboard of Privy shows it. Default: the key set at `privy.jwks_url`, which follows when keys are rotated."),
    setting("privy.jwks_url", Text, "", "Where that key set is. Default: `privy.url` with /api/v1/apps/, the app id, and /jwks.json."),
    setting("privy.trusts_email", Switch, "false", "Whether an e-mail address in an identity token of Privy counts as verified. Your app there must return identity tokens. As `github.trusts_email`; without it people from Privy have no address here until they give one."),
    setting("privy.token_endpoint_auth", OneOf(&["resource_server", "bearer"]), "resource_server", "Who gets the Privy token behind an access token, at /token/privy/access-token: `resource_server` is a client that proves itself and `introspects` the app that the access token is for; `bearer` is, besides, whoever holds the access token, which every MCP client of the person does."),

    setting("brand.logo_file", Text, "", "A picture (PNG, JPEG, WebP or SVG) that stands before `operator_name`, at most 256 KiB."),
    setting("brand.accent", Text, "", "The color of buttons and links on light ground, as #rrggbb. Its contrast is checked."),
    setting("brand.accent_dark", Text, "", "The same on dark ground. Needed with `brand.accent`."),
    setting("brand.sign_in_text", Text, "", "A sentence for the sign-in page."),
    setting("brand.support_url", Text, "", "Linked at the foot of every page."),
    setting("brand.privacy_url", Text, "", "Linked at the foot of every page."),
    setting("brand.terms_url", Text, "", "Linked at the foot of every page."),
    setting("brand.css_file", Text, "", "A style sheet that follows ours, at most 64 KiB. It loads nothing from elsewhere: pages forbid that."),

    setting("people.domains", List, "", "With open sign-up: hosts that e-mail addresses must have (example.com). Needs verified addresses."),
    setting("people.verify_email", OneOf(&["auto", "always", "never"]), "auto", "Whether a new person first types a code that was mailed. `auto` does so where mail goes out by SMTP."),
    setting("sign_in.acr", ACRS, "none", "What everybody must sign in with, for apps and for their account: `multi_factor` is a passkey, or a password with a code; `phishing_resistant` is a passkey. Whoever has none is led to set one up."),
    setting("sign_in.email_code", OneOf(&["nobody", "without_factor", "everybody"]), "nobody", "For whom a mailed code is a second factor after the password: people without passkey and authenticator app, or everybody, in place of theirs. Never after a password that was chosen by mail."),

    setting("passwords.characters_min", Number(8, 64), "8", "The shortest password that is accepted. The first ones that are guessed are refused whatever their length."),
    setting("passwords.compromised_file", Text, "", "A file of SHA-1 hashes of passwords that are known to others: in hexadecimal, sorted, one on each line, as the lists of Have I Been Pwned are. Nothing is asked of anybody over the network."),

    setting("mail.transport", OneOf(&["auto", "smtp", "folder", "off"]), "auto", "`auto` is SMTP when `mail.smtp_url` is set, a folder of files while the public URL is on loopback, and no mail otherwise."),
    setting("mail.smtp_url", Secret, "", "smtps://user:password@host, or smtp://user:password@host:587?tls=required."),
    setting("mail.from", Text, "", "Who letters come from: `Name <address>`. Default: no-reply at the host of the public URL."),
    setting("mail.folder", Text, "", "Where letters are written as files. Default: `data_dir`/mail."),

    setting("database.driver", OneOf(&["auto", "sqlite", "postgres", "memory"]), "auto", "`auto` is PostgreSQL when `database.url` is set, else SQLite in `data_dir`. `memory` forgets everything at the end."),
    setting("database.url", Secret, "", "postgres://user:password@host/name. `sslmode` and `sslrootcert` are read from it."),
    setting("database.tls", OneOf(&["url", "disable", "prefer", "require", "verify-ca", "verify-full"]), "url", "How to secure the connection; `url` leaves that to `sslmode` in the URL, which is `require` for remote hosts unless it says otherwise."),
    setting("database.connections_max", Number(1, 1_000), "20", "Connections to PostgreSQL."),
    setting("database.connect_timeout_seconds", Number(1, 300), "5", "How long a request waits for a connection."),
    setting("database.idle_timeout_seconds", Number(1, DAY), "30", "After which an unused connection is closed."),

    setting("signing.algorithm", ALGORITHMS, "RS256", "Signs ID tokens."),
    setting("signing.private_key", Secret, "", "A private key to sign with, in PEM, base64 of PEM, or as a JWK. One that the database does not have yet is taken over at the start."),
    setting("signing.public_key", Text, "", "The public key that `signing.private_key` must belong to, in PEM or base64 of it. Checked, not needed."),

    setting("lifetimes.code_seconds", Number(10, 600), "60", "An authorization code."),
    setting("lifetimes.access_token_seconds", Number(60, DAY), "3600", "An access token."),
    setting("lifetimes.id_token_seconds", Number(60, DAY), "3600", "An ID token."),
    setting("lifetimes.refresh_idle_seconds", Number(60, 10 * YEAR), "2592000", "A refresh token that is not used."),
    setting("lifetimes.refresh_absolute_seconds", Number(60, 10 * YEAR), "7776000", "All refresh tokens of one consent, however much they are used."),
    setting("lifetimes.refresh_grace_seconds", Number(0, 600), "60", "How long a rotated refresh token still gets the same successor."),
    setting("lifetimes.session_idle_seconds", Number(60, YEAR), "1209600", "A browser session that is not used."),
    setting("lifetimes.session_absolute_seconds", Number(60, YEAR), "2592000", "A browser session, however much it is used."),
    setting("lifetimes.pending_seconds", Number(30, 3_600), "600", "How long a consent page may wait for its answer."),
    setting("lifetimes.consent_seconds", Number(60, 10 * YEAR), "31536000", "After which a consent is asked for again."),
    setting("lifetimes.email_code_seconds", Number(60, 3_600), "900", "A code that was mailed."),
    setting("lifetimes.email_link_seconds", Number(300, DAY), "3600", "A mailed link with which a password is chosen anew or an address is changed."),
    setting("lifetimes.invitation_seconds", Number(3_600, 60 * DAY), "604800", "An invitation."),
    setting("lifetimes.deletion_seconds", Number(0, 90 * DAY), "604800", "How long an account that is to be deleted can be kept after all."),
    setting("lifetimes.setup_link_seconds", Number(60, 30 * DAY), "86400", "The link with which the first operator is made."),
    setting("lifetimes.personal_token_seconds", Number(DAY, 31_622_400), "2592000", "The longest that a personal access token lives, in whole days. People choose how long theirs do."),
    setting("lifetimes.step_up_seconds", Number(60, DAY), "600", "How long a sign-in suffices to change how one signs in, and for all else that is dangerous. After that people confirm who they are."),
    setting("lifetimes.key_overlap_seconds", Number(60, 30 * DAY), "3600", "How long before it signs a new key is published."),
    setting("lifetimes.key_age_seconds", Number(0, 10 * YEAR), "7776000", "Age at which a signing key is replaced; 0 leaves that to `keys rotate`."),
    setting("lifetimes.audit_seconds", Number(0, 100 * YEAR), "31536000", "After which audit events are deleted; 0 keeps them."),
    setting("lifetimes.unused_client_seconds", Number(3_600, YEAR), "2592000", "After which a registered client that was never used is deleted."),

    setting("limits.sign_in_failures_per_person", Limit, "30 per 15m", "Failed sign-ins for one e-mail address, from browsers where its person never signed in. Their own browsers do not count."),
    setting("limits.sign_in_failures_per_source", Limit, "100 per 15m", "Failed sign-ins from one network address."),
    setting("limits.sign_in_free_failures", Number(1, 100), "5", "Failed sign-ins in a row, for one e-mail address from one place, that cost nothing. Each further one doubles the wait."),
    setting("limits.sign_in_wait_seconds_max", Number(1, DAY), "900", "The longest such wait."),
    setting("limits.second_factor_failures_per_sign_in", Limit, "5 per 1h", "Wrong codes of a second factor after one right password, or in one session."),
    setting("limits.second_factor_failures_per_person", Limit, "100 per 1d", "Wrong codes of a second factor for one person. Only somebody with the password, or a session, can use it up."),
    setting("limits.second_factor_failures_per_source", Limit, "100 per 15m", "Wrong codes of a second factor from one network address."),
    setting("limits.sign_ups_per_source", Limit, "20 per 1h", "New accounts from one network address."),
    setting("limits.letters_per_address", Limit, "5 per 1h", "Letters that people can have sent to one address."),
    setting("limits.email_code_failures", Number(1, 100), "5", "Wrong tries after which a mailed code is dead."),
    setting("limits.registrations_per_source", Limit, "100 per 1h", "Client registrations from one network address."),
    setting("limits.token_failures_per_source", Limit, "60 per 15m", "Failed token requests for one client from one network address."),
    setting("limits.authorize_requests_per_source", Limit, "600 per 15m", "Authorization requests from one network address."),
    setting("limits.code_failures", Number(1, 100), "5", "Wrong verifiers after which a code is burnt."),
    setting("limits.password_hashes", Number(0, 1_024), "0", "Password hashes computed at once; 0 is one less than the processors."),
    setting("limits.password_queue", Number(0, 100_000), "128", "Password hashes that may wait for their turn."),
    setting("limits.connections", Number(1, 1_000_000), "4096", "Open connections; further ones wait to be accepted."),
    setting("limits.requests", Number(1, 1_000_000), "1024", "Requests under way; further ones get 503 with Retry-After."),
    setting("limits.body_bytes", Number(1_024, 64 * MIB), "1048576", "The largest body that any endpoint reads. Some read less."),
    setting("limits.header_seconds", Number(1, 300), "60", "How long a client may take to send a request's header, and stay idle between requests."),
    setting("limits.request_seconds", Number(1, 600), "30", "How long a request may take; then it gets 503."),
    setting("limits.shutdown_seconds", Number(0, 600), "20", "How long requests under way may take to end when the process is told to stop."),

    setting("clients.registration.enabled", Switch, "true", "Dynamic client registration."),
    setting("clients.registration.redirect_hosts", List, "", "https hosts that redirect URIs may have; empty allows all."),
    setting("clients.registration.redirect_uris", List, "", "Whole redirect URIs that are allowed besides. With entries here and no hosts, only these and loopback are."),
    setting("clients.registration.custom_schemes", List, "cursor, vscode, vscode-insiders", "Schemes of native clients. A scheme with a dot is always allowed."),
    setting("clients.registration.redirect_uris_max", Number(1, 100), "16", "Redirect URIs of one client."),
    setting("clients.metadata_documents.enabled", Switch, "true", "Client ID metadata documents."),
    setting("clients.metadata_documents.hosts", List, "", "Hosts that documents may come from; empty allows all."),
    setting("clients.metadata_documents.bytes_max", Number(512, 65_536), "5120", "The largest document."),
    setting("clients.metadata_documents.cache_seconds_min", Number(1, DAY), "300", "A document is kept at least this long."),
    setting("clients.metadata_documents.cache_seconds_max", Number(1, 30 * DAY), "86400", "A document is kept at most this long."),
    setting("clients.metadata_documents.insecure_allow_loopback", Switch, "false", "Fetches documents from loopback too. Only while the public URL is on loopback."),

    setting("fetch.timeout_seconds", Number(1, 60), "5", "Outgoing fetches of addresses that clients name."),
    setting("fetch.concurrency_max", Number(1, 1_000), "16", "Such fetches at once."),
    setting("fetch.per_host", Limit, "30 per 1m", "Such fetches to one host."),

    setting("log.format", OneOf(&["auto", "text", "json"]), "auto", "`auto` is text on a terminal, JSON elsewhere."),
    setting("log.level", Text, "info", "error, warn, info, debug or trace; also per module: `info,issuer=debug`. Of libraries only warnings are shown unless they are named: their details hold secrets."),
    setting("metrics.listen", Text, "127.0.0.1:9464", "Where /metrics is served, apart from everything else; `off` for nowhere."),
];

/// The settings of one `[[clients.configured]]` entry.
pub(crate) const CLIENT_KEYS: &[(&str, &str)] = &[
    ("id", "The client's id."),
    ("name", "Its name, as the consent page shows it."),
    ("redirect_uris", "Its redirect URIs."),
    (
        "auth_method",
        "none, client_secret_basic, client_secret_post or private_key_jwt.",
    ),
    ("secret", "Its secret."),
    ("secret_file", "A file with its secret."),
    (
        "jwks",
        "Its public keys as the JSON text of a key set, for private_key_jwt.",
    ),
    ("jwks_uri", "The address of its public keys instead."),
    (
        "introspects",
        "Apps whose tokens it may introspect: notes, ping.",
    ),
];

/// The settings of one `[upstreams.<name>]` entry.
pub(crate) const UPSTREAM_KEYS: &[(&str, &str)] = &[
    (
        "preset",
        "google, microsoft, okta, auth0, apple, or oidc for any other provider (default).",
    ),
    ("title", "What the button calls it."),
    (
        "issuer",
        "As the provider itself writes it. Okta, Auth0 and others need it.",
    ),
    (
        "tenant",
        "Microsoft: the tenant's id, or common (default), organizations, consumers.",
    ),
    (
        "discovery_url",
        "Where its metadata are, if not below the issuer.",
    ),
    ("client_id", "The client id that it gave you."),
    ("client_secret", "The client secret that goes with it."),
    ("client_secret_file", "A file with the secret."),
    (
        "auth",
        "client_secret_basic, client_secret_post, private_key_jwt or none. Default: by preset; client_secret_basic for others.",
    ),
    (
        "private_key",
        "A private key in PEM, for private_key_jwt and Apple.",
    ),
    ("private_key_file", "A file with the private key."),
    ("key_id", "What the provider calls the private key."),
    ("team_id", "Apple: the id of your team."),
    (
        "scopes",
        "What is asked for there. Default: openid, email, profile.",
    ),
    (
        "identified_by",
        "`sub`, or `tid_oid` for the tenant and object of Entra (preset microsoft).",
    ),
    (
        "trusts_email",
        "Whether a verified e-mail address of it counts here: somebody new gets it, and whoever has it here already, verified, is signed in as. Default: false, and its people have no address here.",
    ),
    (
        "assumes_email_verified",
        "Counts addresses as verified of which the provider does not say so, as Entra does not. Only for a tenant in which you give out the addresses. Default: false.",
    ),
];

/// The settings of one `[scopes."…"]` entry.
pub(crate) const SCOPE_KEYS: &[(&str, &str)] = &[
    ("title", "What the consent page calls the scope."),
    ("description", "What it says below."),
];
