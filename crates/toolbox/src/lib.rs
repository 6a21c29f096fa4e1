//! Declare an MCP tool once: name, schema, policy, widget. An [`App`] is a list of tools; [`serve::router`]
//! puts apps behind the guard and onto the wire.
#![deny(missing_docs)]

mod allowed;
mod app;
mod connections;
mod endpoint;
mod hints;
mod part;
mod plain;
mod schema;
pub mod serve;
#[cfg(feature = "test")]
pub mod snapshot;
mod store;
mod tool;
mod widget;

pub use allowed::Allowed;
pub use app::{App, ScopeText};
#[cfg(feature = "test")]
pub use connections::MemoryConnections;
pub use connections::{
    Account, ConnectError, Connection, ConnectionStatus, Connections, UpstreamToken, Used,
};
pub use hints::Hints;
pub use part::Part;
#[cfg(feature = "test")]
pub use store::MemoryStore;
pub use store::{PersonStore, Record, Records, StoreError};
pub use tool::{Answer, Call, NoInput, Tool, ToolError};
pub use widget::Widget;

pub use guard::oauth::acr::Acr;
pub use guard::oauth::scope::ScopeSet;
pub use guard::{Assurance, Principal, ToolPolicy};
pub use oauth::secret::Secret;
pub use oauth::time::{Clock, UnixTime};
