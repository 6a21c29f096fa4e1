//! Queries for GitHub's search of issues and pull requests: what a model wrote, kept inside what it asked about.

use crate::client::{GithubError, Request};
use crate::words::words;

words! {
    Order { Created = "created", Updated = "updated", Comments = "comments", Reactions = "reactions" }
}

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Issues,
    PullRequests,
}

impl Subject {
    const fn qualifier(self) -> &'static str {
        match self {
            Self::Issues => "is:issue",
            Self::PullRequests => "is:pr",
        }
    }
}

/// Where to search.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    pub(crate) owner: Option<&'a str>,
    pub(crate) repo: Option<&'a str>,
    pub(crate) public_only: bool,
}

/// A query, and whether it needs GitHub's advanced search.
#[derive(Debug, PartialEq, Eq)]
struct Query {
    text: String,
    advanced: bool,
}

/// The request of a search, but for order and page.
pub(crate) fn request(
    subject: Subject,
    wanted: &str,
    place: Place<'_>,
) -> Result<Request, GithubError> {
    if place.owner.is_none() && place.repo.is_some() {
        let text = "A repo is given without its owner.";
        return Err(GithubError::Arguments(text.to_owned()));
    }
    if !is_balanced(wanted) {
        let text = "The query has a quote or parenthesis too many.";
        return Err(GithubError::Arguments(text.to_owned()));
    }
    let query = query(subject, wanted, place);
    Ok(Request::get(&["search", "issues"])?
        .query("q", query.text)
        .query("advanced_search", query.advanced.then(|| "true".to_owned())))
}

/// Puts a query together. What says `is:issue` or `is:pr` is replaced by what the tool is for, and several
/// repositories, which GitHub would all demand at once, become alternatives. A query with parentheses or
/// operators of its own is taken as one term and not looked into.
fn query(subject: Subject, wanted: &str, place: Place<'_>) -> Query {
    let terms = terms(wanted);
    let is_operator = |term: &&str| matches!(*term, "OR" | "AND" | "NOT");
    let logical = terms.iter().any(|term| is_operator(term) || is_group(term));
    let mut repositories = Vec::new();
    repositories.extend(place_qualifier(place));
    let mut text = String::new();
    if logical {
        text = format!("({wanted})");
    } else {
        for term in terms {
            let lower = term.to_ascii_lowercase();
            let is_place = ["repo:", "user:", "org:"]
                .iter()
                .any(|start| lower.starts_with(start));
            if is_place && place.owner.is_some() {
                // The place that is given is the only one.
            } else if lower.starts_with("repo:") {
                repositories.push(term.to_owned());
            } else if !SUBJECTS.contains(&lower.as_str()) {
                text.push_str(if text.is_empty() { "" } else { " " });
                text.push_str(term);
            }
        }
    }
    repositories.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    let alternatives = repositories.len() > 1;
    let repositories = match alternatives {
        true => format!("({})", repositories.join(" OR ")),
        false => repositories.concat(),
    };
    let public = if place.public_only { "is:public" } else { "" };
    let parts = [&text, subject.qualifier(), &repositories, public];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    Query {
        text: parts.collect::<Vec<_>>().join(" "),
        advanced: logical || alternatives,
    }
}

const SUBJECTS: &[&str] = &[
    "is:issue",
    "is:pr",
    "is:pull-request",
    "type:issue",
    "type:pr",
];

fn place_qualifier(place: Place<'_>) -> Option<String> {
    // What is not a name must not become a part of the query's grammar.
    let quoted = |name: &str| {
        let odd = |c: char| c.is_whitespace() || "\"()".contains(c);
        if name.contains(odd) {
            format!("\"{}\"", name.replace('"', ""))
        } else {
            name.to_owned()
        }
    };
    match (place.owner, place.repo) {
        (Some(owner), Some(repo)) => Some(format!("repo:{}", quoted(&format!("{owner}/{repo}")))),
        (Some(owner), None) => Some(format!("user:{}", quoted(owner))),
        (None, _) => None,
    }
}

fn is_group(term: &str) -> bool {
    !term.contains('"') && term.contains(['(', ')'])
}

/// Whether all quotes and parentheses are closed, so that what is put after them stands outside.
fn is_balanced(text: &str) -> bool {
    let (mut quoted, mut depth) = (false, 0_i32);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    !quoted && depth == 0
}

/// Splits at spaces outside of quotes.
fn terms(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let terms = text.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    terms.filter(|term| !term.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(wanted: &str, owner: Option<&str>, repo: Option<&str>) -> (String, bool) {
        let place = Place {
            owner,
            repo,
            public_only: false,
        };
        let query = query(Subject::Issues, wanted, place);
        (query.text, query.advanced)
    }

    #[test]
    fn what_is_searched_for_and_where_is_always_said() {
        for (wanted, owner, repo, expected) in [
            ("crash", None, None, "crash is:issue"),
            ("", Some("a"), Some("b"), "is:issue repo:a/b"),
            ("crash", Some("a"), None, "crash is:issue user:a"),
            (
                "crash is:pr state:open",
                None,
                None,
                "crash state:open is:issue",
            ),
            ("type:PR x", None, None, "x is:issue"),
            ("x repo:a/b", None, None, "x is:issue repo:a/b"),
            ("x REPO:A/B", Some("a"), Some("b"), "x is:issue repo:a/b"),
            (
                "label:\"is:pr repo:x/y\" x",
                None,
                None,
                "label:\"is:pr repo:x/y\" x is:issue",
            ),
            ("x -repo:a/b", None, None, "x -repo:a/b is:issue"),
        ] {
            assert_eq!(
                issues(wanted, owner, repo),
                (expected.into(), false),
                "{wanted}"
            );
        }
    }

    #[test]
    fn several_repositories_are_alternatives() {
        let (text, advanced) = issues("x repo:a/b y repo:c/d", None, None);
        assert_eq!(text, "x y is:issue (repo:a/b OR repo:c/d)");
        assert!(advanced);
    }

    #[test]
    fn no_query_gets_out_of_its_place() {
        for (wanted, expected) in [
            ("x OR repo:c/d", "(x OR repo:c/d) is:issue repo:a/b"),
            ("(x) is:pr", "((x) is:pr) is:issue repo:a/b"),
            ("NOT x", "(NOT x) is:issue repo:a/b"),
        ] {
            let (text, advanced) = issues(wanted, Some("a"), Some("b"));
            assert_eq!(text, expected);
            assert!(advanced, "{wanted}");
        }
        for wanted in ["x) OR (y", "x \"y", "(x", "x)", ")("] {
            assert!(request(Subject::Issues, wanted, Place::default()).is_err());
        }
        let (text, _) = issues("x", Some("a"), Some("b OR repo:c/d"));
        assert_eq!(text, "x is:issue repo:\"a/b OR repo:c/d\"");
    }

    #[test]
    fn only_the_public_is_searched_where_the_operator_says_so() {
        let place = Place {
            public_only: true,
            ..Place::default()
        };
        let query = query(Subject::PullRequests, "x", place);
        assert_eq!(query.text, "x is:pr is:public");
    }
}
