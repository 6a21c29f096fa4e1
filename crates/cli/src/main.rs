//! The one binary: composes issuer, guard and apps, and gives operators their commands.

mod commands;
mod config;
mod serve;
mod start;

use std::process::ExitCode;

/// Requests make many small pieces on several threads, and the usual allocator gives memory back to
/// the system and asks for it again between them.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    commands::run()
}
