//! Who used what, and when: counted in this process, written in batches.
//!
//! A call costs no write. What was counted since the last batch, some seconds, is lost if the process dies;
//! a process that is told to stop writes it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Issuer;
use crate::db::app_usage::Row;
use crate::db::{self, DbError};

/// Pairs of client and person that one process counts between two batches; others are not counted.
const PAIRS_MAX: usize = 10_000;
/// Rows that one unit writes.
const ROWS_PER_WRITE: usize = 256;

/// What came in with a token.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    pub person_id: &'a str,
    pub client_id: &'a str,
    pub resource: &'a str,
    /// The tool, if one was called.
    pub tool: Option<&'a str>,
}

struct Count {
    calls: i64,
    first_at: i64,
    last_at: i64,
    last_tool: String,
}

/// By person, client and resource, a line each.
#[derive(Default)]
pub(crate) struct Usage(Mutex<HashMap<String, Count>>);

impl Usage {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

thread_local! {
    /// The name of a pair is put together here, so that counting one that is known allocates nothing.
    static NAME: RefCell<String> = const { RefCell::new(String::new()) };
}

impl Issuer {
    /// Notes that a token was used. Nothing is written yet.
    pub fn note_use(&self, used: &Use<'_>) {
        NAME.with_borrow_mut(|name| {
            name.clear();
            for part in [used.person_id, "\n", used.client_id, "\n", used.resource] {
                name.push_str(part);
            }
            self.count(name, used.tool);
        });
    }

    fn count(&self, name: &str, tool: Option<&str>) {
        let now = self.clock.now().0;
        let mut counts = self.usage.counts();
        if !counts.contains_key(name) {
            if counts.len() >= PAIRS_MAX {
                metrics::counter!("vestibule_uses_not_counted_total").increment(1);
                return;
            }
            let none = Count {
                calls: 0,
                first_at: now,
                last_at: now,
                last_tool: String::new(),
            };
            counts.insert(name.to_owned(), none);
        }
        if let Some(count) = counts.get_mut(name) {
            count.last_at = now;
            if let Some(tool) = tool {
                count.calls += 1;
                if count.last_tool != tool {
                    tool.clone_into(&mut count.last_tool);
                }
            }
        }
    }
}

/// Writes what was counted. What cannot be written is counted on.
pub(crate) async fn write(issuer: &Issuer) -> Result<(), DbError> {
    let mut waiting: Vec<Row> = {
        let counts = std::mem::take(&mut *issuer.usage.counts());
        counts.into_iter().filter_map(row).collect()
    };
    while !waiting.is_empty() {
        let batch = waiting.split_off(waiting.len().saturating_sub(ROWS_PER_WRITE));
        let rows = batch.clone();
        let written = issuer.db.write::<_, DbError, _>(move |tx| {
            Box::pin(async move {
                for row in &rows {
                    db::app_usage::insert(tx, row).await?;
                }
                Ok(())
            })
        });
        if let Err(error) = written.await {
            waiting.extend(batch);
            put_back(issuer, waiting);
            return Err(error);
        }
    }
    Ok(())
}

fn row((name, count): (String, Count)) -> Option<Row> {
    let mut parts = name.splitn(3, '\n').map(str::to_owned);
    Some(Row {
        person_id: parts.next()?,
        client_id: parts.next()?,
        resource: parts.next()?,
        calls: count.calls,
        first_at: count.first_at,
        last_at: count.last_at,
        last_tool: count.last_tool,
    })
}

fn put_back(issuer: &Issuer, rows: Vec<Row>) {
    let mut counts = issuer.usage.counts();
    for row in rows {
        let name = format!("{}\n{}\n{}", row.person_id, row.client_id, row.resource);
        match counts.entry(name) {
            Entry::Occupied(mut later) => {
                let later = later.get_mut();
                later.calls += row.calls;
                later.first_at = row.first_at;
                if later.last_tool.is_empty() {
                    later.last_tool = row.last_tool;
                }
            }
            Entry::Vacant(place) => {
                place.insert(Count {
                    calls: row.calls,
                    first_at: row.first_at,
                    last_at: row.last_at,
                    last_tool: row.last_tool,
                });
            }
        }
    }
}
