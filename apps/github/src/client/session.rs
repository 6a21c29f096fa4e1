//! GitHub as one person sees it, for the length of a call.

use std::sync::Arc;

use reqwest::Url;
use serde_json::Value;
use tokio::time::Instant;
use toolbox::{Allowed, Call, ConnectError, Connection, Principal};

use super::error::GithubError;
use super::exchange::Success;
use super::request::{Accept, Request};
use super::{Hub, page};

const PROVIDER: &str = "github";

/// A call of a tool, with what it may ask GitHub.
pub(crate) struct Session {
    pub(crate) hub: Arc<Hub>,
    pub(crate) call: Call,
    pub(crate) who: Allowed<Principal>,
    /// When the call began.
    pub(crate) begun: Instant,
}

/// An answer that was read.
#[derive(Debug)]
pub(crate) struct Reply {
    /// JSON, or the text of a diff.
    pub(crate) body: Value,
    /// Organizations are left out that want single sign-on first.
    pub(crate) sign_on_needed: bool,
    next: Option<Url>,
}

impl Reply {
    /// The elements of a list, which is the body itself or stands in one of its fields.
    pub(crate) fn items(&self, field: Option<&str>) -> Result<&[Value], GithubError> {
        let list = match field {
            Some(field) => self.body.get(field),
            None => Some(&self.body),
        };
        let items = list.and_then(Value::as_array);
        items.map(Vec::as_slice).ok_or(GithubError::Unreadable)
    }

    /// The number of the page after the one that was asked for.
    pub(crate) fn next_page(&self, current: u32) -> Option<u32> {
        self.next.as_ref().map(|next| page::number(next, current))
    }
}

impl Session {
    /// The connection to GitHub.
    pub(crate) fn connection(&self) -> Result<Connection<'_>, ConnectError> {
        self.call.connection(&self.who, PROVIDER)
    }

    /// Asks, with the person's token.
    pub(crate) async fn send(&self, request: &Request) -> Result<Reply, GithubError> {
        self.send_at(request, None).await
    }

    /// The account's id if permissions of a GitHub App, not scopes, limit what its token reaches.
    pub(crate) async fn app_account(&self) -> Result<Option<String>, ConnectError> {
        let token = self.connection()?.token().await?;
        Ok(token.is_app.then_some(token.account_id))
    }

    /// Asks for a list, which may stand in a field, and for the pages that follow, up to a number of them: all as
    /// one list.
    pub(crate) async fn send_all(
        &self,
        request: &Request,
        field: Option<&str>,
        pages_max: usize,
    ) -> Result<Reply, GithubError> {
        let mut all = self.send_at(request, None).await?;
        let mut items = all.items(field)?.to_vec();
        for _ in 1..pages_max {
            let Some(next) = all.next.take() else { break };
            let page = self.send_at(request, Some(&next)).await?;
            items.extend_from_slice(page.items(field)?);
            all.sign_on_needed |= page.sign_on_needed;
            all.next = page.next;
        }
        all.body = Value::Array(items);
        Ok(all)
    }

    async fn send_at(&self, request: &Request, at: Option<&Url>) -> Result<Reply, GithubError> {
        let connection = self.connection()?;
        let token = connection.token().await?;
        let asked = match self.hub.ask(&token, request, (self.begun, at)).await {
            // 401: nothing was done, so that a write may be repeated too.
            Err(GithubError::TokenRefused) => {
                let token = connection.replace(&token).await?;
                self.hub.ask(&token, request, (self.begun, at)).await
            }
            asked => asked,
        };
        match asked {
            Ok(success) => read(request, &success),
            Err(error) => Err(self.lead_to_page(error, token.is_app).await?),
        }
    }

    /// Says where the person mends what only they can.
    async fn lead_to_page(
        &self,
        error: GithubError,
        is_app: bool,
    ) -> Result<GithubError, ConnectError> {
        if matches!(error, GithubError::TokenRefused) {
            let url = self.connection()?.status().await?.connect_url;
            return Err(ConnectError::Needed { url, again: true });
        }
        let GithubError::NotFound(mut missing) = error else {
            return Ok(error);
        };
        if self.hub.public_only || is_app {
            // More than the public is not to be had here, by the operator's choice; and permissions, not
            // scopes, limit a GitHub App.
            missing.scopes.clear();
        }
        if !missing.scopes.is_empty() {
            missing.connect_url = self.connection()?.status().await?.connect_url;
        }
        Ok(GithubError::NotFound(missing))
    }
}

fn read(request: &Request, success: &Success) -> Result<Reply, GithubError> {
    let next = page::next(&success.base, &success.url, &success.link);
    let body = match request.accept {
        Accept::Diff => Value::String(String::from_utf8_lossy(&success.body).into_owned()),
        Accept::Json if success.body.is_empty() => Value::Null,
        Accept::Json => serde_json::from_slice(&success.body).map_err(|_| {
            if request.is_write() {
                GithubError::OutcomeUnknown(request.look)
            } else {
                GithubError::Unreadable
            }
        })?,
    };
    Ok(Reply {
        body,
        sign_on_needed: success.sign_on_needed,
        next,
    })
}
