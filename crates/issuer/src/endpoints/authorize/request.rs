//! Reading an authorization request (RFC 6749 §4.1.1, RFC 8707 §2): first who asks and where the
//! answer goes, then everything else.

use std::sync::Arc;

use oauth::acr::Acr;
use oauth::authorize::AuthorizeRequest;
use oauth::client::ClientId;
use oauth::params::Params;
use oauth::redirect::ValidatedRedirect;
use oauth::resource::Resource;
use oauth::scope::{Scope, ScopeSet};

use crate::Issuer;
use crate::clients::Client;
use crate::clients::resolve::resolve;
use crate::login::level;
use crate::login::session::SignedIn;
use crate::settings::ResourceSettings;

use super::error::{Declined, RequestError};

/// Scopes that say who the person is, or keep the connection: every resource knows them.
pub(super) const IDENTITY: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A request by a known client with a redirect URI of its own: it can be answered.
pub(super) struct Addressed {
    pub(super) client: Arc<Client>,
    pub(super) redirect: ValidatedRedirect,
    pub(super) state: Option<String>,
    params: Params,
}

/// A request with nothing wrong.
pub(super) struct Checked<'a> {
    pub(super) request: AuthorizeRequest,
    pub(super) resource: &'a ResourceSettings,
    /// What is asked for and exists.
    pub(super) scope: ScopeSet,
}

impl Addressed {
    pub(super) async fn load(issuer: &Issuer, query: &str) -> Result<Self, RequestError> {
        let params = Params::parse_form(query.as_bytes())?;
        let id = ClientId::parse(params.get("client_id").unwrap_or_default());
        let id = id.map_err(|_| RequestError::ClientIdMissing)?;
        let client = resolve(issuer, &id).await?;
        let requested = params.get("redirect_uri");
        let redirect = ValidatedRedirect::matching(requested, &client.redirect_uris);
        // RFC 6749 §4.1.2.1: without a good redirect URI nothing is redirected.
        let redirect = redirect.ok_or(match requested {
            Some(_) => RequestError::RedirectUnknown,
            None => RequestError::RedirectMissing,
        })?;
        Ok(Self {
            state: params.get("state").map(str::to_owned),
            client,
            redirect,
            params,
        })
    }

    pub(super) fn check<'a>(&self, issuer: &'a Issuer) -> Result<Checked<'a>, Declined> {
        let request = AuthorizeRequest::parse(&self.params, self.redirect.clone())?;
        let resource = find_resource(issuer, &request.resources)?;
        let hint = self.client.scope_hint.as_ref();
        let scope = find_scope(resource, request.scope.as_ref(), hint)?;
        Ok(Checked {
            request,
            resource,
            scope,
        })
    }
}

impl Checked<'_> {
    /// The level that the person must reach first: what is demanded for the resource, or else what the
    /// client wishes.
    pub(super) fn missing_acr(&self, issuer: &Issuer, signed_in: &SignedIn) -> Option<Acr> {
        let demanded = issuer.settings.demanded_acr(self.resource);
        let methods = signed_in.methods;
        level::missing(demanded, methods).or_else(|| {
            // OpenID Connect Core §3.1.2.1: any of the values will do, and the first is liked best.
            let mut wished = self.request.acr_values.iter();
            let first = wished.clone().next()?;
            let reached = wished.any(|acr| level::missing(Some(*acr), methods).is_none());
            (!reached).then_some(*first)
        })
    }
}

fn find_resource<'a>(
    issuer: &'a Issuer,
    asked: &[Resource],
) -> Result<&'a ResourceSettings, Declined> {
    let settings = &issuer.settings;
    let mut found = asked.iter().map(|asked| settings.resource(asked));
    // RFC 8707 §2: without a resource the server may choose one.
    let first = found.next().unwrap_or(settings.default_resource());
    let first = first.ok_or(Declined::RESOURCE_UNKNOWN)?;
    for other in found {
        let other = other.ok_or(Declined::RESOURCE_UNKNOWN)?;
        if other.resource != first.resource {
            return Err(Declined::RESOURCES_SEVERAL);
        }
    }
    Ok(first)
}

fn find_scope(
    resource: &ResourceSettings,
    asked: Option<&ScopeSet>,
    hint: Option<&ScopeSet>,
) -> Result<ScopeSet, Declined> {
    let own = resource.scope_set();
    let known = own.union(&identity_scopes());
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        // RFC 6749 §3.3: the scope may be given in part; the token response says which.
        let found = asked.intersection(&known);
        return match found.is_empty() {
            true => Err(Declined::SCOPE_UNKNOWN),
            false => Ok(found),
        };
    }
    let hint = hint.map(|hint| hint.intersection(&known));
    let hint = hint.unwrap_or_default();
    Ok(match hint.intersection(&own).is_empty() {
        true => hint.union(&resource.base_scopes()),
        false => hint,
    })
}

pub(super) fn identity_scopes() -> ScopeSet {
    let names = IDENTITY
        .iter()
        .filter_map(|name| name.parse::<Scope>().ok());
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ScopeSettings;
    use oauth::jwt::Algorithm;

    fn notes() -> ResourceSettings {
        let scope = |name: &str, base| ScopeSettings {
            name: name.parse().unwrap(),
            title: String::new(),
            description: String::new(),
            base,
            writes: false,
        };
        ResourceSettings {
            resource: Resource::parse("https://h.example/mcp").unwrap(),
            aliases: Vec::new(),
            name: "Notes".into(),
            default: true,
            algorithm: Algorithm::EdDsa,
            scopes: vec![scope("read", true), scope("write", false)],
            acr: None,
            consent_note: None,
            upstream: None,
        }
    }

    #[test]
    fn scopes_are_found_generously_and_never_invented() {
        // RFC 6749 §3.3
        for (asked, hint, found) in [
            (None, None, Some("read")),
            (Some(""), None, Some("read")),
            (None, Some("write openid"), Some("openid write")),
            (None, Some("offline_access"), Some("offline_access read")),
            (None, Some("foreign"), Some("read")),
            (Some("write"), Some("read"), Some("write")),
            (Some("read foreign"), None, Some("read")),
            (Some("openid email"), None, Some("email openid")),
            (Some("foreign"), None, None),
            (Some("READ"), Some("read"), None),
        ] {
            let set = |text: &str| text.parse::<ScopeSet>().unwrap();
            let (asked, hint) = (asked.map(set), hint.map(set));
            let scope = find_scope(&notes(), asked.as_ref(), hint.as_ref());
            assert_eq!(scope.ok(), found.map(set), "{asked:?} {hint:?}");
        }
    }
}
