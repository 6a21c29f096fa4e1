//! The one host that a token may be sent to, and the addresses on it.

use reqwest::Url;

/// An API's root, such as `https://api.github.com` or `https://ghe.example/api/v3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    root: Url,
}

impl Base {
    /// Takes the operator's word for the host; that it is the right one is not checked here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut root = Url::parse(text.trim_end_matches('/')).ok()?;
        root.set_query(None);
        root.set_fragment(None);
        root.has_host().then_some(Self { root })
    }

    pub(crate) fn host(&self) -> &str {
        self.root.host_str().unwrap_or_default()
    }

    /// The address of a path that [`encode`] made, with a query.
    pub(crate) fn at(&self, path: &str, query: &[(&'static str, String)]) -> Option<Url> {
        let root = self.root.as_str().trim_end_matches('/');
        let mut url = Url::parse(&format!("{root}{path}")).ok()?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.own(&url).then_some(url)
    }

    /// Where a `Link` or `Location` seen at `from` leads, if it leads to this very API.
    pub(crate) fn follow(&self, from: &Url, target: &str) -> Option<Url> {
        let mut url = from.join(target).ok().filter(|_| !target.is_empty())?;
        url.set_fragment(None);
        (url.username().is_empty() && url.password().is_none() && self.own(&url)).then_some(url)
    }

    fn own(&self, url: &Url) -> bool {
        let prefix = self.root.path().trim_end_matches('/');
        let below = url.path().strip_prefix(prefix);
        url.origin() == self.root.origin() && below.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// A path of these segments, each percent-encoded with its slashes. `None` for a segment that would change
/// which resource is meant: nothing, or dots.
pub(crate) fn encode(segments: &[&str]) -> Option<String> {
    let mut path = String::new();
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return None;
        }
        path.push('/');
        for byte in segment.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                path.push(char::from(byte));
            } else {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Base {
        Base::parse(text).expect("a base")
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let path = encode(&["repos", "a/b", "c?d#e%2F", "é"]);
        assert_eq!(path.as_deref(), Some("/repos/a%2Fb/c%3Fd%23e%252F/%C3%A9"));
        for bad in ["", ".", ".."] {
            assert_eq!(encode(&["repos", bad, "x"]), None, "{bad:?}");
        }
        let url = base("https://api.github.com").at("/repos/%2E%2E/x", &[]);
        assert_eq!(url.expect("own").path(), "/x", "why encode refuses dots");
    }

    #[test]
    fn a_base_with_a_path_keeps_it() {
        let url = base("https://ghe.example/api/v3/").at("/user", &[("a", "b c".into())]);
        assert_eq!(
            url.expect("own").as_str(),
            "https://ghe.example/api/v3/user?a=b+c"
        );
    }

    #[test]
    fn only_the_same_api_is_followed() {
        let base = base("https://ghe.example/api/v3");
        let from = base.at("/repos/a/b", &[]).expect("own");
        for good in [
            "https://ghe.example/api/v3/repositories/1?page=2",
            "https://ghe.example:443/api/v3/x",
            "/api/v3/repositories/1",
            "c",
        ] {
            assert!(base.follow(&from, good).is_some(), "{good}");
        }
        for bad in [
            "",
            "https://evil.example/api/v3/x",
            "http://ghe.example/api/v3/x",
            "https://ghe.example:444/api/v3/x",
            "https://ghe.example/login",
            "https://ghe.example/api/v33/x",
            "https://ghe.example/api/v3/../../login",
            "https://u:p@ghe.example/api/v3/x",
            "https://ghe.example@evil.example/api/v3/x",
            "//evil.example/api/v3/x",
            "data:text/plain,x",
        ] {
            assert_eq!(base.follow(&from, bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_no_host_is_no_base() {
        for bad in ["", "api.github.com", "data:x", "/api"] {
            assert_eq!(Base::parse(bad), None, "{bad}");
        }
    }
}
