//! Pages of the signed-in person.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod app;
pub(crate) mod app_end;
pub(crate) mod apps;
pub(crate) mod connect;
pub(crate) mod connections;
pub(crate) mod delete;
pub(crate) mod email;
pub(crate) mod export;
pub(crate) mod not_me;
pub(crate) mod password;
pub(crate) mod profile;
pub(crate) mod security;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod token_new;
pub(crate) mod tokens;

mod allowed;
mod moment;
