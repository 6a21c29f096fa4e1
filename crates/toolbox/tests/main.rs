//! Apps behind the guard, asked over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod all_tools;
mod app;
mod bad_input;
mod eras;
mod mounts;
mod sign_in;
mod web_pages;
