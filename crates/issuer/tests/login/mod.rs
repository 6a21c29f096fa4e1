//! Signing people in and out.

mod attempt;
mod email_code;
mod forgot;
mod invitation;
mod level;
pub(crate) mod passkey;
mod session;
mod setup;
mod sign_in;
mod sign_up;
pub(crate) mod step_up;
mod totp;
pub(crate) mod upstream;
mod verify;
