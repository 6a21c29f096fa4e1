//! Checks OAuth access tokens in front of MCP tools (RFC 6750, RFC 9068, RFC 9728).
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod admit;
mod body;
mod layer;
mod refusal;

pub mod keys;
pub mod mcp;
pub mod metadata;
pub mod origin;
pub mod policy;
pub mod verify;

pub use admit::Admitted;
pub use layer::{Guard, Guarded, InBand, Mode, Observer, Seen};
pub use oauth;
pub use oauth::assurance::Assurance;
pub use policy::ToolPolicy;
pub use refusal::{Reason, Refusal};
pub use verify::{Principal, Verify};
