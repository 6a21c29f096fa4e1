//! When GitHub has had enough of an account: how long nobody asks for it.

use toolbox::UnixTime;

/// What GitHub counts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Core,
    Search,
}

/// Why and how long GitHub must be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) kind: Kind,
    pub(crate) until: UnixTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The requests of an hour (of a minute, for searches) are used up.
    Primary,
    /// Too much at once.
    Secondary,
}

/// What an answer says about limits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signs<'a> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<i64>,
    pub(crate) remaining: Option<i64>,
    pub(crate) reset: Option<i64>,
    /// What GitHub's clock said when it answered.
    pub(crate) date: Option<UnixTime>,
    pub(crate) message: &'a str,
}

/// The state of one account: while it is open, requests are answered here.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    core: Option<UnixTime>,
    search: Option<UnixTime>,
    all: Option<UnixTime>,
    strikes: u32,
}

impl Circuit {
    /// The longest that a header is believed: the primary limit counts by the hour.
    const SECONDS_MAX: i64 = 3_700;
    const FIRST_PAUSE_SECONDS: i64 = 60;
    const DOUBLINGS_MAX: u32 = 4;

    /// The limit that forbids a request now, if one does.
    pub(crate) fn check(&self, pool: Pool, now: UnixTime) -> Option<Limit> {
        let primary = match pool {
            Pool::Core => self.core,
            Pool::Search => self.search,
        };
        let limits = [(Kind::Secondary, self.all), (Kind::Primary, primary)];
        let limits = limits.map(|(kind, until)| until.map(|until| Limit { kind, until }));
        let open = limits.into_iter().flatten();
        open.filter(|limit| limit.until > now)
            .max_by_key(|limit| limit.until)
    }

    /// Learns from an answer. Says which limit it reports, if any.
    pub(crate) fn learn(&mut self, pool: Pool, signs: &Signs<'_>, now: UnixTime) -> Option<Limit> {
        if !matches!(signs.status, 403 | 429) {
            if (200..400).contains(&signs.status) {
                self.strikes = 0;
            }
            return None;
        }
        let pause = |seconds: i64| now.plus(seconds.clamp(1, Self::SECONDS_MAX));
        if let Some(seconds) = signs.retry_after {
            return Some(self.open_all(pause(seconds)));
        }
        if signs.remaining == Some(0) {
            // By GitHub's own clock: with ours the wait would be wrong by as much as the two differ.
            let theirs = signs.date.unwrap_or(now);
            let wait = signs.reset.map(|reset| UnixTime(reset).since(theirs));
            let until = pause(wait.unwrap_or(Self::FIRST_PAUSE_SECONDS));
            match pool {
                Pool::Core => self.core = Some(until),
                Pool::Search => self.search = Some(until),
            }
            let kind = Kind::Primary;
            return Some(Limit { kind, until });
        }
        let secondary = signs.message.to_ascii_lowercase().contains("rate limit");
        (signs.status == 429 || secondary).then(|| {
            let doublings = self.strikes.min(Self::DOUBLINGS_MAX);
            self.open_all(pause(Self::FIRST_PAUSE_SECONDS << doublings))
        })
    }

    fn open_all(&mut self, until: UnixTime) -> Limit {
        self.strikes = self.strikes.saturating_add(1);
        self.all = Some(until);
        Limit {
            kind: Kind::Secondary,
            until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn used_up(reset: i64) -> Signs<'static> {
        Signs {
            status: 403,
            remaining: Some(0),
            reset: Some(reset),
            ..Signs::default()
        }
    }

    fn too_fast(retry_after: Option<i64>) -> Signs<'static> {
        Signs {
            status: 403,
            retry_after,
            remaining: Some(4_000),
            message: "You have exceeded a secondary rate limit.",
            ..Signs::default()
        }
    }

    #[test]
    fn the_primary_limit_lasts_until_its_reset_and_for_its_pool() {
        let mut circuit = Circuit::default();
        let limit = circuit.learn(Pool::Search, &used_up(NOW.0 + 30), NOW);
        assert_eq!(limit.map(|limit| limit.until), Some(NOW.plus(30)));
        assert_eq!(circuit.check(Pool::Core, NOW), None);
        assert_eq!(circuit.check(Pool::Search, NOW.plus(29)), limit);
        assert_eq!(circuit.check(Pool::Search, NOW.plus(30)), None);
    }

    #[test]
    fn a_reset_in_the_past_or_far_future_is_not_believed() {
        for (reset, seconds) in [
            (0, 1),
            (i64::MIN, 1),
            (NOW.0 + 1_000_000, 3_700),
            (i64::MAX, 3_700),
        ] {
            let limit = Circuit::default().learn(Pool::Core, &used_up(reset), NOW);
            assert_eq!(
                limit.map(|limit| limit.until.since(NOW)),
                Some(seconds),
                "{reset}"
            );
        }
    }

    #[test]
    fn the_wait_goes_by_githubs_clock_and_not_by_ours() {
        for skew in [-4_000, -90, 0, 90, 4_000] {
            let theirs = NOW.plus(skew);
            let signs = Signs {
                date: Some(theirs),
                ..used_up(theirs.0 + 120)
            };
            let limit = Circuit::default().learn(Pool::Core, &signs, NOW);
            let wait = limit.map(|limit| limit.until.since(NOW));
            assert_eq!(wait, Some(120), "{skew}");
        }
    }

    #[test]
    fn the_secondary_limit_holds_for_everything_and_grows_until_something_succeeds() {
        let mut circuit = Circuit::default();
        for seconds in [60, 120, 240, 480, 960, 960] {
            let limit = circuit
                .learn(Pool::Core, &too_fast(None), NOW)
                .expect("a limit");
            assert_eq!(limit.until, NOW.plus(seconds));
            assert_eq!(circuit.check(Pool::Search, NOW), Some(limit));
        }
        let fine = Signs {
            status: 200,
            ..Signs::default()
        };
        assert_eq!(circuit.learn(Pool::Core, &fine, NOW), None);
        let limit = circuit.learn(Pool::Core, &too_fast(None), NOW);
        assert_eq!(limit.map(|limit| limit.until), Some(NOW.plus(60)));
    }

    #[test]
    fn the_wait_that_github_asks_for_is_kept() {
        for (asked, seconds) in [(7, 7), (0, 1), (-5, 1), (i64::MAX, 3_700)] {
            let limit = Circuit::default().learn(Pool::Core, &too_fast(Some(asked)), NOW);
            assert_eq!(limit.map(|limit| limit.until.since(NOW)), Some(seconds));
        }
    }

    #[test]
    fn other_refusals_open_nothing() {
        let mut circuit = Circuit::default();
        for (status, remaining, message) in [
            (403, Some(12), "Resource not accessible by integration"),
            (404, Some(0), "Not Found"),
            (200, Some(0), ""),
            (500, None, "rate limit"),
        ] {
            let signs = Signs {
                status,
                remaining,
                message,
                ..Signs::default()
            };
            assert_eq!(
                circuit.learn(Pool::Core, &signs, NOW),
                None,
                "{status} {message}"
            );
        }
        assert_eq!(circuit.check(Pool::Core, NOW), None);
    }
}
