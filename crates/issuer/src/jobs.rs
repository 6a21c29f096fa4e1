//! Every timed task, in one list. Nodes may run them at the same time: each step is a unit of work
//! that does nothing when another node was faster, and may be dropped at any point.

use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::BoxFuture;
use oauth::time::UnixTime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Issuer;
use crate::audit::{self, Event};
use crate::connections;
use crate::db::{self, DbError, Tx};
use crate::login::totp;
use crate::mail;
use crate::people::deletion;
use crate::settings::Lifetimes;
use crate::tokens::{keys, revocation};
use crate::usage;

struct Job {
    name: &'static str,
    every: Duration,
    run: fn(Issuer) -> BoxFuture<'static, anyhow::Result<()>>,
}

const JOBS: [Job; 9] = [
    Job {
        name: "clean_up",
        every: Duration::from_secs(3_600),
        run: |issuer| {
            Box::pin(async move {
                issuer.clean_up().await?;
                Ok(())
            })
        },
    },
    Job {
        name: "delete_people",
        every: Duration::from_secs(3_600),
        run: |issuer| Box::pin(async move { Ok(deletion::delete_due(&issuer).await?) }),
    },
    Job {
        name: "deliver_mail",
        every: Duration::from_secs(2),
        run: |issuer| Box::pin(async move { Ok(mail::deliver(&issuer).await?) }),
    },
    // What another node revoked is refused here within two seconds.
    Job {
        name: "poll_revocations",
        every: Duration::from_secs(1),
        run: |issuer| Box::pin(async move { Ok(revocation::poll(&issuer).await?) }),
    },
    Job {
        name: "reload_keys",
        every: Duration::from_secs(30),
        run: |issuer| Box::pin(async move { Ok(keys::reload(&issuer).await?) }),
    },
    Job {
        name: "seal_connections",
        every: Duration::from_secs(3_600),
        run: |issuer| Box::pin(async move { Ok(connections::seal_anew(&issuer).await?) }),
    },
    Job {
        name: "seal_totp_keys",
        every: Duration::from_secs(3_600),
        run: |issuer| Box::pin(async move { Ok(totp::seal_anew(&issuer).await?) }),
    },
    Job {
        name: "rotate_keys",
        every: Duration::from_secs(3_600),
        run: |issuer| Box::pin(async move { Ok(keys::rotate_aged(&issuer).await?) }),
    },
    Job {
        name: "write_usage",
        every: Duration::from_secs(15),
        run: |issuer| Box::pin(async move { Ok(usage::write(&issuer).await?) }),
    },
];

/// A code that was redeemed is remembered for a day, so that its replay is noticed.
const CODES_KEPT: i64 = 86_400;
/// A stale document still serves while its host is away.
const DOCUMENTS_KEPT: i64 = 86_400;
const PERSONAL_TOKENS_KEPT: i64 = 7 * 86_400;
/// People see when they first and last used an app for about a year.
const USAGE_KEPT: i64 = 400 * 86_400;

/// A job's first run after the start, so that a process that lives shortly does its part too.
const FIRST_RUN_MAX: Duration = Duration::from_secs(60);

/// The running jobs of one process.
#[must_use = "dropping it ends the jobs without writing what waits"]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Jobs {
    /// Ends all jobs, after what waits to be written is written.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Issuer {
    /// Starts every timed task. Call it once per process.
    pub fn start_jobs(&self) -> Jobs {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for job in JOBS {
            tasks.spawn(repeat(self.clone(), job, stopped.clone()));
        }
        let events = self.backlog_events.lock();
        if let Some(events) = events.unwrap_or_else(PoisonError::into_inner).take() {
            tasks.spawn(write_events(self.clone(), events, stopped.clone()));
        }
        tasks.spawn(write_last_usage(self.clone(), stopped));
        Jobs { stop, tasks }
    }
}

impl Issuer {
    /// Runs a timed task now, by its name. For operators and tests.
    ///
    /// # Errors
    /// If there is none of this name, or it fails.
    pub async fn run_job(&self, name: &str) -> anyhow::Result<()> {
        let job = JOBS.into_iter().find(|job| job.name == name);
        let job = job.ok_or_else(|| anyhow::anyhow!("no job is called {name}"))?;
        (job.run)(self.clone()).await
    }
}

