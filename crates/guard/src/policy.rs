//! What a tool demands of its caller, and how that is told to clients.

use oauth::scope::ScopeSet;
use serde_json::{Value, json};

/// What a tool demands. One value decides the call, writes `securitySchemes` and stands in the
/// tool's snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolPolicy {
    /// Anyone may call it; who calls is not told to the tool.
    Public,
    /// Anyone may call it; a caller who holds these scopes gets more.
    Optional(ScopeSet),
    /// Only a caller with a valid token that holds these scopes. An empty set means any valid token.
    Required(ScopeSet),
}

impl ToolPolicy {
    /// The scopes that the policy names.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        match self {
            Self::Public => ScopeSet::default(),
            Self::Optional(scopes) | Self::Required(scopes) => scopes.clone(),
        }
    }

    /// The value of `securitySchemes`: `noauth`, `oauth2`, or both where signing in is a choice.
    #[must_use]
    pub fn security_schemes(&self) -> Value {
        let no_auth = json!({ "type": "noauth" });
        let oauth2 = |scopes: &ScopeSet| {
            let scopes: Vec<_> = scopes.iter().map(oauth::scope::Scope::as_str).collect();
            json!({ "type": "oauth2", "scopes": scopes })
        };
        match self {
            Self::Public => json!([no_auth]),
            Self::Optional(scopes) => json!([no_auth, oauth2(scopes)]),
            Self::Required(scopes) => json!([oauth2(scopes)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_say_what_the_policy_does() {
        let scopes: ScopeSet = "b a".parse().unwrap();
        let oauth2 = json!({ "type": "oauth2", "scopes": ["a", "b"] });
        let no_auth = json!({ "type": "noauth" });
        assert_eq!(ToolPolicy::Public.security_schemes(), json!([no_auth]));
        assert_eq!(
            ToolPolicy::Optional(scopes.clone()).security_schemes(),
            json!([no_auth, oauth2])
        );
        assert_eq!(
            ToolPolicy::Required(scopes).security_schemes(),
            json!([oauth2])
        );
    }
}
