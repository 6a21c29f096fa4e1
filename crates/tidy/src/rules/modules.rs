//! Which module of the issuer may name which (ARCHITECTURE.md, "Who may depend on whom").

use crate::source::{Source, is_test_file};
use crate::tree::{Finding, Tree};

const ISSUER: &str = "crates/issuer/src/";

/// Modules with a rank: each may name those of lower ranks, and its own rank where `mates` says so.
const RANKS: &[(&[&str], bool)] = &[
    (&["tokens", "clients"], true),
    (&["login", "connections"], true),
    (&["endpoints", "portal", "admin"], false),
];

pub fn direction(tree: &Tree) -> Vec<Finding> {
    let files = tree
        .rust()
        .filter_map(|(path, text)| Some((path, path.strip_prefix(ISSUER)?, text)));
    let mut findings = Vec::new();
    for (path, inner, text) in files.filter(|(path, ..)| !is_test_file(path)) {
        let module = module_path(inner);
        let Some(own) = module.first() else { continue };
        for (line, named) in named_modules(text, &module) {
            if let Some(why) = refuse(own, &named) {
                findings.push(Finding {
                    path: path.into(),
                    line,
                    why,
                });
            }
        }
    }
    findings
}

fn refuse(own: &str, named: &str) -> Option<String> {
    if own == named {
        return None;
    }
    if own == "db" {
        return Some(format!("db names no sibling, not {named}"));
    }
    let rank = |name| {
        RANKS
            .iter()
            .position(|(modules, _)| modules.contains(&name))
    };
    let (from, to) = (rank(own)?, rank(named)?);
    let mates = RANKS.get(from).is_some_and(|(_, mates)| *mates);
    (to > from || (to == from && !mates)).then(|| format!("{own} must not name {named}"))
}

fn module_path(inner: &str) -> Vec<&str> {
    let mut parts: Vec<_> = inner.trim_end_matches(".rs").split('/').collect();
    if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
        parts.pop();
    }
    parts
}

/// The top-level modules that the product code of a file reaches by `crate::` or `super::`.
fn named_modules(text: &str, module: &[&str]) -> Vec<(usize, String)> {
    let source = Source::of(text);
    let mut code = String::new();
    for (line, test) in source.code.iter().zip(&source.test) {
        code.push_str(if *test { "" } else { line });
        code.push('\n');
    }
    let mut named = Vec::new();
    for (start, rest) in path_starts(&code, "crate::") {
        named.extend(first_names(rest).into_iter().map(|name| (start, name)));
    }
    for (start, mut rest) in path_starts(&code, "super::") {
        let mut ups = 1;
        while let Some(next) = rest.strip_prefix("super::") {
            (rest, ups) = (next, ups + 1);
        }
        if ups == module.len() {
            named.extend(first_names(rest).into_iter().map(|name| (start, name)));
        }
    }
    let line_of = |at: usize| {
        code.get(..at)
            .map_or(0, |before| before.matches('\n').count())
            + 1
    };
    named
        .into_iter()
        .map(|(start, name)| (line_of(start), name))
        .collect()
}

/// Where paths begin with `prefix`, and what follows it.
fn path_starts<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    code.match_indices(prefix).filter_map(move |(at, _)| {
        let inside = code
            .get(..at)?
            .ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        (!inside).then_some((at, code.get(at + prefix.len()..)?))
    })
}

/// The module that a path names first; of a group, each of them. Types and constants are no modules.
fn first_names(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_usize;
    let mut in_first = true;
    for c in path.trim_start().chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => {
                names.push(String::new());
                in_first = true;
            }
            c if c.is_alphanumeric() || c == '_' => {
                if let Some(name) = names.last_mut().filter(|_| in_first && depth <= 1) {
                    name.push(c);
                }
            }
            c if c.is_whitespace() && depth > 0 => {}
            _ => in_first = false,
        }
        if depth == 0 && (!in_first || c == '}' || c.is_whitespace()) {
            break;
        }
    }
    names.retain(|name| name.starts_with(|c: char| c.is_lowercase()) && name != "self");
    names
}
