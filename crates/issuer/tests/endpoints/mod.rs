//! The protocol endpoints.

mod register;
