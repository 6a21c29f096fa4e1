//! SQLite: its connections, and statements on them. Both run on the thread that asks.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql};

use super::row::AnyRow;
use super::{DbError, FromRow};

/// Idle readers that are kept.
const READERS_MAX: usize = 4;
/// How long another process, such as an operator's command, may hold the file.
const BUSY_MAX: Duration = Duration::from_secs(5);
/// There are fewer statements than this.
const STATEMENTS_MAX: usize = 256;

/// Which database to connect to.
#[derive(Clone, Debug)]
pub(super) enum Place {
    File(PathBuf),
    /// Shared by all connections that name it.
    Memory(String),
}

impl Place {
    /// A new one in memory.
    pub(super) fn memory() -> Self {
        let name = uuid::Uuid::now_v7().simple();
        Self::Memory(format!("file:{name}?mode=memory&cache=shared"))
    }

    /// Opens a connection; makes the file if it is not there.
    pub(super) fn connect(&self) -> Result<Connection, DbError> {
        let connection = match self {
            Self::File(path) => Connection::open(path)?,
            Self::Memory(uri) => {
                Connection::open_with_flags(uri, OpenFlags::default() | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        connection.busy_timeout(BUSY_MAX)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        match self {
            // Durable at the answer: the commit waits for the disk. The writer's log is moved into
            // the file elsewhere, or here once it is long. What undoes a unit fits into memory.
            Self::File(_) => connection.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = 8192; PRAGMA temp_store = MEMORY",
            )?,
            // Readers of a shared cache would otherwise lock tables against the writer.
            Self::Memory(_) => connection.execute_batch("PRAGMA read_uncommitted = 1")?,
        }
        Ok(connection)
    }
}

/// Connections to read with, cheap to clone.
#[derive(Clone)]
pub(super) struct Readers {
    place: Place,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    idle: Mutex<Vec<Connection>>,
    in_use: AtomicU32,
}

impl Readers {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            shared: Arc::default(),
        }
    }

    pub(super) fn take(&self) -> Result<Reader, DbError> {
        let connection = match self.shared.idle().pop() {
            Some(connection) => connection,
            None => {
                let connection = self.place.connect()?;
                connection.execute_batch("PRAGMA query_only = 1")?;
                connection
            }
        };
        self.shared.in_use.fetch_add(1, Ordering::Relaxed);
        Ok(Reader {
            connection: Some(connection),
            shared: Arc::clone(&self.shared),
        })
    }

    /// How many connections are in use, and how many are idle.
    pub(super) fn count(&self) -> (u32, u32) {
        let idle = u32::try_from(self.shared.idle().len()).unwrap_or(u32::MAX);
        (self.shared.in_use.load(Ordering::Relaxed), idle)
    }

    pub(super) fn close(&self) {
        self.shared.idle().clear();
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that refuses to write. It goes back when it is dropped.
pub struct Reader {
    /// Always there until then.
    connection: Option<Connection>,
    shared: Arc<Shared>,
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        #[expect(clippy::expect_used, reason = "only `drop` takes it")]
        self.connection.as_ref().expect("a connection")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.shared.in_use.fetch_sub(1, Ordering::Relaxed);
        let mut idle = self.shared.idle();
        if idle.len() < READERS_MAX {
            idle.extend(self.connection.take());
        }
    }
}

type Binds<'a> = &'a [&'a dyn ToSql];

/// The statement, prepared once for each connection, with its binds in place.
fn prepare<'c>(
    connection: &'c Connection,
    text: &str,
    binds: Binds<'_>,
) -> Result<CachedStatement<'c>, DbError> {
    let mut statement = connection.prepare_cached(text)?;
    for at in 1..=statement.parameter_count() {
        // SQLite numbers `$2` by where it first stands in the text; what is meant is its name.
        let number = statement.parameter_name(at).and_then(|name| name.get(1..));
        let number = number.and_then(|number| number.parse::<usize>().ok());
        let bind = number.and_then(|number| binds.get(number.checked_sub(1)?));
        let bind = bind.ok_or(rusqlite::Error::InvalidParameterCount(at, binds.len()))?;
        statement.raw_bind_parameter(at, bind)?;
    }
    Ok(statement)
}

/// Runs a statement; how many rows it touched.
pub(crate) fn execute(
    connection: &Connection,
    text: &str,
    binds: Binds<'_>,
) -> Result<u64, DbError> {
    let touched = prepare(connection, text, binds)?.raw_execute()?;
    Ok(touched.try_into().unwrap_or(u64::MAX))
}

pub(crate) fn one<T: FromRow>(
    connection: &Connection,
    text: &str,
    binds: Binds<'_>,
) -> Result<T, DbError> {
    let row = one_or_none(connection, text, binds)?;
    row.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
}

pub(crate) fn one_or_none<T: FromRow>(
    connection: &Connection,
    text: &str,
    binds: Binds<'_>,
) -> Result<Option<T>, DbError> {
    // A statement that changes rows has changed all of them before the first comes back.
    Ok(all(connection, text, binds)?.into_iter().next())
}

pub(crate) fn all<T: FromRow>(
    connection: &Connection,
    text: &str,
    binds: Binds<'_>,
) -> Result<Vec<T>, DbError> {
    let mut statement = prepare(connection, text, binds)?;
    let mut rows = statement.raw_query();
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        read.push(T::from_row(&AnyRow::Sqlite(row))?);
    }
    Ok(read)
}
