//! Resource indicators: the URI that names an MCP endpoint (RFC 8707 §2, RFC 9728 §1.2).

use url::Url;

/// A resource's canonical URI: absolute, `https` or `http`, no fragment, no trailing slash unless
/// the path is empty, scheme and host in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Resource(String);

/// The text does not name a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute http(s) URI without fragment and user information")]
pub struct ResourceError;

impl Resource {
    /// Reads a resource tolerantly: host case and one trailing slash do not matter.
    ///
    /// What is *not* checked: whether such a resource exists.
    ///
    /// # Errors
    /// If the text is no absolute `http(s)` URI, carries a fragment or user information, or is
    /// longer than 2,048 bytes.
    pub fn parse(text: &str) -> Result<Self, ResourceError> {
        // RFC 8707 §2: an absolute URI without a fragment.
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.len() > 2_048 || !printable || text.contains(['\\', '#', '@']) {
            return Err(ResourceError);
        }
        let url = Url::parse(text).map_err(|_| ResourceError)?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(ResourceError);
        }
        // The URL parser folds dot segments and odd slashes; a name that needs folding is a
        // look-alike, not a spelling.
        let path = text
            .splitn(4, '/')
            .nth(3)
            .map_or(String::new(), |rest| format!("/{rest}"));
        let folded = url
            .as_str()
            .splitn(4, '/')
            .nth(3)
            .map_or(String::new(), |r| format!("/{r}"));
        if path.trim_end_matches('/') != folded.trim_end_matches('/') || path.ends_with("//") {
            return Err(ResourceError);
        }
        let text = url.as_str();
        Ok(Self(text.strip_suffix('/').unwrap_or(text).to_owned()))
    }

    /// The canonical URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path part, empty for the bare origin.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0
            .splitn(4, '/')
            .nth(3)
            .map_or("", |rest| &self.0[self.0.len() - rest.len() - 1..])
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_resource_are_one() {
        // RFC 8707 §2
        let canonical = Resource::parse("https://h.example/mcp").unwrap();
        for same in [
            "https://h.example/mcp/",
            "HTTPS://H.example/mcp",
            "https://h.example:443/mcp",
        ] {
            assert_eq!(Resource::parse(same).unwrap(), canonical, "{same}");
        }
        assert_eq!(canonical.path(), "/mcp");
        assert_eq!(
            Resource::parse("https://h.example/").unwrap().as_str(),
            "https://h.example"
        );
        assert_eq!(Resource::parse("https://h.example").unwrap().path(), "");
    }

    #[test]
    fn look_alikes_are_refused_or_differ() {
        let canonical = Resource::parse("https://h.example/mcp").unwrap();
        for other in [
            "https://h.example/MCP",
            "https://h.example/mcp/x",
            "https://h.example.evil/mcp",
            "http://h.example/mcp",
            "https://h.example:8443/mcp",
            "https://h.example/mcp?x=1",
            "https://h.example/mc%70",
        ] {
            assert_ne!(Resource::parse(other).as_ref(), Ok(&canonical), "{other}");
        }
        for bad in [
            "",
            "/mcp",
            "h.example/mcp",
            "https://h.example/mcp#x",
            "https://u@h.example/mcp",
            "https://h.example/x/../mcp",
            "https://h.example/./mcp",
            "https://h.example\\mcp",
            "https:/h.example/mcp",
            "https://h.example/mcp//",
            "https://h.example/mcp\0",
            " https://h.example/mcp",
            "urn:mcp",
            "javascript:alert(1)",
        ] {
            assert_eq!(Resource::parse(bad), Err(ResourceError), "{bad:?}");
        }
    }
}
