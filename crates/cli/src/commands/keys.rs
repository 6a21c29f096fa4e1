//! `vestibule keys`: list, rotate, retire, export, import.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgMatches, Command};
use issuer::operate::keys::{self, State};
use issuer::{Issuer, Purpose};
use oauth::secret::Secret;
use serde_json::json;

use super::print::{Print, moment, table};
use super::{required, text};

pub(super) fn command() -> Command {
    let id = || {
        Arg::new("id")
            .value_name("ID")
            // Ids are base64url: one in 64 begins with a dash.
            .allow_hyphen_values(true)
            .required(true)
    };
    let names = Purpose::ALL.map(Purpose::as_str);
    Command::new("keys")
        .about("Keys that sign tokens; a running server sees every change within seconds")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("Lists all keys"))
        .subcommand(
            Command::new("rotate")
                .about("Makes a new key: published at once, it signs after lifetimes.key_overlap_seconds")
                .arg(Arg::new("purpose").value_name("PURPOSE").value_parser(names).default_value("RS256")),
        )
        .subcommand(
            Command::new("retire")
                .about("Ends a key at once, because others may know it: what it signed is refused")
                .arg(id()),
        )
        .subcommand(
            Command::new("export")
                .about("Writes the published key set; with --private one private key in PEM")
                .arg(
                    Arg::new("private")
                        .long("private")
                        .value_name("ID")
                        .allow_hyphen_values(true)
                        .help("Writes this key's private half: keep it as safe as the database"),
                ),
        )
        .subcommand(
            Command::new("import")
                .about("Takes over a private key in PEM, or a JWK or a set of them")
                .arg(Arg::new("file").value_name("FILE").help("Where it is; `-` is standard input").required(true)),
        )
}

pub(super) async fn run(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("rotate", matches)) => {
            let name = required(matches, "purpose");
            let purpose = Purpose::from_name(&name).context("no such purpose")?;
            keys::rotate(issuer, purpose).await?;
            list(issuer, print).await
        }
        Some(("retire", matches)) => {
            let id = required(matches, "id");
            if !keys::retire(issuer, &id).await? {
                bail!("no key {id} is in use");
            }
            list(issuer, print).await
        }
        Some(("export", matches)) => export(matches, issuer, print).await,
        Some(("import", matches)) => import(matches, issuer, print).await,
        _ => list(issuer, print).await,
    }
}

async fn list(issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let all = keys::list(issuer).await?;
    print.answer(&all, || {
        table(
            ["id", "purpose", "state", "signs from", "published until"],
            all.iter().map(|key| {
                let state = match key.state {
                    State::Waiting => "waiting",
                    State::Signs => "signs",
                    State::Verifies => "verifies",
                    State::Gone => "gone",
                };
                [
                    key.id.clone(),
                    key.purpose.clone(),
                    state.to_owned(),
                    moment(key.signs_from.max(key.created_at)),
                    key.published_until.map(moment).unwrap_or_default(),
                ]
            }),
        )
    });
    Ok(())
}

async fn export(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let Some(id) = text(matches, "private") else {
        let set: serde_json::Value = serde_json::from_slice(&issuer.jwks())?;
        print.answer(&set, || set.to_string());
        return Ok(());
    };
    let Some(key) = keys::export(issuer, &id).await? else {
        bail!("no signing key {id} is stored");
    };
    let body = Secret::new(STANDARD.encode(key.expose()));
    let lines: Vec<_> = body
        .expose()
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let pem = Secret::new(format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        lines.join("\n")
    ));
    print.answer(&json!({ "id": id, "pem": pem.expose() }), || {
        pem.expose().clone()
    });
    Ok(())
}

async fn import(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let path = required(matches, "file");
    let read = if path == "-" {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .take(1 << 20)
            .read_to_string(&mut text)
            .map(|_| text)
    } else {
        std::fs::read_to_string(&path)
    };
    let pem = Secret::new(read.with_context(|| format!("{path} cannot be read"))?);
    let ids = keys::import(issuer, &pem).await?;
    print.answer(&json!({ "imported": ids }), || match ids.as_slice() {
        [] => "Known already: nothing was imported.".to_owned(),
        ids => format!("Imported {}.", ids.join(", ")),
    });
    Ok(())
}
