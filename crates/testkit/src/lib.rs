//! Typed actors for tests: an app of its own per test, browsers, people and OAuth clients.

mod answer;
mod app;
mod authenticator;
mod browser;
mod fake_github;
mod fake_oidc;
mod fake_privy;
mod fake_smtp;
pub mod mail;
mod oauth_client;
mod postgres;

pub use answer::Answer;
pub use app::{App, AppBuilder};
pub use authenticator::Authenticator;
pub use browser::{Browser, Form};
pub use fake_github::{FakeGithub, GithubAccount, WEBHOOK_SECRET};
pub use fake_oidc::{FakeOidc, OidcManner, Spoil};
pub use fake_privy::{FakePrivy, PrivySpoil};
pub use fake_smtp::FakeSmtp;
pub use mail::Letter;
pub use oauth_client::{OauthClient, Tokens, VERIFIER};
pub use postgres::{postgres, postgres_database};

/// The time at which every test begins.
pub const NOW: oauth::time::UnixTime = oauth::time::UnixTime(1_800_000_000);
/// The public URL of every test's app.
pub const ORIGIN: &str = "https://auth.test";
/// The resource that tests ask for.
pub const NOTES: &str = "https://auth.test/mcp/notes";
/// Another resource, without scopes.
pub const PING: &str = "https://auth.test/mcp/ping";
/// What people sign in with.
pub const PASSWORD: &str = "correct horse battery";
