//! People's accounts at upstreams, kept by the issuer of the same process.

use futures_util::future::{BoxFuture, FutureExt as _};
use issuer::Issuer;
use issuer::audit::{Event, Kind, Source};
use issuer::operate::connections::{self, Token, TokenError};
use oauth::client::ClientId;
use oauth::resource::Resource;
use toolbox::{ConnectError, ConnectionStatus, Connections, Principal, UpstreamToken, Used};

pub(super) struct Upstreams(Issuer);

impl Upstreams {
    pub(super) const fn new(issuer: Issuer) -> Self {
        Self(issuer)
    }
}

fn error(error: TokenError) -> ConnectError {
    match error {
        TokenError::Needed { url, again } => ConnectError::Needed { url, again },
        TokenError::Away => ConnectError::Away,
    }
}

fn token(token: Token) -> UpstreamToken {
    UpstreamToken {
        token: token.token,
        api_base: token.api_base,
        account_id: token.account_id,
        login: token.login,
        scopes: token.scopes,
        is_app: token.is_app,
    }
}

impl Connections for Upstreams {
    fn token<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>> {
        async move {
            let found = connections::token(&self.0, &person.sub, provider).await;
            found.map(token).map_err(error)
        }
        .boxed()
    }

    fn replace<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
        refused: &'a UpstreamToken,
    ) -> BoxFuture<'a, Result<UpstreamToken, ConnectError>> {
        async move {
            let found = connections::replace(&self.0, &person.sub, provider, &refused.token).await;
            found.map(token).map_err(error)
        }
        .boxed()
    }

    fn status<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<ConnectionStatus, ConnectError>> {
        async move {
            let status = connections::status(&self.0, &person.sub, provider).await;
            let status = status.map_err(error)?;
            Ok(ConnectionStatus {
                connected: status.connected,
                account_id: status.account_id,
                login: status.login,
                host: status.host,
                scopes: status.scopes,
                connect_url: status.connect_url,
                manage_url: status.manage_url,
            })
        }
        .boxed()
    }

    fn disconnect<'a>(
        &'a self,
        person: &'a Principal,
        provider: &'a str,
    ) -> BoxFuture<'a, Result<bool, ConnectError>> {
        async move {
            let ended = connections::disconnect(&self.0, &person.sub, provider).await;
            ended.map_err(error)
        }
        .boxed()
    }

    /// An operator finds in the audit with which account a person's call acted, and by which tool.
    fn used(&self, used: &Used<'_>) {
        self.0.record_soon_with(|| {
            let (person, account) = (used.person, used.account);
            let source = used.parts.extensions.get::<Source>();
            let mut event = Event::new(Kind::ConnectionUsed, source.unwrap_or(&Source::default()))
                .person(&person.sub)
                .detail(format!(
                    "{} as {} ({}) at {}",
                    used.tool, account.login, account.id, account.provider
                ));
            if let Ok(resource) = Resource::parse(&person.audience) {
                event = event.resource(&resource);
            }
            match ClientId::parse(&person.client_id) {
                Ok(client) => event.client(&client),
                Err(_) => event,
            }
        });
    }
}
