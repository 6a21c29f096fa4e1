//! The guard as a stranger uses it.

mod introspection;
mod layer;
mod look;
mod remote_keys;
mod server;
