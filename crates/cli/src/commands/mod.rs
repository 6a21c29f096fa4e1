//! The command line: what can be asked, and by which flags.

mod audit;
mod check;
mod clients;
mod keys;
mod migrate;
mod people;
mod print;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::config::settings::{Kind, SETTINGS, Setting};
use crate::config::{self, Config, Flags, Sources};
use crate::start;
use issuer::Issuer;
use issuer::db::DbSettings;
use print::Print;

/// Settings that `-h` shows; `--help` shows all.
const PROMINENT: [&str; 4] = ["public_url", "listen", "data_dir", "database.url"];

fn command() -> Command {
    let json = Arg::new("json")
        .long("json")
        .help("Answers in JSON")
        .action(ArgAction::SetTrue);
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("The configuration file [default: vestibule.toml, if there is one]");
    let all = [file, json].into_iter().chain(SETTINGS.iter().map(flag));
    Command::new("vestibule")
        .about("The front door for MCP servers: signs people in, asks their consent, issues tokens, guards tools.")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(all.map(|arg| arg.global(true)))
        .subcommand(Command::new("serve").about("Serves the issuer and the apps"))
        .subcommand(check::command())
        .subcommand(people::command())
        .subcommand(clients::command())
        .subcommand(keys::command())
        .subcommand(audit::command())
        .subcommand(Command::new("migrate").about("Brings the database's tables up to date"))
}

/// The flag of a setting. A secret's names a file; the environment is read elsewhere.
fn flag(setting: &'static Setting) -> Arg {
    let switch = matches!(setting.kind, Kind::Switch);
    let mut help = setting.about.to_owned();
    if !setting.default.is_empty() {
        help = format!("{help} [default: {}]", setting.default);
    }
    let arg = Arg::new(setting.key)
        .long(setting.flag())
        .help(help)
        .help_heading("Settings")
        .hide_short_help(!PROMINENT.contains(&setting.key))
        .value_name(match setting.kind {
            Kind::Secret => "FILE",
            Kind::Number(..) => "NUMBER",
            Kind::Limit => "LIMIT",
            Kind::List => "LIST",
            Kind::Switch => "BOOL",
            Kind::OneOf(_) => "WORD",
            Kind::Text => "TEXT",
        });
    if switch {
        arg.num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
    } else {
        arg
    }
}

/// Runs what was asked for.
pub(crate) fn run() -> ExitCode {
    let matches = command().get_matches();
    let sources = sources(&matches);
    let print = Print {
        json: matches.get_flag("json"),
    };
    let Some((name, matches)) = matches.subcommand() else {
        return ExitCode::FAILURE;
    };
    if name == "check" {
        return check::run(matches, &sources, print);
    }
    let (config, findings) = config::load(&sources);
    print.findings(&findings);
    let Some(config) = config else {
        return ExitCode::FAILURE;
    };
    match block_on(name, matches, config, print) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn sources(matches: &ArgMatches) -> Sources {
    let flags: Flags = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting, matches.get_one::<String>(setting.key)?.clone())))
        .collect();
    Sources {
        file: matches.get_one::<String>("config").map(PathBuf::from),
        flags,
        environment: config::layers::environment(),
    }
}

fn block_on(name: &str, matches: &ArgMatches, config: Config, print: Print) -> anyhow::Result<()> {
    if name == "serve" {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        return runtime.block_on(crate::serve::run(config, print.json));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if let DbSettings::Memory = config.db {
            bail!("the database is in memory: there is nothing to read or change");
        }
        let (db, applied) = start::database(&config).await?;
        let done = match name {
            "migrate" => {
                migrate::run(&applied, print);
                Ok(())
            }
            name => {
                operate(
                    name,
                    matches,
                    start::issuer(&config, db.clone()).await?,
                    print,
                )
                .await
            }
        };
        db.close().await;
        done
    })
}

async fn operate(
    name: &str,
    matches: &ArgMatches,
    issuer: Issuer,
    print: Print,
) -> anyhow::Result<()> {
    match name {
        "people" => people::run(matches, &issuer, print).await,
        "clients" => clients::run(matches, &issuer, print).await,
        "keys" => keys::run(matches, &issuer, print).await,
        _ => audit::run(matches, &issuer, print).await,
    }
}

/// Rows that are read at once.
const PAGE: u32 = 500;

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

/// An argument that the command line cannot be without.
fn required(matches: &ArgMatches, name: &str) -> String {
    text(matches, name).unwrap_or_default()
}
