//! The protocol endpoints.

pub(crate) mod authorize;
pub(crate) mod discovery;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod jwks;
pub(crate) mod register;
pub(crate) mod token;
