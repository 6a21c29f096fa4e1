//! How well a person signed in, as requests and tokens say it: `acr` (OpenID Connect Core §2), with values
//! of OpenID's EAP ACR Values.

/// A way of signing in that clients can ask for by name. A later one is as good as all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acr {
    /// More than one factor.
    MultiFactor,
    /// A key that only signs for the right site, with the person's own consent to it.
    PhishingResistant,
}

impl Acr {
    /// All, the weakest first.
    pub const ALL: [Self; 2] = [Self::MultiFactor, Self::PhishingResistant];

    /// The name on the wire: a policy of OpenID's PAPE, and the value of EAP ACR Values that took
    /// over from it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MultiFactor => "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
            Self::PhishingResistant => "phr",
        }
    }

    /// All that are as good as this one, itself first.
    pub fn and_better(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |acr| *acr >= self)
    }

    /// The one of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|acr| acr.as_str() == name)
    }
}

impl serde::Serialize for Acr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_exactly_and_ordered_by_strength() {
        for acr in Acr::ALL {
            assert_eq!(Acr::find(acr.as_str()), Some(acr));
        }
        for unknown in ["", "PHR", "phrh", "phr ", "1"] {
            assert_eq!(Acr::find(unknown), None, "{unknown:?}");
        }
        assert!(Acr::MultiFactor < Acr::PhishingResistant);
        let [multi_factor, phr] = Acr::ALL;
        assert!(multi_factor.and_better().eq([multi_factor, phr]));
        assert!(phr.and_better().eq([phr]));
    }
}
