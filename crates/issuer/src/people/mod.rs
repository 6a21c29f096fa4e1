//! Accounts as a whole: what belongs to a person, given out to them or deleted.

pub(crate) mod deletion;
pub(crate) mod export;
