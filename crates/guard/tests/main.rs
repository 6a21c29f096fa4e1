//! The guard as a stranger uses it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod introspection;
mod keys;
mod layer;
mod look;
mod server;