async fn repeat(issuer: Issuer, job: Job, mut stopped: watch::Receiver<bool>) {
    let mut pause = job.every.min(FIRST_RUN_MAX);
    loop {
        let once = async {
            sleep(pause).await;
            (job.run)(issuer.clone()).await
        };
        let result = tokio::select! {
            result = once => result,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        if let Err(error) = result {
            metrics::counter!("vestibule_job_failures_total", "job" => job.name).increment(1);
            tracing::warn!(job = job.name, %error, "a job failed and will run again");
        }
        pause = job.every;
    }
}

/// Events that are written as one unit at most.
const EVENTS_PER_WRITE: usize = 256;
/// How long events wait for company: many at once would keep a processor from answering calls.
const EVENTS_WAIT: Duration = Duration::from_millis(100);
/// How long a batch waits for a database that is away, times the tries.
const AWAY_WAIT: Duration = Duration::from_millis(500);
/// How long the last events may take to be written when the process ends.
const LAST_WRITE_MAX: Duration = Duration::from_secs(10);

async fn write_events(
    issuer: Issuer,
    mut events: audit::Events,
    mut stopped: watch::Receiver<bool>,
) {
    let mut batch = Vec::new();
    loop {
        let stopping = tokio::select! {
            count = events.recv_many(&mut batch, EVENTS_PER_WRITE) => count == 0,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
        if stopping {
            break;
        }
        write_batch(&issuer, std::mem::take(&mut batch)).await;
        drop(timeout(EVENTS_WAIT, stopped.wait_for(|stopped| *stopped)).await);
    }
    events.close();
    let rest = async {
        while events.recv_many(&mut batch, EVENTS_PER_WRITE).await > 0 {
            write_batch(&issuer, std::mem::take(&mut batch)).await;
        }
    };
    drop(timeout(LAST_WRITE_MAX, rest).await);
}

/// What was counted since the last batch, when the process ends.
async fn write_last_usage(issuer: Issuer, mut stopped: watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
    if let Ok(Err(error)) = timeout(LAST_WRITE_MAX, usage::write(&issuer)).await {
        tracing::warn!(%error, "the last uses of apps are not written");
    }
}

/// Writes a batch; while the database is away it is tried again, and the queue fills up.
async fn write_batch(issuer: &Issuer, batch: Vec<Event>) {
    const TRIES: u32 = 5;
    for attempt in 1..=TRIES {
        let (context, batch) = (issuer.clone(), batch.clone());
        let written = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                for event in &batch {
                    audit::record(&context, tx, event).await?;
                }
                Ok(())
            })
        });
        match written.await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, attempt, "audit events are not written yet"),
        }
        sleep(AWAY_WAIT * attempt).await;
    }
    let lost = batch.len();
    metrics::counter!("vestibule_audit_events_dropped_total").increment(lost as u64);
    tracing::error!(lost, "audit events are lost: the database stays away");
}

/// Deletes what expired before a time, up to a limit.
type Delete = for<'t> fn(&'t mut Tx, UnixTime, i64) -> BoxFuture<'t, Result<u64, DbError>>;

/// Every table whose rows age, with the seconds that rows are kept beyond their end; 0 or less
/// where the operator keeps them for good.
fn aging_tables(lifetimes: &Lifetimes) -> [(Option<i64>, Delete); 15] {
    let kept_for = |seconds: i64| (seconds > 0).then_some(seconds);
    [
        (Some(USAGE_KEPT), |tx, before, limit| {
            Box::pin(db::app_usage::delete_expired(tx, before, limit))
        }),
        (kept_for(lifetimes.audit), |tx, before, limit| {
            Box::pin(db::audit_events::delete_expired(tx, before, limit))
        }),
        (kept_for(lifetimes.unused_client), |tx, before, limit| {
            Box::pin(db::clients::delete_expired(tx, before, limit))
        }),
        (Some(DOCUMENTS_KEPT), |tx, before, limit| {
            Box::pin(db::clients::delete_stale(tx, before, limit))
        }),
        (Some(CODES_KEPT), |tx, before, limit| {
            Box::pin(db::codes::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::backoffs::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::email_proofs::delete_expired(tx, before, limit))
        }),
        // Its last access token outlives it, and may have to be revoked.
        (Some(lifetimes.access_token), |tx, before, limit| {
            Box::pin(db::families::delete_expired(tx, before, limit))
        }),
        // The person sees for a while that it has ended.
        (Some(PERSONAL_TOKENS_KEPT), |tx, before, limit| {
            Box::pin(db::personal_tokens::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::privy_tokens::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::revocations::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::sessions::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::setup_links::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::throttles::delete_expired(tx, before, limit))
        }),
        (Some(0), |tx, before, limit| {
            Box::pin(db::used_ids::delete_expired(tx, before, limit))
        }),
    ]
}

/// Rows that one unit deletes at most, so that nobody waits long behind it.
const DELETED_PER_WRITE: i64 = 500;

impl Issuer {
    /// Deletes what has expired, in small units. Returns how many rows went.
    ///
    /// # Errors
    /// If the database is away; what was deleted before stays deleted.
    pub async fn clean_up(&self) -> Result<u64, DbError> {
        let now = self.clock.now();
        let mut total = 0;
        for (kept_seconds, delete) in aging_tables(&self.settings.lifetimes) {
            let Some(seconds) = kept_seconds else {
                continue;
            };
            let before = now.minus(seconds);
            loop {
                let deleted = self
                    .db
                    .write::<_, DbError, _>(move |tx| delete(tx, before, DELETED_PER_WRITE))
                    .await?;
                total += deleted;
                if deleted < DELETED_PER_WRITE.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(total)
    }
}
