//! Pages of the signed-in person.

pub(crate) mod account;
pub(crate) mod connect;
pub(crate) mod security;
