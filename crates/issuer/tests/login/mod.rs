//! Signing people in and out.

mod attempt;
mod forgot;
mod invitation;
pub(crate) mod passkey;
mod session;
mod setup;
mod sign_in;
mod sign_up;
pub(crate) mod step_up;
mod totp;
pub(crate) mod upstream;
mod verify;
