//! The limits that clippy and rustfmt enforce stay configured, and every crate obeys them.

use crate::manifest::members;
use crate::tree::{Finding, Tree};

const WANTED: &[(&str, &[&str])] = &[
    (
        "Cargo.toml",
        &[
            "unsafe_code = \"forbid\"",
            "unreachable_pub = \"warn\"",
            "allow_attributes = \"warn\"",
            "disallowed_methods = \"warn\"",
            "fn_params_excessive_bools = \"warn\"",
            "indexing_slicing = \"warn\"",
            "todo = \"warn\"",
            "too_many_arguments = \"warn\"",
            "too_many_lines = \"warn\"",
            "unwrap_used = \"warn\"",
            "wildcard_enum_match_arm = \"warn\"",
        ],
    ),
    (
        "clippy.toml",
        &[
            "max-fn-params-bools = 1",
            "too-many-arguments-threshold = 5",
            "too-many-lines-threshold = 80",
        ],
    ),
    ("rustfmt.toml", &["max_width = 100"]),
];

pub fn configured(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lines) in WANTED {
        let text = tree.get(path).unwrap_or_default();
        for wanted in lines
            .iter()
            .filter(|wanted| !text.lines().any(|line| line.trim() == **wanted))
        {
            let why = format!("must say `{wanted}`");
            findings.push(Finding {
                path: (*path).into(),
                line: 1,
                why,
            });
        }
    }
    for manifest in members(tree) {
        if !manifest.text.contains("[lints]\nworkspace = true") {
            let why = "must take the workspace's lints: `[lints] workspace = true`".into();
            findings.push(Finding {
                path: manifest.path.into(),
                line: 1,
                why,
            });
        }
    }
    findings
}
