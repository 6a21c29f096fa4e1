//! Tokens and the keys behind them.

pub(crate) mod access;
pub(crate) mod code;
mod id_token;
pub(crate) mod keys;
pub(crate) mod methods;
pub(crate) mod narrow;
pub mod personal;
pub(crate) mod privy;
pub(crate) mod refresh;
pub(crate) mod revocation;
