//! Servers taking turns at the same work, round after round.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::measure::{Until, Work, drive, median};
use crate::servers::Server;

/// How long everything takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) round: Duration,
    pub(crate) connections: usize,
    /// Tokens that each connection shows for the first time in one round.
    pub(crate) fresh_tokens: usize,
    /// Grants per connection when the database's growth is measured.
    pub(crate) grants: usize,
    /// Real grants, and all grants, of the big database.
    pub(crate) stored: (usize, usize),
    pub(crate) people_signing_in: usize,
}

/// Medians over the rounds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) work: String,
    pub(crate) server: String,
    /// Operations per second.
    pub(crate) rate: f64,
    /// Processor time of the server per operation.
    pub(crate) cpu_micros: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// A server with its connections.
pub(crate) struct Entry<'a, W> {
    pub(crate) server: &'a Server,
    pub(crate) workers: Vec<W>,
}

/// Every server does the work in every round. The first, short round is not counted.
pub(crate) async fn compare<W: Work>(
    work: &str,
    plan: &Plan,
    until: Until,
    mut entries: Vec<Entry<'_, W>>,
) -> Result<Vec<Figure>> {
    let mut samples: Vec<Vec<[f64; 4]>> = vec![Vec::new(); entries.len()];
    for number in 0..=plan.rounds {
        for (entry, samples) in entries.iter_mut().zip(&mut samples) {
            let process = &entry.server.process;
            let until = match until {
                Until::Elapsed(limit) if number == 0 => Until::Elapsed(limit / 5),
                Until::Elapsed(_) | Until::Count(_) => until,
            };
            let before = process.cpu_micros()?;
            let round = drive(&mut entry.workers, until, None).await;
            let round = round.with_context(|| format!("{work}: {}", entry.server.name()))?;
            let spent = process.cpu_micros()? - before;
            if number > 0 {
                let operations = round.latencies.len().max(1) as f64;
                let [p50, p99] = [0.5, 0.99].map(|q| round.quantile(q));
                samples.push([round.rate(), spent / operations, p50, p99]);
            }
        }
    }
    let figures = entries.iter().zip(samples).map(|(entry, samples)| {
        let middle = |at: usize| {
            let column: Vec<_> = samples.iter().filter_map(|s| s.get(at).copied()).collect();
            median(&column)
        };
        let figure = Figure {
            work: work.into(),
            server: entry.server.name().into(),
            rate: middle(0),
            cpu_micros: middle(1),
            p50_ms: middle(2),
            p99_ms: middle(3),
        };
        eprintln!(
            "{work:<34} {:<30} {:>9.0}/s {:>8.1} µs {:>8.2} ms {:>8.2} ms",
            figure.server, figure.rate, figure.cpu_micros, figure.p50_ms, figure.p99_ms
        );
        figure
    });
    Ok(figures.collect())
}
