//! Signing people in and out: sessions, passwords, limits, and the pages for them.

mod attempt;
pub(crate) mod base32;
mod binding;
mod code;
pub(crate) mod continuation;
pub(crate) mod device;
pub(crate) mod email_code;
pub(crate) mod email_proof;
pub(crate) mod forgot;
pub(crate) mod invitation;
mod known_device;
pub(crate) mod level;
pub(crate) mod passkey;
pub(crate) mod password;
pub(crate) mod password_rules;
pub(crate) mod recovery;
pub(crate) mod reset;
pub(crate) mod second;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
pub(crate) mod step_up;
pub(crate) mod throttle;
pub(crate) mod totp;
pub(crate) mod upstream;
pub(crate) mod verify;
pub(crate) mod ways;

pub use setup::operator_setup_link;

use crate::pages::Say;

/// What is wrong with a form, and the field it is about (empty: the whole).
pub(crate) struct Problem {
    pub(crate) field: &'static str,
    pub(crate) text: Say,
}

impl Problem {
    pub(crate) fn new(field: &'static str, text: impl Into<Say>) -> Self {
        Self {
            field,
            text: text.into(),
        }
    }

    /// For templates: whether the field is the one to correct.
    pub(crate) fn concerns(problem: &Option<Self>, field: &str) -> bool {
        problem.as_ref().is_some_and(|this| this.field == field)
    }
}
