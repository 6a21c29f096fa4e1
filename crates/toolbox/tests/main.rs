//! Apps behind the guard, asked over HTTP.

mod all_tools;
mod app;
mod bad_input;
mod eras;
mod sign_in;
mod web_pages;
