//! `vestibule clients`: add, list, disable, enable, rotate-secret.

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches, Command};
use issuer::Issuer;
use issuer::operate::clients;
use oauth::client::ClientId;
use serde_json::{Map, Value, json};

use super::print::{Print, table};
use super::{required, text};

pub(super) fn command() -> Command {
    let id = || Arg::new("id").value_name("ID").required(true);
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("clients")
        .about("Programs that may ask for tokens")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Adds a client, and shows its secret, if it has one, this once")
                .arg(option("id", "ID", "Its id [default: a new one]"))
                .arg(option(
                    "name",
                    "NAME",
                    "Its name, as the consent page shows it",
                ))
                .arg(
                    option("redirect-uri", "URI", "Where codes may go; may be repeated")
                        .required(true)
                        .action(ArgAction::Append),
                )
                .arg(
                    option("auth-method", "METHOD", "How it authenticates")
                        .value_parser([
                            "none",
                            "client_secret_basic",
                            "client_secret_post",
                            "private_key_jwt",
                        ])
                        .default_value("none"),
                )
                .arg(option(
                    "jwks-uri",
                    "URL",
                    "Where its public keys are, for private_key_jwt",
                )),
        )
        .subcommand(Command::new("list").about("Lists all clients"))
        .subcommand(
            Command::new("disable")
                .about("Serves a client no longer, and ends all that was allowed to it")
                .arg(id()),
        )
        .subcommand(
            Command::new("enable")
                .about("Serves a client again")
                .arg(id()),
        )
        .subcommand(
            Command::new("rotate-secret")
                .about("Gives a client a new secret, and shows it this once")
                .arg(id()),
        )
}

pub(super) async fn run(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("add", matches)) => add(matches, issuer, print).await,
        Some(("disable", matches)) => change(matches, issuer, print, true).await,
        Some(("enable", matches)) => change(matches, issuer, print, false).await,
        Some(("rotate-secret", matches)) => rotate_secret(matches, issuer, print).await,
        _ => list(issuer, print).await,
    }
}

async fn add(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let uris: Vec<&String> = matches
        .get_many("redirect-uri")
        .into_iter()
        .flatten()
        .collect();
    let mut metadata = Map::new();
    metadata.insert("redirect_uris".to_owned(), json!(uris));
    for (name, argument) in [
        ("client_name", "name"),
        ("token_endpoint_auth_method", "auth-method"),
        ("jwks_uri", "jwks-uri"),
    ] {
        if let Some(value) = text(matches, argument) {
            metadata.insert(name.to_owned(), Value::String(value));
        }
    }
    let added = clients::add(issuer, text(matches, "id"), &metadata).await?;
    let secret = added.secret.as_ref().map(|secret| secret.expose().as_str());
    let mut answer = json!({ "client_id": added.id });
    if let (Some(secret), Some(members)) = (secret, answer.as_object_mut()) {
        members.insert("client_secret".to_owned(), json!(secret));
    }
    print.answer(&answer, || match secret {
        None => format!("Added {}.", added.id),
        Some(secret) => format!("Added {}. Its secret, shown this once:\n{secret}", added.id),
    });
    Ok(())
}

async fn list(issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let all = clients::list(issuer).await?;
    print.answer(&all, || {
        table(
            ["id", "name", "source", "method", "state"],
            all.iter().map(|client| {
                let state = match (client.disabled, client.used_at) {
                    (true, _) => "disabled",
                    (false, None) if client.source == "registered" => "never used",
                    (false, _) => "",
                };
                [
                    client.id.clone(),
                    client.name.clone(),
                    client.source.clone(),
                    client.auth_method.as_str().to_owned(),
                    state.to_owned(),
                ]
            }),
        )
    });
    Ok(())
}

fn client_id(matches: &ArgMatches) -> anyhow::Result<ClientId> {
    Ok(ClientId::parse(&required(matches, "id"))?)
}

async fn change(
    matches: &ArgMatches,
    issuer: &Issuer,
    print: Print,
    disable: bool,
) -> anyhow::Result<()> {
    let id = client_id(matches)?;
    if !clients::set_disabled(issuer, &id, disable).await? {
        bail!("no client {id} is known");
    }
    let word = if disable { "disabled" } else { "enabled" };
    print.answer(&json!({ "client_id": id, "disabled": disable }), || {
        format!("{id} is {word}.")
    });
    Ok(())
}

async fn rotate_secret(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let id = client_id(matches)?;
    let Some(secret) = clients::rotate_secret(issuer, &id).await? else {
        bail!("no client {id} with a secret is stored");
    };
    let secret = secret.expose();
    print.answer(&json!({ "client_id": id, "client_secret": secret }), || {
        format!("The new secret of {id}, shown this once:\n{secret}")
    });
    Ok(())
}
