//! The protocol endpoints.

mod authorize;
mod discovery;
mod introspect;
mod jwks;
mod privy;
mod register;
mod revoke;
mod token;
mod userinfo;

pub(crate) use introspect::configured;

/// What a token says, whoever signed it.
pub(super) fn claims(token: &str) -> serde_json::Value {
    let jwt = oauth::jwt::UnverifiedJwt::split(token).unwrap();
    jwt.unverified_claims().unwrap()
}
