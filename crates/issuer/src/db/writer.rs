//! SQLite's one writer: it takes what has queued up, runs each unit in a savepoint of one
//! transaction, commits once, and then answers all of them. What the log then holds is moved into
//! the file by another connection, so that no unit waits for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::tx::Batch;
use super::{DbError, Tx, audit_events};

/// Units that share a commit at most.
const BATCH_MAX: usize = 256;
/// Units that may wait; more are told to come back.
const QUEUE_MAX: usize = 4_096;
/// How long the log grows before it is moved: what is written often moves once.
const LOG_PAUSE: Duration = Duration::from_millis(500);

/// A handle to the writer's queue.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    stop: Arc<Notify>,
}

type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Outcome> + Send>;

/// What became of a unit before the commit.
struct Outcome {
    keep: bool,
    answer: Box<dyn FnOnce(Committed) + Send>,
}

/// Whether the batch's commit went through.
type Committed = Result<(), DbError>;

impl Writer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the writer lives as long as its handles"
    )]
    /// `log_of` is the file whose log is to be moved.
    pub(super) fn start(
        connection: SqliteConnection,
        log_of: Option<SqliteConnectOptions>,
    ) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let stop = Arc::new(Notify::new());
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let written = Notify::new();
            tokio::select! {
                () = run(connection, jobs, &stopped, &written) => {}
                () = move_log(log_of, &written) => {}
            }
        });
        Self {
            queue,
            task: Arc::new(Mutex::new(Some(task))),
            stop,
        }
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let result = AssertUnwindSafe(work(tx)).catch_unwind().await;
                let result = result.unwrap_or_else(|_| Err(DbError::Unavailable(None).into()));
                let keep = result.is_ok();
                let answer = Box::new(move |committed: Committed| {
                    let result = match (result, committed) {
                        (Ok(_), Err(error)) => Err(error.into()),
                        (result, _) => result,
                    };
                    // The caller may have gone away; the unit is kept all the same.
                    drop(sender.send(result));
                });
                Outcome { keep, answer }
            })
        });
        let full = |_| E::from(DbError::Unavailable(None));
        self.queue.try_send(job).map_err(full)?;
        receiver
            .await
            .unwrap_or_else(|_| Err(DbError::Unavailable(None).into()))
    }

    /// Units in the queue.
    pub(super) fn waiting(&self) -> usize {
        QUEUE_MAX.saturating_sub(self.queue.capacity())
    }

    /// Finishes what is queued, then closes the connection.
    pub(super) async fn close(&self) {
        self.stop.notify_one();
        if let Some(task) = self.task.lock().await.take() {
            drop(task.await);
        }
    }
}

async fn run(
    connection: SqliteConnection,
    mut jobs: mpsc::Receiver<Job>,
    stop: &Notify,
    written: &Notify,
) {
    let mut tx = Tx::SqliteWriter(Batch {
        connection: Box::new(connection),
        events: Vec::new(),
    });
    loop {
        let job = tokio::select! {
            job = jobs.recv() => job,
            () = stop.notified() => {
                jobs.close();
                continue;
            }
        };
        let Some(job) = job else { break };
        run_batch(&mut tx, job, &mut jobs).await;
        written.notify_one();
    }
    if let Tx::SqliteWriter(batch) = tx
        && let Err(error) = batch.connection.close().await
    {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// Never ends. Under a load without pauses the writer still moves the rest, and begins the log anew.
async fn move_log(log_of: Option<SqliteConnectOptions>, written: &Notify) {
    let mut connection = None;
    loop {
        written.notified().await;
        tokio::time::sleep(LOG_PAUSE).await;
        let Some(options) = &log_of else { continue };
        let moved = async {
            let connection = match &mut connection {
                Some(connection) => connection,
                None => connection.insert(SqliteConnection::connect_with(options).await?),
            };
            let moving = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)");
            moving.execute(connection).await
        };
        if let Err(error) = moved.await {
            tracing::warn!(%error, "the database's log was not moved into its file");
        }
    }
}

async fn run_batch(tx: &mut Tx, first: Job, jobs: &mut mpsc::Receiver<Job>) {
    let mut answers = Vec::new();
    let mut next = Some(first);
    let mut done = statement(tx, "BEGIN IMMEDIATE; SAVEPOINT unit").await;
    while done.is_ok()
        && let Some(job) = next.take()
    {
        let before = waiting_events(tx).map_or(0, |events| events.len());
        let Outcome { keep, answer } = job(tx).await;
        if let (false, Some(events)) = (keep, waiting_events(tx)) {
            events.truncate(before);
        }
        answers.push(answer);
        if answers.len() < BATCH_MAX {
            next = jobs.try_recv().ok();
        }
        done = match (keep, next.is_some()) {
            (true, true) => statement(tx, "RELEASE unit; SAVEPOINT unit").await,
            // The savepoint stays, for the next unit.
            (false, true) => statement(tx, "ROLLBACK TO unit").await,
            (true, false) => commit(tx).await,
            (false, false) => match statement(tx, "ROLLBACK TO unit").await {
                Ok(()) => commit(tx).await,
                failed => failed,
            },
        };
    }
    // A unit that never ran is told so when it is dropped.
    drop(next);
    if let Err(error) = &done {
        tracing::error!(%error, "a batch of changes was not kept");
        // Nothing of a failed batch may be seen by the next one.
        drop(statement(tx, "ROLLBACK").await);
        if let Some(events) = waiting_events(tx) {
            events.clear();
        }
    }
    for answer in answers {
        answer(
            done.as_ref()
                .copied()
                .map_err(|_| DbError::Unavailable(None)),
        );
    }
}

async fn commit(tx: &mut Tx) -> Result<(), DbError> {
    audit_events::insert_waiting(tx).await?;
    statement(tx, "COMMIT").await
}

fn waiting_events(tx: &mut Tx) -> Option<&mut Vec<audit_events::Row>> {
    match tx {
        Tx::SqliteWriter(batch) => Some(&mut batch.events),
        Tx::SqliteReader(_) | Tx::PostgresWriter(_) | Tx::PostgresReader(_) => None,
    }
}

async fn statement(tx: &mut Tx, text: &'static str) -> Result<(), DbError> {
    let Tx::SqliteWriter(connection) = tx else {
        return Ok(());
    };
    // Prepared once, unlike raw SQL.
    sqlx::query(text)
        .execute(&mut **connection)
        .await
        .map(|_| ())
        .map_err(DbError::from)
}
