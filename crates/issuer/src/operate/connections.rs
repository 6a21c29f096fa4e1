//! People's tokens at upstreams, for the host of the apps.

use oauth::secret::Secret;

use crate::Issuer;
use crate::audit::Source;
use crate::connections::{self, ConnectionError, Live, link};
use crate::login::upstream::Known;
use crate::settings::GithubKind;

/// A token to call an upstream's API with.
pub struct Token {
    pub token: Secret<String>,
    pub api_base: String,
    pub account_id: String,
    pub login: String,
    pub scopes: Vec<String>,
    /// Whether an app's permissions limit it, not scopes.
    pub is_app: bool,
}

/// What is known of a connection without asking the upstream.
#[derive(Clone, Debug)]
pub struct Status {
    pub connected: bool,
    pub account_id: Option<String>,
    pub login: Option<String>,
    pub host: String,
    pub scopes: Vec<String>,
    pub connect_url: String,
    pub manage_url: String,
}

/// Why there is no token.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenError {
    /// The person must connect at this address.
    #[error("the person must connect")]
    Needed { url: String, again: bool },
    #[error("the database or the upstream is away, or there is no such upstream")]
    Away,
}

/// The person's token at an upstream, renewed if its end is near.
///
/// # Errors
/// If the person must connect, or something is away.
pub async fn token(issuer: &Issuer, person_id: &str, upstream: &str) -> Result<Token, TokenError> {
    let known = find(issuer, upstream)?;
    let live = connections::token(issuer, known, person_id).await;
    shown(issuer, known, person_id, live)
}

/// Another token in place of one that the upstream refused.
///
/// # Errors
/// As [`token`].
pub async fn replace(
    issuer: &Issuer,
    person_id: &str,
    upstream: &str,
    refused: &Secret<String>,
) -> Result<Token, TokenError> {
    let known = find(issuer, upstream)?;
    let live = connections::replace(issuer, known, person_id, refused).await;
    shown(issuer, known, person_id, live)
}

/// What is known of a person's connection.
///
/// # Errors
/// If something is away.
pub async fn status(
    issuer: &Issuer,
    person_id: &str,
    upstream: &str,
) -> Result<Status, TokenError> {
    let known = find(issuer, upstream)?;
    let row = connections::find_row(issuer, person_id, known).await;
    let row = row.map_err(|_| TokenError::Away)?;
    let connected = row.as_ref().is_some_and(|row| row.sealed.is_some());
    let scope = row
        .as_ref()
        .map(|row| row.scope.as_str())
        .unwrap_or_default();
    Ok(Status {
        connected,
        scopes: words(scope),
        account_id: row.as_ref().map(|row| row.account_id.clone()),
        login: row.map(|row| row.login),
        host: known.settings.host().to_owned(),
        connect_url: link::link(issuer, known, person_id),
        manage_url: issuer.settings.public_url.join("/account/connections"),
    })
}

/// Ends a person's connection. Whether there was one.
///
/// # Errors
/// If something is away.
pub async fn disconnect(
    issuer: &Issuer,
    person_id: &str,
    upstream: &str,
) -> Result<bool, TokenError> {
    let known = find(issuer, upstream)?;
    let ended = connections::disconnect(issuer, known, person_id, &Source::default()).await;
    ended.map_err(|_| TokenError::Away)
}

fn find<'a>(issuer: &'a Issuer, upstream: &str) -> Result<&'a Known, TokenError> {
    Known::connecting(issuer, upstream).ok_or(TokenError::Away)
}

fn shown(
    issuer: &Issuer,
    known: &Known,
    person_id: &str,
    live: Result<Live, ConnectionError>,
) -> Result<Token, TokenError> {
    let github = known.settings.github().ok_or(TokenError::Away)?;
    match live {
        Ok(Live { row, access_token }) => Ok(Token {
            token: access_token,
            api_base: github.api_base.clone(),
            account_id: row.account_id,
            login: row.login,
            scopes: words(&row.scope),
            is_app: github.kind == GithubKind::App,
        }),
        Err(ConnectionError::Needed { again }) => Err(TokenError::Needed {
            url: link::link(issuer, known, person_id),
            again,
        }),
        Err(ConnectionError::Away) => Err(TokenError::Away),
    }
}

fn words(scope: &str) -> Vec<String> {
    let words = scope.split(' ').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}
