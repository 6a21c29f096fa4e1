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
    pub kind: UpstreamKind,
    pub client_id: String,
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
    /// Whether people sign in with it, besides connecting it.
    pub signs_in: bool,
    /// What signing in asks for there.
    pub base_scopes: Vec<String>,
    /// One of our scopes, and what it needs there.
    pub scopes: Vec<(String, String)>,
}

/// Which protocol and which rules an upstream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamKind {
    /// An OAuth app: scopes say what its tokens may do.
    GithubOauthApp,
    /// A GitHub App: its permissions do.
    GithubApp,
}

impl UpstreamSettings {
    /// The host that people know: `github.com`.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.oauth_base.split_once("://");
        rest.map_or(self.oauth_base.as_str(), |(_, host)| host)
    }

    /// What our scopes need there, besides the base. Nothing where scopes say nothing.
    #[must_use]
    pub fn scopes_for(&self, ours: &ScopeSet) -> Vec<String> {
        if self.kind == UpstreamKind::GithubApp {
            return Vec::new();
        }
        let mut all = self.base_scopes.clone();
        let needed = self.scopes.iter().filter(|(own, _)| ours.contains(own));
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
