//! Logs on standard error: text for a terminal, JSON for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Log;

/// Whose lines hold no secrets at any level.
const OURS: [&str; 8] = [
    "fixture",
    "github",
    "guard",
    "issuer",
    "notes",
    "oauth",
    "toolbox",
    "vestibule",
];

pub(super) fn start(log: &Log, json: bool) -> anyhow::Result<()> {
    let levels = levels(&log.level)?;
    let stderr = std::io::stderr;
    let json = log.json.unwrap_or_else(|| json || !stderr().is_terminal());
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    let lines = if json {
        lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed()
    } else {
        lines.with_ansi(stderr().is_terminal()).boxed()
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(levels))
        .try_init()?;
    Ok(())
}

/// The general level is for our own lines. Libraries write headers and statements in detail, so
/// from them only warnings are taken, unless one is named.
fn levels(text: &str) -> anyhow::Result<Targets> {
    let asked: Targets = text.parse()?;
    let general = asked.default_level().unwrap_or(LevelFilter::OFF);
    Ok(Targets::new()
        .with_default(general.min(LevelFilter::WARN))
        .with_targets(OURS.map(|target| (target, general)))
        .with_targets(asked.iter()))
}
