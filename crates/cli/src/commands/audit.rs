//! `vestibule audit`: tail and export.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};
use issuer::Issuer;
use issuer::operate::audit::{self, Entry};
use oauth::time::{Clock, UnixTime};

use super::print::{Print, moment};
use super::{PAGE, text};

const POLL: Duration = Duration::from_secs(1);
/// Nodes write events some seconds late, and their clocks differ.
const LATE_SECONDS: i64 = 30;

pub(super) fn command() -> Command {
    let since = Arg::new("since")
        .long("since")
        .value_name("TIME")
        .help("Only events from then on: 2026-01-31T00:00:00Z");
    Command::new("audit")
        .about("What happened: one line per event")
        .subcommand_required(true)
        .subcommand(
            Command::new("tail")
                .about("Shows the newest events")
                .arg(
                    Arg::new("lines")
                        .long("lines")
                        .value_name("NUMBER")
                        .value_parser(clap::value_parser!(u32).range(0..=10_000))
                        .default_value("20")
                        .help("How many"),
                )
                .arg(
                    Arg::new("follow")
                        .long("follow")
                        .action(ArgAction::SetTrue)
                        .help("Goes on showing what happens"),
                ),
        )
        .subcommand(
            Command::new("export")
                .about("Writes all events, oldest first")
                .arg(since),
        )
}

pub(super) async fn run(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("export", matches)) => export(matches, issuer, print).await,
        Some(("tail", matches)) => tail(matches, issuer, print).await,
        _ => Ok(()),
    }
}

async fn export(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let since = match text(matches, "since") {
        Some(text) => {
            let time: jiff::Timestamp = text.parse().context("--since is not a time")?;
            UnixTime(time.as_second())
        }
        None => UnixTime(0),
    };
    let mut after = String::new();
    loop {
        let page = audit::list(issuer, &after, since, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after.clone_from(&last.id);
        page.iter().for_each(|entry| show(entry, print));
    }
}

async fn tail(matches: &ArgMatches, issuer: &Issuer, print: Print) -> anyhow::Result<()> {
    let lines = matches.get_one::<u32>("lines").copied().unwrap_or(20);
    let mut shown = BTreeMap::new();
    for entry in audit::list_newest(issuer, lines).await? {
        show(&entry, print);
        shown.insert(entry.id, entry.at);
    }
    let begun = Clock::System.now();
    while matches.get_flag("follow") {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            _ = tokio::signal::ctrl_c() => break,
        }
        let since = Clock::System.now().minus(LATE_SECONDS);
        for entry in audit::list(issuer, "", since, u32::MAX).await? {
            let new = !shown.contains_key(&entry.id) && entry.at >= begun.minus(LATE_SECONDS);
            if new {
                show(&entry, print);
                shown.insert(entry.id, entry.at);
            }
        }
        shown.retain(|_, at| *at >= since);
    }
    Ok(())
}

fn show(entry: &Entry, print: Print) {
    print.answer(entry, || {
        let mut line = format!("{} {} {}", moment(entry.at), entry.kind, entry.outcome);
        for (name, value) in [
            ("person", &entry.person_id),
            ("client", &entry.client_id),
            ("resource", &entry.resource),
            ("source", &entry.source),
            ("trace", &entry.trace_id),
        ] {
            if let Some(value) = value {
                line.push_str(&format!(" {name}={value}"));
            }
        }
        if !entry.detail.is_empty() {
            line.push_str(&format!(" detail={:?}", entry.detail));
        }
        line
    });
}
