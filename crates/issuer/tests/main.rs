//! The issuer from outside, in process: one binary, the same folders as src.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod clients;
mod connections;
mod endpoints;
mod jobs;
mod login;
mod mail;
mod pages;
mod portal;
