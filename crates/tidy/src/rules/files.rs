//! Sizes, first lines, and files that nothing reaches.

use std::collections::BTreeSet;

use crate::manifest::members;
use crate::source::{Source, is_test_file};
use crate::tree::{Finding, Tree};

const CODE_LINES_MAX: usize = 400;
const MARKDOWN_LINES_MAX: usize = 300;
/// Files that may be longer, each with its reason.
const MAY_BE_LONGER: &[(&str, &str)] = &[];
const CODE: &[&str] = &[".rs", ".mjs", ".js", ".ts", ".tsx", ".py", ".sh", ".css"];
const GENERATED: &[&str] = &["docs/reference/", "docs/spec-coverage.md"];

pub fn sizes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.iter() {
        let excepted = MAY_BE_LONGER.iter().any(|(long, _)| *long == path)
            || GENERATED
                .iter()
                .any(|generated| path.starts_with(generated));
        let (lines, max) = if path.ends_with(".rs") && !is_test_file(path) {
            (
                Source::of(text.trim_end()).product_code().count(),
                CODE_LINES_MAX,
            )
        } else if CODE.iter().any(|ending| path.ends_with(ending)) {
            (text.lines().count(), CODE_LINES_MAX)
        } else if path.ends_with(".md") {
            (text.lines().count(), MARKDOWN_LINES_MAX)
        } else {
            continue;
        };
        if lines > max && !excepted {
            let why = format!("{lines} lines without inline tests, the limit is {max}");
            findings.push(Finding {
                path: path.into(),
                line: max,
                why,
            });
        }
    }
    findings
}

pub fn first_lines(tree: &Tree) -> Vec<Finding> {
    let silent = tree.rust().filter(|(_, text)| !text.starts_with("//! "));
    silent
        .map(|(path, _)| Finding {
            path: path.into(),
            line: 1,
            why: "the first line is `//!` and says what the file is".into(),
        })
        .collect()
}

/// Rust files that no `mod` leads to from a file that Cargo builds.
pub fn orphans(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in members(tree) {
        let folder = format!("{}/", manifest.folder());
        let files: Vec<_> = tree
            .rust()
            .filter(|(path, _)| path.starts_with(&folder))
            .collect();
        let mut reached = BTreeSet::new();
        let mut queue: Vec<(String, bool)> = files
            .iter()
            .filter(|(path, _)| path.strip_prefix(&folder).is_some_and(is_root))
            .map(|(path, _)| ((*path).to_owned(), true))
            .collect();
        while let Some((path, root)) = queue.pop() {
            if let Some(text) = tree.get(&path)
                && reached.insert(path.clone())
            {
                queue.extend(children(&path, root, text));
            }
        }
        findings.extend(
            files
                .iter()
                .filter(|(path, _)| !reached.contains(*path))
                .map(|(path, _)| Finding {
                    path: (*path).into(),
                    line: 1,
                    why: "no `mod` leads here: the compiler never sees this file".into(),
                }),
        );
    }
    findings
}

/// Whether Cargo builds the file by itself.
fn is_root(inner: &str) -> bool {
    let parts: Vec<_> = inner.split('/').collect();
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] | ["src", "bin", _] => true,
        ["tests" | "benches" | "examples", _] => true,
        ["tests" | "benches" | "examples", _, last] => *last == "main.rs",
        // Packages that stay outside of the workspace.
        ["peers", _, "src", last] => *last == "main.rs",
        _ => false,
    }
}

/// Where the files of a file's `mod` items may be, and whether their own items stand beside them.
fn children(path: &str, root: bool, text: &str) -> Vec<(String, bool)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.trim_end_matches(".rs");
    let own = if root || stem == "mod" {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    let source = Source::of(text);
    let mut found = Vec::new();
    let mut given_path = None;
    for (code, strings) in source.code.iter().zip(&source.strings) {
        let code = code.trim();
        if code.starts_with("#[path") {
            given_path = strings.first();
        }
        let item = code.rsplit_once("mod ").filter(|(before, _)| {
            before.is_empty() || (before.ends_with(' ') && before.starts_with(['p', '#']))
        });
        let Some(name) = item.and_then(|(_, rest)| rest.strip_suffix(';')) else {
            continue;
        };
        match given_path.take() {
            Some(given) => found.push((resolve(folder, given), true)),
            None => found.extend(
                [format!("{own}/{name}.rs"), format!("{own}/{name}/mod.rs")]
                    .map(|path| (path, false)),
            ),
        }
    }
    found
}

fn resolve(folder: &str, given: &str) -> String {
    let mut parts: Vec<_> = folder.split('/').collect();
    for part in given.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}
