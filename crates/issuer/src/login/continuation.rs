//! Where a person goes after signing in: back to the authorization request, or to the account.

use std::sync::Arc;

use oauth::client::ClientId;
use oauth::params::Params;
use oauth::redirect::ValidatedRedirect;
use oauth::resource::Resource;

use super::throttle::{self, ThrottleError};
use super::upstream::Known;
use crate::Issuer;
use crate::audit::Source;
use crate::clients::Client;
use crate::clients::resolve::resolve;
use crate::pages::{FormAction, clean};
use crate::settings::ResourceSettings;

/// The authorization endpoint and its aliases.
pub(crate) const AUTHORIZE_PATHS: [&str; 3] =
    ["/oauth/authorize", "/oauth2/authorize", "/authorize"];
/// Where a decision is sent to.
pub(crate) const CONSENT_PATH: &str = "/oauth/authorize/consent";
/// Where an authorization goes on that was allowed and waited for something else.
pub(crate) const FINISH_PATH: &str = "/oauth/authorize/finish";
/// Where the person looks after their account.
pub(crate) const ACCOUNT: &str = "/account";

/// A checked `continue`.
#[derive(Clone, Default)]
pub(crate) struct Continuation {
    path: Option<String>,
    asker: Option<Asker>,
    login_hint: Option<String>,
}

#[derive(Clone)]
struct Asker {
    client: Arc<Client>,
    redirect: ValidatedRedirect,
}

impl Continuation {
    /// Reads `continue`. Whatever is not an authorization request of ours counts as absent.
    pub(crate) async fn load(issuer: &Issuer, source: &Source, text: Option<&str>) -> Self {
        let Some((path, query)) = text.and_then(own) else {
            return Self::default();
        };
        let params = Params::parse_form(query.as_bytes()).unwrap_or_default();
        let hint = params.get("login_hint").filter(|hint| hint.len() <= 254);
        Self {
            path: Some(path.to_owned()),
            asker: match is_account_page(path.split('?').next().unwrap_or_default()) {
                true => None,
                false => asker(issuer, source, &params).await,
            },
            login_hint: hint.map(str::to_owned),
        }
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Where to go: the account if nothing else was asked for.
    pub(crate) fn target(&self) -> &str {
        self.path().unwrap_or(ACCOUNT)
    }

    /// The name of the client that asks, as claimed.
    pub(crate) fn asker(&self) -> Option<String> {
        let name = clean(&self.asker.as_ref()?.client.name);
        Some(name).filter(|name| !name.is_empty())
    }

    /// The resource that an authorization is asked for.
    pub(crate) fn resource<'a>(&self, issuer: &'a Issuer) -> Option<&'a ResourceSettings> {
        let (path, query) = self.path()?.split_once('?')?;
        let query = query.as_bytes();
        let params = AUTHORIZE_PATHS
            .contains(&path)
            .then(|| Params::parse_form(query))?;
        match params.ok()?.get("resource") {
            Some(asked) => issuer.settings.resource(&Resource::parse(asked).ok()?),
            None => issuer.settings.default_resource(),
        }
    }

    pub(crate) fn login_hint(&self) -> &str {
        self.login_hint.as_deref().unwrap_or_default()
    }

    /// The address of one of our pages that keeps this continuation.
    pub(crate) fn link(&self, page: &str) -> String {
        match self.path() {
            Some(path) => sign_in_path(page, path),
            None => page.to_owned(),
        }
    }

    /// As [`Continuation::link`], with a parameter more.
    pub(crate) fn link_with(&self, page: &str, name: &str, value: &str) -> String {
        let link = self.link(page);
        let separator = if link.contains('?') { '&' } else { '?' };
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("{link}{separator}{name}={value}")
    }

    /// Where a page's form may lead: to the upstreams it offers, and at once to the client, if that was
    /// allowed before.
    pub(crate) fn form_action<'a>(
        &self,
        upstreams: impl IntoIterator<Item = &'a Known>,
    ) -> FormAction {
        let upstreams = upstreams
            .into_iter()
            .filter_map(|known| Some(known.form_action()?.to_owned()));
        let client = self
            .asker
            .iter()
            .map(|asker| asker.redirect.form_action_source());
        let sources: Vec<_> = upstreams.chain(client).collect();
        FormAction(sources.join(" "))
    }
}

/// `page` with `path` to continue at.
pub(crate) fn sign_in_path(page: &str, path: &str) -> String {
    let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("{page}?continue={path}")
}

/// A path of ours with its query, if it leads to the authorization endpoint, to a page to connect, or
/// to the account.
fn own(text: &str) -> Option<(&str, &str)> {
    let Some((path, query)) = text.split_once('?') else {
        let short = text.len() <= Params::BYTES_MAX;
        return (is_account_page(text) && short).then_some((text, ""));
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let connect = path.strip_prefix("/connect/");
    let connect = connect.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()));
    let ours =
        connect || is_account_page(path) || path == FINISH_PATH || AUTHORIZE_PATHS.contains(&path);
    (ours && plain && text.len() <= Params::BYTES_MAX).then_some((text, query))
}

/// The account, or a page below it.
fn is_account_page(path: &str) -> bool {
    let rest = path.strip_prefix(ACCOUNT);
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'/');
    rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with('/')) && rest.bytes().all(plain))
}

async fn asker(issuer: &Issuer, source: &Source, params: &Params) -> Option<Asker> {
    let id = ClientId::parse(params.get("client_id")?).ok()?;
    // Naming an address makes us fetch it, here as at the authorization endpoint.
    if id.is_url() {
        count_request(issuer, source).await.ok()?;
    }
    let client = resolve(issuer, &id).await.ok()?;
    let redirect = ValidatedRedirect::matching(params.get("redirect_uri"), &client.redirect_uris)?;
    Some(Asker { client, redirect })
}

/// Counts an authorization request of a source, or what costs us as much.
pub(crate) async fn count_request(issuer: &Issuer, source: &Source) -> Result<(), ThrottleError> {
    let limit = issuer.settings.limits.authorize_requests_per_source;
    let name = throttle::source_name("authorize", source);
    throttle::count(issuer, &name, limit).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_continued_to() {
        for good in [
            "/oauth/authorize?client_id=a&state=%2F%2Fevil.example",
            "/authorize?",
            "/account",
            "/account/security/passkeys",
            "/account/activity?before=1",
        ] {
            assert!(own(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "/",
            "/accounts",
            "/account/../logout",
            "/account/%2e%2e/logout",
            "/account\\evil.example",
            "/oauth/authorize",
            "//evil.example/oauth/authorize?",
            "https://evil.example/oauth/authorize?",
            "/\\evil.example?",
            "/oauth/authorize/../../evil?",
            "/oauth/authorize?a\r\nset-cookie: x",
            "/oauth/authorize?a b",
            "javascript:alert(1)?",
            " /oauth/authorize?",
        ] {
            assert!(own(bad).is_none(), "{bad:?}");
        }
    }
}
