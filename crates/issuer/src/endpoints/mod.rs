//! The protocol endpoints.

mod error;
pub(crate) mod register;
