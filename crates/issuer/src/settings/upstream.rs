//! Upstreams: where people have accounts that they sign in with, or that apps act with.

use oauth::scope::ScopeSet;
use oauth::secret::Secret;

/// One upstream.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// In paths and tables: `github`.
    pub name: String,
    /// For people: `GitHub`.
    pub title: String,
    pub client_id: String,
    /// Whether people sign in with it, besides connecting it.
    pub signs_in: bool,
    /// Whether its word that somebody owns an e-mail address lets them into the account with that
    /// address.
    pub trusts_email: bool,
    /// What signing in asks for there.
    pub base_scopes: Vec<String>,
    pub kind: UpstreamKind,
}

/// Which protocol an upstream speaks, and what that needs.
#[derive(Clone, Debug)]
pub enum UpstreamKind {
    Github(GithubSettings),
    Oidc(OidcSettings),
    Privy(PrivySettings),
}

/// GitHub: github.com, ghe.com, or a server of one's own.
#[derive(Clone, Debug)]
pub struct GithubSettings {
    pub kind: GithubKind,
    pub client_secret: Secret<String>,
    /// Where people authorize: `https://github.com`, without a slash at the end.
    pub oauth_base: String,
    /// Where its API is: `https://api.github.com`, without a slash at the end.
    pub api_base: String,
    /// The version of its API to ask for; `None` leaves that to the host's age.
    pub api_version: Option<String>,
    /// Where it sends browsers back to: `/auth/github/callback`, or an alias of it.
    pub callback_path: String,
    /// Signs its webhooks.
    pub webhook_secret: Option<Secret<String>>,
    /// One of our scopes, and what it needs there.
    pub scopes: Vec<(String, String)>,
}

/// What limits the tokens of GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GithubKind {
    /// Scopes.
    OauthApp,
    /// A GitHub App's permissions.
    App,
}

/// A provider of OpenID Connect: people sign in with it, and nothing it gives out is kept.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// As the provider itself writes it, to the last slash. `{tenantid}` in it stands for the tenant of
    /// whoever signs in.
    pub issuer: String,
    /// Where its metadata is.
    pub discovery_url: String,
    pub auth: OidcAuth,
    pub identified_by: IdentifiedBy,
    /// Whether an address counts as verified there of which the provider does not say so.
    pub assumes_email_verified: bool,
    /// Whether it comes back by POST.
    pub form_post: bool,
}

/// How we prove to a provider who we are.
#[derive(Clone, Debug)]
pub enum OidcAuth {
    None,
    Basic(Secret<String>),
    Post(Secret<String>),
    /// RFC 7523: an assertion that this key signs, in PEM.
    PrivateKeyJwt {
        key: Secret<String>,
        key_id: Option<String>,
    },
    /// A client secret that this key signs, as Apple wants it.
    Apple {
        key: Secret<String>,
        key_id: String,
        team_id: String,
    },
}

/// What of an ID token names an account for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifiedBy {
    Subject,
    /// Entra: `sub` differs for each application there, these do not.
    TenantAndObject,
}

/// Privy: a page of ours speaks with it in the browser, and brings its word here.
#[derive(Clone, Debug)]
pub struct PrivySettings {
    /// Where the page asks: `https://auth.privy.io`, without a slash at the end.
    pub base_url: String,
    pub keys: PrivyKeys,
    pub token_endpoint_auth: TokenEndpointAuth,
}

/// What Privy's tokens are verified with.
#[derive(Clone, Debug)]
pub enum PrivyKeys {
    /// One key on P-256, in PEM.
    Pem(String),
    /// Where its key set is.
    Url(String),
}

/// Who is handed the Privy token that stands behind an access token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEndpointAuth {
    /// The resource server that the access token is for, once it has proved itself.
    ResourceServer,
    /// Whoever holds the access token.
    Bearer,
}

impl UpstreamSettings {
    /// Where its accounts are, as people and tables know it: `github.com`.
    #[must_use]
    pub fn host(&self) -> &str {
        let url = match &self.kind {
            UpstreamKind::Github(github) => github.oauth_base.as_str(),
            UpstreamKind::Oidc(oidc) => oidc.issuer.as_str(),
            // As its tokens name it, wherever it is asked.
            UpstreamKind::Privy(_) => "privy.io",
        };
        url.split_once("://").map_or(url, |(_, host)| host)
    }

    /// What is GitHub's own, for the only upstream whose tokens are kept for apps.
    #[must_use]
    pub const fn github(&self) -> Option<&GithubSettings> {
        match &self.kind {
            UpstreamKind::Github(github) => Some(github),
            UpstreamKind::Oidc(_) | UpstreamKind::Privy(_) => None,
        }
    }

    /// What is Privy's own.
    #[must_use]
    pub const fn privy(&self) -> Option<&PrivySettings> {
        match &self.kind {
            UpstreamKind::Privy(privy) => Some(privy),
            UpstreamKind::Github(_) | UpstreamKind::Oidc(_) => None,
        }
    }

    /// Where it sends browsers back to.
    #[must_use]
    pub fn callback_path(&self) -> String {
        match &self.kind {
            UpstreamKind::Github(github) => github.callback_path.clone(),
            UpstreamKind::Oidc(_) | UpstreamKind::Privy(_) => {
                format!("/auth/{}/callback", self.name)
            }
        }
    }

    /// What our scopes need there, besides the base. Nothing where scopes say nothing.
    #[must_use]
    pub fn scopes_for(&self, ours: &ScopeSet) -> Vec<String> {
        let scopes = match self.github() {
            Some(github) if github.kind == GithubKind::App => return Vec::new(),
            Some(github) => github.scopes.as_slice(),
            None => &[],
        };
        let mut all = self.base_scopes.clone();
        let needed = scopes.iter().filter(|(own, _)| ours.contains(own));
        for (_, theirs) in needed {
            if !all.contains(theirs) {
                all.push(theirs.clone());
            }
        }
        all
    }

    /// Whether what was granted there has all that is needed. Some scopes hold others.
    #[must_use]
    pub fn suffices(&self, granted: &str, needed: &[String]) -> bool {
        let holds = |scope: &str| granted.split(' ').any(|own| own == scope);
        needed.iter().all(|scope| {
            holds(scope)
                || match scope.as_str() {
                    "public_repo" => holds("repo"),
                    "read:user" | "user:email" => holds("user"),
                    // It asks for tokens that expire, and stands in no token.
                    "offline_access" => true,
                    _ => false,
                }
        })
    }
}
