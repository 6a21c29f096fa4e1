//! The guarded MCP endpoints, and their scopes in words.

use oauth::acr::Acr;
use oauth::jwt::Algorithm;
use oauth::resource::Resource;
use oauth::scope::{Scope, ScopeSet};

/// One guarded MCP endpoint.
#[derive(Clone, Debug)]
pub struct ResourceSettings {
    /// Canonical: what `aud` says.
    pub resource: Resource,
    /// Other URIs that mean the same endpoint.
    pub aliases: Vec<Resource>,
    pub name: String,
    pub default: bool,
    pub algorithm: Algorithm,
    pub scopes: Vec<ScopeSettings>,
    /// What a sign-in must reach for it, where that is more than is demanded of everybody.
    pub acr: Option<Acr>,
    /// What the operator says on the consent page for it.
    pub consent_note: Option<ConsentNote>,
    /// The upstream whose accounts its tools act with, by name.
    pub upstream: Option<String>,
}

impl ResourceSettings {
    /// All scopes of the resource.
    #[must_use]
    pub fn scope_set(&self) -> ScopeSet {
        self.scopes.iter().map(|scope| scope.name.clone()).collect()
    }

    /// The useful base set: what a request without scope gets offered.
    #[must_use]
    pub fn base_scopes(&self) -> ScopeSet {
        let base = self.scopes.iter().filter(|scope| scope.base);
        base.map(|scope| scope.name.clone()).collect()
    }
}

/// A note on the consent page, such as an offer to upgrade.
#[derive(Clone, Debug)]
pub struct ConsentNote {
    pub text: String,
    pub url: Option<String>,
}

/// A scope in words.
#[derive(Clone, Debug)]
pub struct ScopeSettings {
    pub name: Scope,
    pub title: String,
    pub description: String,
    pub base: bool,
    /// Whether it allows changes: such scopes are set apart on the consent page.
    pub writes: bool,
}
