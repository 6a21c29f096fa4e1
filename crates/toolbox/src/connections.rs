//! What an app may ask of a person's accounts elsewhere. The host keeps the tokens and renews them; an app
//! borrows one for a call.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use guard::Principal;
use http::request::Parts;
use oauth::secret::Secret;

use crate::allowed::Allowed;
use crate::tool::ToolError;

/// A token of the person's account at a provider, for one call.
#[derive(Clone, Debug)]
pub struct UpstreamToken {
    /// What to send as bearer. Never part of an answer.
    pub token: Secret<String>,
    /// Where the provider's API is, without a slash at the end.
    pub api_base: String,
    /// The account's id there, which never changes.
    pub account_id: String,
    /// The account's name there.
    pub login: String,
    /// What the token may do; empty if the provider does not say it in scopes.
    pub scopes: Vec<String>,
    /// Whether the provider limits the token by an app's permissions, not by scopes.
    pub is_app: bool,
}

/// What is known of a connection without asking the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionStatus {
    /// Whether there is a usable one.
    pub connected: bool,
    /// The account's id there.
    pub account_id: Option<String>,
    /// The account's name there.
    pub login: Option<String>,
    /// The provider's host.
    pub host: String,
    /// What its token may do.
    pub scopes: Vec<String>,
    /// The page where the person connects.
    pub connect_url: String,
    /// The page where the person sees and ends connections.
    pub manage_url: String,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The person must connect an account.
    #[error("no account is connected")]
    Needed {
        /// The page where they do.
        url: String,
        /// Whether there was a connection that ended.
        again: bool,
    },
    /// The host's database or the provider cannot be reached. The reason is in the host's log.
    #[error("the connection is out of reach")]
    Away,
}

impl From<ConnectError> for ToolError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Needed { url, again } => {
                let text = if again {
                    "The connected account no longer gives access. Ask the person to reconnect it at"
                } else {
                    "No account is connected yet. Ask the person to connect one at"
                };
                Self::new(format!("{text} {url} and then try again.")).with_connect_url(url)
            }
            ConnectError::Away => {
                Self::new("The connected account is out of reach, try again in a moment.")
            }
        }
    }
}

/// An account that a tool acted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The provider's name.
    pub provider: String,
    /// The account's id there.
    pub id: String,
    /// The account's name there.
    pub login: String,
}

/// That a call of a tool acted with an account.
#[derive(Clone, Copy, Debug)]
pub struct Used<'a> {
    /// Whose account.
    pub person: &'a Principal,
    /// Which account.
    pub account: &'a Account,
    /// The tool.
    pub tool: &'static str,
    /// The request of the call, without its body.
    pub parts: &'a Parts,
}

/// The accounts whose tokens were lent to one call, each once.
#[derive(Clone, Default)]
pub(crate) struct Lent(Arc<Mutex<Vec<Account>>>);

impl Lent {
    fn note(&self, provider: &str, token: &UpstreamToken) {
        let account = Account {
            provider: provider.to_owned(),
            id: token.account_id.clone(),
            login: token.login.clone(),
        };
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }

    pub(crate) fn take(&self) -> Vec<Account> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where connections are kept. The host implements it; apps see only [`Connection`].
pub trait Connections: Send + Sync + 'static {
    /// The person's token at a provider.
    fn token<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>>;

    /// Another token in place of one that the provider refused, renewed once for everybody.
    fn replace<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
        refused: &'a UpstreamToken,
    ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>>;

    /// What is known without asking the provider.
    fn status<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<ConnectionStatus, ConnectError>>;

    /// Revokes the connection there and forgets it here. Says whether there was one.
    fn disconnect<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<bool, ConnectError>>;

    /// Is told, once per call and account, whose token was lent to a tool. Must not block.
    fn used(&self, used: &Used<'_>);
}

/// The connection of one person to one provider.
#[derive(Clone, Copy)]
pub struct Connection<'a> {
    connections: &'a dyn Connections,
    lent: &'a Lent,
    person: &'a Allowed<Principal>,
    provider: &'a str,
}

impl<'a> Connection<'a> {
    pub(crate) const fn new(
        connections: &'a dyn Connections,
        lent: &'a Lent,
        person: &'a Allowed<Principal>,
        provider: &'a str,
    ) -> Self {
        Self {
            connections,
            lent,
            person,
            provider,
        }
    }

    /// The token to call with.
    ///
    /// # Errors
    /// If the person must connect first, or the host's store is away.
    pub async fn token(&self) -> Result<UpstreamToken, ConnectError> {
        let token = self.connections.token(self.person, self.provider).await?;
        self.lent.note(self.provider, &token);
        Ok(token)
    }

