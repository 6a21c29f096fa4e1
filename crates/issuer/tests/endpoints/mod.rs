//! The protocol endpoints.

mod authorize;
mod register;
