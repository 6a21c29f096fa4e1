//! Texts of the pages: every name that a page or the code says is in the catalogue, and every one there is said.

use std::collections::BTreeMap;

use crate::source::is_test_file;
use crate::tree::{Finding, Tree};

const PAGES: &str = "crates/issuer/src/";
const CATALOGUE: &str = "crates/issuer/src/pages/words/en.ftl";

/// Names that the code or a page says, and the catalogue's, must be the same. That other languages have the
/// same names as English is checked when the program is built.
pub fn catalogue(tree: &Tree) -> Vec<Finding> {
    let text = tree.iter().find(|(path, _)| *path == CATALOGUE);
    let mut unsaid: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, line) in text.map_or("", |(_, text)| text).lines().enumerate() {
        if let Some(name) = name(line) {
            unsaid.insert(name, at + 1);
        }
    }
    let known: Vec<&str> = unsaid.keys().copied().collect();
    let mut findings = Vec::new();
    for (path, text) in tree.iter().filter(|(path, _)| is_page(path)) {
        for (at, line) in text.lines().enumerate() {
            // Within an attribute's quotes only the call shows where a name begins.
            for said in quoted(line).chain(said(line)) {
                unsaid.remove(said);
            }
            for said in said(line).filter(|said| !known.contains(said)) {
                findings.push(Finding {
                    path: path.into(),
                    line: at + 1,
                    why: format!("`{said}` is not in the catalogue"),
                });
            }
        }
    }
    // A text may also be shown within another one.
    let within = text.map_or("", |(_, text)| text);
    unsaid.retain(|name, _| !within.contains(&format!("{{ {name} }}")));
    findings.extend(unsaid.into_iter().map(|(name, line)| Finding {
        path: CATALOGUE.into(),
        line,
        why: format!("nothing says `{name}`"),
    }));
    findings
}

fn is_page(path: &str) -> bool {
    let kind = path.ends_with(".html") || path.ends_with(".rs");
    path.starts_with(PAGES) && kind && !is_test_file(path)
}

/// The name that a line of the catalogue begins.
fn name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(" =")?;
    is_name(name).then_some(name)
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(plain)
}

/// Every quoted name on a line, said or passed on.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// The names that a line says itself.
fn said(line: &str) -> impl Iterator<Item = &str> {
    ["say(\"", "say_with(\""].into_iter().flat_map(|call| {
        let calls = line.split(call).skip(1);
        calls.filter_map(|rest| rest.split('"').next())
    })
}
