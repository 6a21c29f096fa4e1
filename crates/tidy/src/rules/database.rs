//! Where SQL may stand, and that every statement is run on both databases.

use crate::rules::words::product_lines;
use crate::source::{Source, is_test_file};
use crate::tree::{Finding, Tree};

const DB: &str = "crates/issuer/src/db/";
const SUITE: &str = "crates/issuer/tests/db/suite";
/// Files of the folder that hold the machinery, not statements.
const MACHINERY: &[&str] = &["mod", "writer", "sqlite", "postgres"];
const STATEMENTS: &[(&str, &str)] = &[
    ("SELECT ", ""),
    ("INSERT ", "INTO "),
    ("UPDATE ", " SET "),
    ("DELETE ", "FROM "),
    ("CREATE ", "TABLE "),
    ("ALTER ", "TABLE "),
    ("DROP ", "TABLE "),
    ("WITH ", " AS ("),
];

/// SQL in one folder only, as text and as macro.
pub fn place(tree: &Tree) -> Vec<Finding> {
    let mut findings = product_lines(tree, |path, code| {
        (!path.starts_with(DB) && code.contains("sql!"))
            .then_some("`sql!` stands only in issuer/src/db")
    });
    let outside = tree.iter().filter(|(path, _)| !path.starts_with(DB));
    for (path, text) in outside {
        if path.ends_with(".sql") {
            let why = "migrations stand in issuer/src/db/migrations".into();
            findings.push(Finding {
                path: path.into(),
                line: 1,
                why,
            });
        } else if path.ends_with(".rs") && !is_test_file(path) {
            let source = Source::of(text);
            let lines = source.strings.iter().zip(&source.test).enumerate();
            for (at, _) in
                lines.filter(|(_, (strings, test))| !**test && strings.iter().any(|s| is_sql(s)))
            {
                let why = "SQL stands only in issuer/src/db".into();
                findings.push(Finding {
                    path: path.into(),
                    line: at + 1,
                    why,
                });
            }
        }
    }
    findings
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    STATEMENTS.iter().any(|(first, then)| {
        text.strip_prefix(first)
            .is_some_and(|rest| !rest.is_empty() && rest.contains(then))
    })
}

/// Every query function is named by the suite that runs on SQLite and PostgreSQL.
pub fn suite(tree: &Tree) -> Vec<Finding> {
    let suites: Vec<_> = tree
        .rust()
        .filter(|(path, _)| path.starts_with(SUITE))
        .collect();
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        let file = path
            .strip_prefix(DB)
            .and_then(|inner| inner.strip_suffix(".rs"));
        let Some(file) = file.filter(|file| !MACHINERY.contains(file)) else {
            continue;
        };
        for (line, code) in Source::of(text).product_code() {
            let after = ["pub(crate) async fn ", "pub async fn "]
                .iter()
                .find_map(|start| code.trim_start().strip_prefix(start));
            let Some(name) = after.and_then(|rest| rest.split(['(', '<']).next()) else {
                continue;
            };
            let call = format!("{file}::{name}");
            if !suites.iter().any(|(_, text)| names(text, &call)) {
                let why = format!("no test in {SUITE}*.rs names {call}");
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

/// Whether `word` stands in `text` and does not go on as a longer word.
fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text
            .get(at + word.len()..)
            .and_then(|rest| rest.chars().next());
        !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// A step that differs between the databases is written for both.
pub fn migrations(tree: &Tree) -> Vec<Finding> {
    const PAIR: [&str; 2] = [".sqlite.sql", ".postgres.sql"];
    let mut findings = Vec::new();
    for (path, _) in tree.iter() {
        for (own, other) in [(PAIR[0], PAIR[1]), (PAIR[1], PAIR[0])] {
            if let Some(step) = path.strip_suffix(own)
                && tree.get(&format!("{step}{other}")).is_none()
            {
                let why = format!("{step}{other} is missing");
                findings.push(Finding {
                    path: path.into(),
                    line: 1,
                    why,
                });
            }
        }
    }
    findings
}
