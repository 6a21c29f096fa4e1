//! The guard as a stranger uses it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail anywhere"
)]

mod introspection;
mod layer;
mod look;
mod remote_keys;
mod server;
