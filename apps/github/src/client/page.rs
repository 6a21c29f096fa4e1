//! Which page comes after this one: the `Link` header (RFC 8288 §3).

use reqwest::Url;

use super::base::Base;

/// The address of the next page, if the header names one on our own API. A foreign one is as good as none.
pub(crate) fn next(base: &Base, from: &Url, link: &str) -> Option<Url> {
    let target = links(link).find_map(|(target, rel)| {
        let mut names = rel.split_ascii_whitespace();
        names
            .any(|name| name.eq_ignore_ascii_case("next"))
            .then_some(target)
    })?;
    base.follow(from, target)
}

/// The number of the page at this address, as `page` says, else the one after `current`.
pub(crate) fn number(next: &Url, current: u32) -> u32 {
    let page = next.query_pairs().find(|(name, _)| name == "page");
    page.and_then(|(_, value)| value.parse().ok())
        .unwrap_or(current.saturating_add(1))
}

/// Targets and relations. What is malformed ends the list.
fn links(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        // Targets hold commas, but a parameter of GitHub's does not hold "<".
        let (parameters, _) = after.split_once('<').unwrap_or((after, ""));
        rest = after.get(parameters.len()..)?;
        let rel = parameters.split([';', ',']).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("rel")
                .then(|| value.trim().trim_matches('"'))
        });
        Some((target, rel.unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(link: &str) -> Option<String> {
        let base = Base::parse("https://api.github.com")?;
        let from = base.at("/repos/a/b/issues", &[])?;
        next(&base, &from, link).map(|url| url.as_str().replace("https://api.github.com", ""))
    }

    // RFC 8288 §3: several links in one header, with parameters in any order and case.
    #[test]
    fn the_next_link_is_found_among_others() {
        for (link, expected) in [
            (
                "<https://api.github.com/repositories/1/issues?page=1>; rel=\"prev\", \
                 <https://api.github.com/repositories/1/issues?labels=a,b&page=3>; rel=\"next\"",
                "/repositories/1/issues?labels=a,b&page=3",
            ),
            ("<https://api.github.com/x?page=2>; REL=Next", "/x?page=2"),
            (
                "<https://api.github.com/x>; title=\"y\"; rel=\"last next\"",
                "/x",
            ),
            ("</x?page=2>;rel=next", "/x?page=2"),
        ] {
            assert_eq!(next_of(link).as_deref(), Some(expected), "{link}");
        }
    }

    #[test]
    fn no_link_to_elsewhere_or_nowhere_is_followed() {
        for link in [
            "",
            "<",
            "<https://api.github.com/x",
            "https://api.github.com/x; rel=\"next\"",
            "<https://api.github.com/x>; rel=\"last\"",
            "<https://api.github.com/x>; rel=\"nextish\"",
            "<https://evil.example/x>; rel=\"next\"",
            "<http://api.github.com/x>; rel=\"next\"",
            "<https://api.github.com@evil.example/x>; rel=\"next\"",
            "<not a url:>; title=\"next\"",
        ] {
            assert_eq!(next_of(link), None, "{link}");
        }
    }

    #[test]
    fn the_number_is_read_or_counted() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        assert_eq!(number(&url("https://a/x?per_page=5&page=7"), 1), 7);
        assert_eq!(number(&url("https://a/x?after=abc"), 1), 2);
        assert_eq!(number(&url("https://a/x?page=-1"), 3), 4);
    }
}
