//! Signing people in and out.

mod attempt;
mod forgot;
mod invitation;
mod session;
mod setup;
mod sign_in;
mod sign_up;
mod step_up;
pub(crate) mod upstream;
mod verify;
