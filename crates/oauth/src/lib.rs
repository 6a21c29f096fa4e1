//! OAuth's words on the wire: parsed once, typed from then on. No I/O, no async, no clock reads.

#![deny(missing_docs)]

pub mod acr;
pub mod assurance;
pub mod authorize;
pub mod challenge;
pub mod client;
pub mod discovery;
pub mod error;
pub mod grant;
pub mod json;
pub mod jwt;
pub mod params;
pub mod pkce;
pub mod redirect;
pub mod resource;
pub mod scope;
pub mod secret;
pub mod time;
pub mod token;
