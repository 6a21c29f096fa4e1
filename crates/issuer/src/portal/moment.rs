//! A time as pages show it: the same to the minute everywhere, for nobody's time zone is known.

/// For `<time>`.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// For programs.
    pub(crate) machine: String,
    pub(crate) text: String,
}

impl Moment {
    pub(crate) fn of(seconds: i64) -> Self {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        Self {
            machine: moment.strftime("%Y-%m-%dT%H:%MZ").to_string(),
            text: moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    /// The day alone.
    pub(crate) fn day(seconds: i64) -> Self {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
        let text = moment.strftime("%Y-%m-%d").to_string();
        let machine = text.clone();
        Self { machine, text }
    }
}
