//! The binary itself, as a process on loopback.
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod commands;
mod configuration;
mod dance;
mod postgres;
mod server;
mod subject;
