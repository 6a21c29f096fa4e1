//! Pages of the signed-in person.

pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod app_end;
pub(crate) mod apps;
pub(crate) mod connect;
pub(crate) mod connections;
pub(crate) mod security;
pub(crate) mod sessions;

mod allowed;
mod moment;
