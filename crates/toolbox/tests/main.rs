//! Apps behind the guard, asked over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod all_tools;
mod app;
mod assurance;
mod bad_input;
mod connections;
mod eras;
mod mounts;
mod parts;
mod plain;
mod sign_in;
mod web_pages;