    /// Another token, after the provider answered that this one counts no longer.
    ///
    /// # Errors
    /// If the person must connect again, or the store or the provider is away.
    pub async fn replace(&self, refused: &UpstreamToken) -> Result<UpstreamToken, ConnectError> {
        let replaced = self
            .connections
            .replace(self.person, self.provider, refused);
        let token = replaced.await?;
        self.lent.note(self.provider, &token);
        Ok(token)
    }

    /// What is known without asking the provider.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn status(&self) -> Result<ConnectionStatus, ConnectError> {
        self.connections.status(self.person, self.provider).await
    }

    /// Ends the connection. Says whether there was one.
    ///
    /// # Errors
    /// If the store is away.
    pub async fn disconnect(&self) -> Result<bool, ConnectError> {
        let ended = self.connections.disconnect(self.person, self.provider);
        ended.await
    }
}

#[cfg(feature = "test")]
pub use memory::MemoryConnections;

#[cfg(feature = "test")]
mod memory {
    use std::collections::HashMap;
    use std::sync::{Mutex, PoisonError};

    use futures_util::future::{FutureExt as _, ready};

    use super::{
        Account, BoxFuture, ConnectError, ConnectionStatus, Connections, Principal, UpstreamToken,
        Used,
    };

    const URL: &str = "https://h.example/connect/github";

    /// Connections for tests, by person: the tokens that are given out one after the other, as each
    /// is replaced.
    #[derive(Default)]
    pub struct MemoryConnections {
        tokens: Mutex<HashMap<String, Vec<UpstreamToken>>>,
        used: Mutex<Vec<(String, &'static str, Account)>>,
    }

    impl MemoryConnections {
        /// Connects a person: the first token is given out until it is replaced by the next.
        pub fn connect(&self, person: &str, tokens: Vec<UpstreamToken>) {
            self.with(|all| all.insert(person.to_owned(), tokens));
        }

        /// Who acted by which tool with which account, in order.
        pub fn used(&self) -> Vec<(String, &'static str, Account)> {
            let used = self.used.lock();
            used.unwrap_or_else(PoisonError::into_inner).clone()
        }

        fn with<T>(&self, look: impl FnOnce(&mut HashMap<String, Vec<UpstreamToken>>) -> T) -> T {
            let tokens = self.tokens.lock();
            look(&mut tokens.unwrap_or_else(PoisonError::into_inner))
        }

        fn current(&self, person: &Principal) -> Result<UpstreamToken, ConnectError> {
            let (url, again) = (URL.to_owned(), false);
            let tokens = self.with(|all| all.get(&person.sub).cloned());
            let first = tokens.ok_or(ConnectError::Needed { url, again })?;
            let (url, again) = (URL.to_owned(), true);
            let first = first.into_iter().next();
            first.ok_or(ConnectError::Needed { url, again })
        }
    }

    impl Connections for MemoryConnections {
        fn token<'a>(
            &'a self,
            person: &'a Principal,
            _: &'a str,
        ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>> {
            ready(self.current(person)).boxed()
        }

        fn replace<'a>(
            &'a self,
            person: &'a Principal,
            _: &'a str,
            refused: &'a UpstreamToken,
        ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>> {
            self.with(|all| {
                if let Some(tokens) = all.get_mut(&person.sub) {
                    tokens.retain(|token| token.token.expose() != refused.token.expose());
                }
            });
            ready(self.current(person)).boxed()
        }

        fn status<'a>(
            &'a self,
            person: &'a Principal,
            _: &'a str,
        ) -> BoxFuture<'a, Result<ConnectionStatus, ConnectError>> {
            let token = self.current(person).ok();
            let status = ConnectionStatus {
                connected: token.is_some(),
                account_id: token.as_ref().map(|token| token.account_id.clone()),
                login: token.as_ref().map(|token| token.login.clone()),
                host: "github.com".to_owned(),
                scopes: token.map(|token| token.scopes).unwrap_or_default(),
                connect_url: URL.to_owned(),
                manage_url: "https://h.example/account".to_owned(),
            };
            ready(Ok(status)).boxed()
        }

        fn disconnect<'a>(
            &'a self,
            person: &'a Principal,
            _: &'a str,
        ) -> BoxFuture<'a, Result<bool, ConnectError>> {
            ready(Ok(self.with(|all| all.remove(&person.sub).is_some()))).boxed()
        }

        fn used(&self, used: &Used<'_>) {
            let made = (used.person.sub.clone(), used.tool, used.account.clone());
            let all = self.used.lock();
            all.unwrap_or_else(PoisonError::into_inner).push(made);
        }
    }
}
