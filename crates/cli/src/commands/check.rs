//! `vestibule check`: everything that is wrong with a configuration, at once.

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::print::Print;
use crate::config::findings::Level;
use crate::config::{self, Sources, reference};

pub(super) fn command() -> Command {
    let page = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .help(help)
            .action(ArgAction::SetTrue)
    };
    Command::new("check")
        .about("Says what is wrong with the configuration; fails if anything must be corrected")
        .arg(page("reference", "Writes the page of all settings instead"))
        .arg(page(
            "example",
            "Writes an example configuration file instead",
        ))
}

pub(super) fn run(matches: &ArgMatches, sources: &Sources, print: Print) -> ExitCode {
    let page = [
        ("reference", reference::markdown as fn() -> String),
        ("example", reference::example),
    ]
    .into_iter()
    .find(|(name, _)| matches.get_flag(name));
    if let Some((_, write)) = page {
        Print { json: false }.answer(&(), || write().trim_end().to_owned());
        return ExitCode::SUCCESS;
    }
    let (_, findings) = config::load(sources);
    print.answer(&findings.0, || {
        let lines = findings.0.iter().map(ToString::to_string);
        let count = |level| {
            findings
                .0
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        };
        let sum = format!(
            "{} errors, {} warnings",
            count(Level::Error),
            count(Level::Warning)
        );
        lines.chain([sum]).collect::<Vec<_>>().join("\n")
    });
    if findings.has_errors() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
