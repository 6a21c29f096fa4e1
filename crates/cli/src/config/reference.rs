//! The reference page and the example file, written from the list of settings.

use std::fmt::Write as _;

use super::aliases;
use super::layers::expects;
use super::settings::{CLIENT_KEYS, Kind, SCOPE_KEYS, SETTINGS, Setting, UPSTREAM_KEYS};

/// The reference in Markdown.
pub(crate) fn markdown() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Written by `vestibule check --reference`. Later sources win: defaults, `vestibule.toml`, the environment, flags. The\n\
         flag of a setting is its name with dashes (`--lifetimes-code-seconds`), its variable is written below. A secret is never a\n\
         flag; it may stand in a file that `…_file`, `…_FILE` or `--…-file` names. Lists are comma-separated in variables and flags.\n\n\
         | setting | variable | takes | default | what it does |\n|---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let Setting {
            key,
            default,
            about,
            ..
        } = setting;
        let variable = if setting.is_secret() {
            format!("{0}`, `{0}_FILE", setting.environment())
        } else {
            setting.environment()
        };
        let default = if default.is_empty() {
            "–".to_owned()
        } else {
            format!("`{default}`")
        };
        let takes = takes(setting.kind);
        writeln!(
            page,
            "| `{key}` | `{variable}` | {takes} | {default} | {about} |"
        )
        .ok();
    }
    table(
        &mut page,
        "Clients: one `[[clients.configured]]` each",
        CLIENT_KEYS,
    );
    table(
        &mut page,
        "Providers to sign in with: one `[upstreams.google]` each, under a name of yours",
        UPSTREAM_KEYS,
    );
    table(
        &mut page,
        "Words for scopes: one `[scopes.\"notes:read\"]` each",
        SCOPE_KEYS,
    );
    page.push_str(
        "\n## Names that other systems use\n\nThey count less than ours; secrets among them may end in `_FILE`.\n\n\
         | variable | what becomes of it |\n|---|---|\n",
    );
    for (name, effect) in aliases::all() {
        writeln!(page, "| `{name}` | {effect} |").ok();
    }
    page
}

fn table(page: &mut String, title: &str, rows: &[(&str, &str)]) {
    write!(
        page,
        "\n## {title}\n\n| setting | what it does |\n|---|---|\n"
    )
    .ok();
    for (key, about) in rows {
        writeln!(page, "| `{key}` | {about} |").ok();
    }
}

fn takes(kind: Kind) -> String {
    let advice = expects(kind);
    advice.strip_prefix("write ").unwrap_or(&advice).to_owned()
}

/// An example that says what is the default anyway.
pub(crate) fn example() -> String {
    let mut file = String::from(
        "# Every setting with its default. Written by `vestibule check --example`; what has no default is commented out.\n",
    );
    let mut folder = "";
    for setting in SETTINGS {
        let (place, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
        if place != folder {
            write!(file, "\n[{place}]\n").ok();
            folder = place;
        }
        let about = setting.about;
        writeln!(file, "# {about}").ok();
        match setting.kind {
            Kind::Switch | Kind::Number(..) => writeln!(file, "{name} = {}", setting.default),
            Kind::List => {
                let entries = setting
                    .default
                    .split(", ")
                    .filter(|entry| !entry.is_empty());
                let entries: Vec<_> = entries.map(|entry| format!("{entry:?}")).collect();
                writeln!(file, "{name} = [{}]", entries.join(", "))
            }
            Kind::Secret => writeln!(file, "#{name}_file = \"/run/secrets/{name}\""),
            Kind::Text | Kind::Limit | Kind::OneOf(_) if setting.default.is_empty() => {
                writeln!(file, "#{name} = \"\"")
            }
            Kind::Text | Kind::Limit | Kind::OneOf(_) => {
                writeln!(file, "{name} = {:?}", setting.default)
            }
        }
        .ok();
    }
    file.push_str(
        "\n# A client that need not register.\n\
         #[[clients.configured]]\n\
         #id = \"our-client\"\n\
         #name = \"Our client\"\n\
         #redirect_uris = [\"https://client.example.com/callback\"]\n\
         #auth_method = \"client_secret_basic\"\n\
         #secret_file = \"/run/secrets/our-client\"\n\
         #introspects = [\"notes\"]\n\
         \n# A provider to sign in with: docs/guides/sign-in-with-others.md.\n\
         #[upstreams.example]\n\
         #preset = \"oidc\"\n\
         #issuer = \"https://login.example.com\"\n\
         #client_id = \"vestibule\"\n\
         #auth = \"client_secret_basic\"\n\
         #client_secret_file = \"/run/secrets/example\"\n\
         \n# Other words for a scope.\n\
         #[scopes.\"notes:read\"]\n\
         #title = \"Read your notes\"\n\
         #description = \"List the notes that you have kept here.\"\n",
    );
    file
}
