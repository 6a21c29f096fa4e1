//! Logs on standard error: text for a terminal, JSON for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Log;

pub(super) fn start(log: &Log, json: bool) -> anyhow::Result<()> {
    let levels: Targets = log.level.parse()?;
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
