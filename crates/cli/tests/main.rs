//! The binary itself, as a process on loopback.

mod commands;
mod configuration;
mod dance;
mod postgres;
mod server;
mod subject;
