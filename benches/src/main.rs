//! The load generator: measures any server by its discovery document, and ours beside its peers.

mod all;
mod dance;
mod discover;
mod github;
mod guarded;
mod http;
mod issuers;
mod load;
mod measure;
mod page;
mod process;
mod raw;
mod report;
mod rounds;
mod servers;
mod storage;
mod works;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::rounds::Plan;

/// Measures OAuth and MCP servers.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ours beside its peers; writes the table of docs/performance.md.
    All {
        /// Seconds of each round.
        #[arg(long, default_value_t = 2.5)]
        seconds: f64,
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// All grants in the big database.
        #[arg(long, default_value_t = 1_000_000)]
        stored: usize,
        /// The server to measure, if it is not the one under `target/release`.
        #[arg(long)]
        binary: Option<PathBuf>,
        /// Proves that everything runs: tiny counts, and no page is written.
        #[arg(long)]
        smoke: bool,
    },
    /// Any running server on loopback, by its MCP endpoint's or its issuer's URL.
    Load(Load),
    /// Our own part of a GitHub tool's call, GitHub's time taken off.
    Github(github::Plan),
    /// Serves one short text, for the scale.
    #[command(hide = true)]
    Hello { port: u16 },
}

#[derive(Args)]
pub(crate) struct Load {
    url: Url,
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// A person who has an account there.
    #[arg(long, default_value = "ada@example.com")]
    email: String,
    #[arg(long, default_value = "a password of some length")]
    password: String,
    /// The page on which that person first makes the account.
    #[arg(long)]
    sign_up: Option<String>,
    /// A tool without required arguments.
    #[arg(long)]
    tool: Option<String>,
    /// Only this work: call, flow, refresh or register.
    #[arg(long)]
    work: Option<String>,
}

/// The core of the generator; servers have the other one.
const CORE: usize = 1;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Hello { port } => {
            raw::hello(tokio::net::TcpListener::bind(("127.0.0.1", port)).await?).await
        }
        Command::Github(plan) => {
            process::pin(CORE)?;
            github::run(&plan).await
        }
        Command::Load(load) => load::run(&load).await,
        Command::All {
            seconds,
            rounds,
            stored,
            binary,
            smoke,
        } => {
            process::pin(CORE)?;
            let mut plan = Plan {
                rounds,
                round: Duration::from_secs_f64(seconds),
                connections: 16,
                fresh_tokens: 300,
                grants: 64,
                stored: (1_000, stored),
                people_signing_in: 200,
            };
            if smoke {
                plan = Plan {
                    rounds: 1,
                    round: Duration::from_millis(200),
                    connections: 2,
                    fresh_tokens: 5,
                    grants: 8,
                    stored: (16, 1_600),
                    people_signing_in: 8,
                };
            }
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            let results = all::run(&plan, root.canonicalize()?, binary).await?;
            finish(&results, &root, &plan, smoke)
        }
    }
}

fn finish(results: &all::Results, root: &Path, plan: &Plan, smoke: bool) -> Result<()> {
    let json: PathBuf = root.join("target/bench/results.json");
    std::fs::write(json, serde_json::to_string_pretty(results)?)?;
    if smoke {
        return Ok(());
    }
    let heading = format!(
        "{}, {} rounds of {:?}, {} connections, {} stored grants in W8.",
        process::machine()?,
        plan.rounds,
        plan.round,
        plan.connections,
        plan.stored.1
    );
    report::write(results, &root.join("docs/performance.md"), &heading)
}
