//! Scopes and sets of them (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::str::FromStr;

/// One scope: printable ASCII without space, `"` and `\`, at most 128 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Box<str>);

/// The text is not a scope, or the set is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid scope")]
pub struct ScopeError;

impl Scope {
    /// The scope's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        // RFC 6749 §3.3: a scope token is %x21 / %x23-5B / %x5D-7E.
        let legal = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(legal) {
            return Err(ScopeError);
        }
        Ok(Self(text.into()))
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of scopes, kept in order so that equal sets print alike. At most 64 when parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    const COUNT_MAX: usize = 64;

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether the scope of this name is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == name)
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// What is in this but not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }
}

impl FromStr for ScopeSet {
    type Err = ScopeError;

    /// Reads a space-separated list; surplus spaces are tolerated, repeats are folded.
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let scopes = text
            .split(' ')
            .filter(|part| !part.is_empty())
            .map(Scope::from_str);
        let set: BTreeSet<Scope> = scopes.collect::<Result<_, _>>()?;
        if set.len() > Self::COUNT_MAX {
            return Err(ScopeError);
        }
        Ok(Self(set))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl std::fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl serde::Serialize for ScopeSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ScopeSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_is_folded_and_ordered() {
        assert_eq!(set(" b a  b ").to_string(), "a b");
        assert!(set("").is_empty());
    }

    #[test]
    fn a_scope_is_printable_ascii_without_quote_and_backslash() {
        // RFC 6749 §3.3
        for bad in ["a\"b", "a\\b", "ä", "a\tb", "a\nb", "a\0"] {
            assert_eq!(bad.parse::<ScopeSet>(), Err(ScopeError), "{bad:?}");
        }
        assert!(set("notes:read https://x/y.z~!").contains("https://x/y.z~!"));
    }

    #[test]
    fn a_set_has_a_largest_size() {
        let many: Vec<String> = (0..65).map(|n| format!("s{n}")).collect();
        assert_eq!(many.join(" ").parse::<ScopeSet>(), Err(ScopeError));
    }

    #[test]
    fn sets_combine() {
        assert_eq!(set("a b").union(&set("c")), set("a b c"));
        assert_eq!(set("a b").intersection(&set("b c")), set("b"));
        assert_eq!(set("a b").difference(&set("b")), set("a"));
        assert!(set("a b").contains_all(&set("a")));
        assert!(!set("a").contains_all(&set("a b")));
    }
}
