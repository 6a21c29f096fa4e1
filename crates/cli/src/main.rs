//! The one binary: composes issuer, guard and apps, and gives operators their commands.

mod commands;
mod config;
mod serve;
mod start;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run()
}
