//! The accounts at GitHub that this node speaks for: one request at a time each, writes a second apart.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turns, MutexGuard};
use tokio::time::{Instant, sleep_until, timeout};
use toolbox::UnixTime;

use super::limit::{Circuit, Limit, Pool, Signs};

const WRITE_GAP: Duration = Duration::from_secs(1);
/// The longest that a request waits for those before it.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that a whole call may take: less than those in front wait for it.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// One account at one host. Other nodes have their own; GitHub's limits hold for all together.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Whoever holds it may ask; inside is when the last write began.
    turn: Turns<Option<Instant>>,
    circuit: Mutex<Circuit>,
}

/// The right to ask GitHub.
pub(crate) struct Turn<'a>(MutexGuard<'a, Option<Instant>>);

impl Account {
    /// Waits for its turn. `None` if too many are before it.
    pub(crate) async fn turn(&self) -> Option<Turn<'_>> {
        timeout(QUEUE_TIMEOUT, self.turn.lock())
            .await
            .ok()
            .map(Turn)
    }

    pub(crate) fn check(&self, pool: Pool, now: UnixTime) -> Option<Limit> {
        self.circuit().check(pool, now)
    }

    pub(crate) fn learn(&self, pool: Pool, signs: &Signs<'_>, now: UnixTime) -> Option<Limit> {
        self.circuit().learn(pool, signs, now)
    }

    fn circuit(&self) -> std::sync::MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Waits until a second has passed since the last write. `false` if the call that began at `begun`
    /// could be given up before the write is answered: then it must not begin, because nobody would
    /// hear what became of it.
    pub(crate) async fn before_write(&mut self, begun: Instant, answer_timeout: Duration) -> bool {
        if let Some(last) = *self.0 {
            sleep_until(last + WRITE_GAP).await;
        }
        let now = Instant::now();
        let in_time = now + answer_timeout <= begun + CALL_TIMEOUT;
        if in_time {
            *self.0 = Some(now);
        }
        in_time
    }
}

/// All accounts that were active of late.
pub(crate) struct Accounts(moka::sync::Cache<String, Arc<Account>>);

impl Accounts {
    const COUNT_MAX: u64 = 10_000;
    /// Longer than any limit that is remembered.
    const IDLE: Duration = Duration::from_secs(2 * 60 * 60);

    pub(crate) fn new() -> Self {
        let accounts = moka::sync::Cache::builder();
        Self(
            accounts
                .max_capacity(Self::COUNT_MAX)
                .time_to_idle(Self::IDLE)
                .build(),
        )
    }

    pub(crate) fn find(&self, host: &str, account_id: &str) -> Arc<Account> {
        self.0
            .get_with(format!("{account_id}@{host}"), Arc::default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_that_could_outlive_its_call_does_not_begin() {
        let account = Account::default();
        let mut turn = account.turn().await.expect("nobody is before it");
        let (begun, answer) = (Instant::now(), Duration::from_secs(12));
        let late = begun
            .checked_sub(Duration::from_secs(14))
            .expect("an instant");
        assert!(!turn.before_write(late, answer).await);
        assert!(turn.before_write(begun, answer).await);
    }
}
