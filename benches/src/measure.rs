//! Running work on many connections for a while, and what it cost.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;

/// One connection's work, with its own state.
pub(crate) trait Work {
    /// One operation, checked.
    async fn run(&mut self) -> Result<()>;
}

impl<W: Work> Work for &mut W {
    async fn run(&mut self) -> Result<()> {
        (**self).run().await
    }
}

/// When a round ends.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Elapsed(Duration),
    /// Each connection does so many.
    Count(usize),
}

/// Latencies in microseconds, and how long the round took.
#[derive(Default)]
pub(crate) struct Round {
    pub(crate) latencies: Vec<u32>,
    pub(crate) seconds: f64,
}

impl Round {
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds.max(1e-9)
    }

    /// The latency that the share `q` of all operations stays within, in milliseconds.
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = (sorted.len().saturating_sub(1) as f64 * q).round() as usize;
        sorted
            .get(at)
            .map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// Lets every connection work, each beginning its next operation `pace` after its last one, or at
/// once.
pub(crate) async fn drive<W: Work>(
    workers: &mut [W],
    until: Until,
    pace: Option<Duration>,
) -> Result<Round> {
    let started = Instant::now();
    let loops = workers.iter_mut().map(|work| async move {
        let mut latencies = Vec::with_capacity(4_096);
        let mut due = tokio::time::Instant::now();
        loop {
            let done = match until {
                Until::Elapsed(limit) => started.elapsed() >= limit,
                Until::Count(count) => latencies.len() >= count,
            };
            if done {
                return Ok::<_, anyhow::Error>(latencies);
            }
            if let Some(pace) = pace {
                tokio::time::sleep_until(due).await;
                due += pace;
            }
            let begun = Instant::now();
            work.run().await?;
            latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    });
    // The generator's core never sleeps, or every answer would cost the server an interrupt to wake it.
    let mut spinning = tokio::task::JoinSet::new();
    spinning.spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let latencies = try_join_all(loops).await?.concat();
    let seconds = started.elapsed().as_secs_f64();
    Ok(Round { latencies, seconds })
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_medians_are_picked_from_the_sorted_values() {
        let round = Round {
            latencies: (1..=100).rev().map(|n| n * 1_000).collect(),
            seconds: 2.0,
        };
        assert_eq!(round.rate(), 50.0);
        assert_eq!(round.quantile(0.99), 99.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[]), 0.0);
    }
}
