//! SQLite's one writer, a thread: it takes what has queued up, runs each unit in a savepoint of one
//! transaction, commits once, and then answers all of them. What the log then holds is moved into
//! the file by another connection, so that no unit waits for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use super::sqlite::Place;
use super::{DbError, Tx, sqlite};

/// Units that share a commit at most.
const BATCH_MAX: usize = 256;
/// Units that may wait; more are told to come back.
const QUEUE_MAX: usize = 4_096;
/// How long the log grows before it is moved: what is written often moves once.
const LOG_PAUSE: Duration = Duration::from_millis(500);

/// A handle to the writer's queue.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    running: Arc<Mutex<Option<Running>>>,
}

struct Running {
    /// Fires when the thread has ended.
    ended: oneshot::Receiver<()>,
    mover: Option<JoinHandle<()>>,
}

enum Message {
    Unit(Job),
    /// Finish what is queued; take nothing more.
    Stop,
}

impl Message {
    fn unit(self, jobs: &mut mpsc::Receiver<Self>) -> Option<Job> {
        match self {
            Self::Unit(job) => return Some(job),
            Self::Stop => jobs.close(),
        }
        None
    }
}

type Job = Box<dyn FnOnce(&mut Tx) -> Outcome + Send>;

/// What became of a unit before the commit.
struct Outcome {
    keep: bool,
    answer: Box<dyn FnOnce(Committed) + Send>,
}

/// Whether the batch's commit went through.
type Committed = Result<(), DbError>;

impl Writer {
    pub(super) fn start(place: &Place) -> Result<Self, DbError> {
        let connection = place.connect()?;
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let (ending, ended) = oneshot::channel();
        let written = Arc::new(Notify::new());
        let mover = match place {
            Place::File(_) => Some(start_moving_log(place.clone(), Arc::clone(&written))),
            Place::Memory(_) => None,
        };
        let thread = std::thread::Builder::new().name("sqlite-writer".into());
        let started = thread.spawn(move || {
            run(connection, jobs, &written);
            drop(ending);
        });
        started.map_err(|error| DbError::Unavailable(Some(error.into())))?;
        Ok(Self {
            queue,
            running: Arc::new(Mutex::new(Some(Running { ended, mover }))),
        })
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            // A statement answers at once, so a unit that asks nothing else is ready at once.
            let done = AssertUnwindSafe(|| work(tx).now_or_never());
            let result = std::panic::catch_unwind(done).ok().flatten();
            let result = result.unwrap_or_else(|| Err(DbError::Unavailable(None).into()));
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
        });
        let full = |_| E::from(DbError::Unavailable(None));
        self.queue.try_send(Message::Unit(job)).map_err(full)?;
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
        let Some(running) = self.running.lock().await.take() else {
            return;
        };
        if let Some(mover) = running.mover {
            mover.abort();
            drop(mover.await);
        }
        // Fails if the thread has ended, and then there is nothing to wait for.
        drop(self.queue.send(Message::Stop).await);
        drop(running.ended.await);
    }
}

fn run(connection: Connection, mut jobs: mpsc::Receiver<Message>, written: &Notify) {
    let mut tx = Tx::SqliteWriter(connection);
    while let Some(message) = jobs.blocking_recv() {
        if let Some(job) = message.unit(&mut jobs) {
            run_batch(&mut tx, job, &mut jobs);
            written.notify_one();
        }
    }
    if let Tx::SqliteWriter(connection) = tx
        && let Err((_, error)) = connection.close()
    {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// Ends when the writer has ended, or closes. Under a load without pauses the writer still moves the rest, and
/// begins the log anew.
#[expect(
    clippy::disallowed_methods,
    reason = "it lives as long as the writer's thread"
)]
fn start_moving_log(place: Place, written: Arc<Notify>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connection = None;
        // The other owner is the thread.
        while Arc::strong_count(&written) > 1 {
            written.notified().await;
            tokio::time::sleep(LOG_PAUSE).await;
            let (place, kept) = (place.clone(), connection.take());
            let moved = spawn_blocking(move || move_log(&place, kept)).await;
            match moved {
                Ok(Ok(used)) => connection = Some(used),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the database's log was not moved into its file");
                }
                // The process ends.
                Err(_) => return,
            }
        }
    })
}

fn move_log(place: &Place, connection: Option<Connection>) -> Result<Connection, DbError> {
    let connection = connection.map_or_else(|| place.connect(), Ok)?;
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(connection)
}

fn run_batch(tx: &mut Tx, first: Job, jobs: &mut mpsc::Receiver<Message>) {
    let mut answers = Vec::new();
    let mut next = Some(first);
    let mut done = statement(tx, "BEGIN IMMEDIATE");
    if done.is_err() {
        // Whoever waits behind would wait as long for the same answer, one after the other.
        while let Ok(message) = jobs.try_recv() {
            drop(message.unit(jobs));
        }
    }
    while done.is_ok()
        && let Some(job) = next.take()
    {
        done = statement(tx, "SAVEPOINT unit");
        if done.is_err() {
            break;
        }
        let Outcome { keep, answer } = job(tx);
        answers.push(answer);
        if !keep {
            done = statement(tx, "ROLLBACK TO unit");
        }
        done = done.and_then(|()| statement(tx, "RELEASE unit"));
        if answers.len() < BATCH_MAX {
            next = jobs.try_recv().ok().and_then(|message| message.unit(jobs));
        }
    }
    // A unit that never ran is told so when it is dropped.
    drop(next);
    done = done.and_then(|()| statement(tx, "COMMIT"));
    if let Err(error) = &done {
        tracing::error!(%error, "a batch of changes was not kept");
        // Nothing of a failed batch may be seen by the next one.
        drop(statement(tx, "ROLLBACK"));
    }
    for answer in answers {
        answer(
            done.as_ref()
                .copied()
                .map_err(|_| DbError::Unavailable(None)),
        );
    }
}

fn statement(tx: &Tx, text: &'static str) -> Result<(), DbError> {
    match tx {
        Tx::SqliteWriter(connection) => sqlite::execute(connection, text, &[]).map(drop),
        Tx::SqliteReader(_) | Tx::PostgresWriter(_) | Tx::PostgresReader(_) => Ok(()),
    }
}
