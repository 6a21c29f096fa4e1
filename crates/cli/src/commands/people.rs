//! `vestibule people`: add, list, disable, enable.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use issuer::Issuer;
use issuer::operate::people::{self, Account};
use oauth::secret::Secret;

use super::print::{Print, table};
use super::{required, text};

pub(super) fn command() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true);
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .help(help)
            .action(ArgAction::SetTrue)
    };
    let name = Arg::new("name")
        .long("name")
        .value_name("NAME")
        .help("What to call them");
    Command::new("people")
        .about("People who may sign in")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Adds a person, whether or not sign-up is open")
                .arg(email())
                .arg(name)
                .arg(switch("operator", "Makes them an operator"))
                .arg(
                    switch("password-stdin", "Reads the password from standard input")
                        .required(true),
                ),
        )
        .subcommand(
            Command::new("invite")
                .about("Invites an address to make an account: by mail where mail is sent, and prints the link")
                .arg(email()),
        )
        .subcommand(Command::new("list").about("Lists everybody"))
        .subcommand(
            Command::new("disable")
                .about("Ends a person's sessions and all that they allowed, and lets them sign in no longer")
                .arg(email()),
        )
        .subcommand(Command::new("enable").about("Lets a person sign in again").arg(email()))
}

pub(super) async fn run(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("add", matches)) => add(matches, issuer, print).await,
        Some(("invite", matches)) => invite(matches, issuer, print).await,
        Some(("disable", matches)) => change(matches, issuer, print, true).await,
        Some(("enable", matches)) => change(matches, issuer, print, false).await,
        _ => list(issuer, print).await,
    }
}

async fn add(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let account = Account {
        email: required(matches, "email"),
        name: text(matches, "name").unwrap_or_default(),
        password: read_password()?,
        operator: matches.get_flag("operator"),
    };
    let person = people::add(issuer, account).await?;
    print.answer(&person, || {
        format!("Added {} as {}.", person.email, person.id)
    });
    Ok(())
}

/// One line; the line end is not part of the password.
fn read_password() -> anyhow::Result<Secret<String>> {
    const BYTES_MAX: u64 = 4_096;
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Type the password, then Enter and Ctrl-D:");
    }
    let mut text = String::new();
    let read = input.lock().take(BYTES_MAX).read_to_string(&mut text);
    read.context("the password cannot be read")?;
    let text = Secret::new(text);
    Ok(Secret::new(
        text.expose().trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

async fn invite(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let email = required(matches, "email");
    let link = people::invite(issuer, &email).await?;
    let link = link.expose();
    print.answer(&serde_json::json!({ "email": email, "link": link }), || {
        format!("{email} can make an account with this link, once:\n{link}")
    });
    Ok(())
}

async fn list(issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let all = people::list(issuer).await?;
    print.answer(&all, || {
        table(
            ["e-mail", "name", "role", "state"],
            all.iter().map(|person| {
                let role = if person.operator { "operator" } else { "" };
                let state = if person.disabled { "disabled" } else { "" };
                let name = person.name.clone().unwrap_or_default();
                [
                    person.email.clone(),
                    name,
                    role.to_owned(),
                    state.to_owned(),
                ]
            }),
        )
    });
    Ok(())
}

async fn change(
    matches: &ArgMatches,
    issuer: &Issuer,
    print: Print,
    disable: bool,
) -> anyhow::Result<()> {
    let email = required(matches, "email");
    if !people::set_disabled(issuer, &email, disable).await? {
        bail!("nobody has the e-mail address {email}");
    }
    let word = if disable { "disabled" } else { "enabled" };
    print.answer(
        &serde_json::json!({ "email": email, "disabled": disable }),
        || format!("{email} is {word}."),
    );
    Ok(())
}
