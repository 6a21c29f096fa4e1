//! Which crate may depend on which (ARCHITECTURE.md, "Who may depend on whom").

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::{Dependency, Manifest, members};
use crate::tree::{Finding, Tree};

/// Our crates that each crate may name outside its tests. Who is not listed composes: it may name all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("oauth", &[]),
    ("guard", &["oauth"]),
    ("toolbox", &["oauth", "guard"]),
    ("gateway", &["oauth", "guard"]),
    ("issuer", &["oauth"]),
    ("tidy", &[]),
];
const APPS_MAY_USE: &[&str] = &["guard", "toolbox"];
/// What must not stand anywhere below `oauth`.
const NOT_BELOW_OAUTH: &[&str] = &["axum", "hyper", "reqwest", "rusqlite", "sqlx", "tokio"];

pub fn direction(tree: &Tree) -> Vec<Finding> {
    let ours: BTreeSet<_> = members(tree).map(|manifest| manifest.package).collect();
    let mut findings = Vec::new();
    for manifest in members(tree) {
        for dependency in manifest.dependencies() {
            if let Some(why) = refuse(&manifest, &dependency, &ours) {
                findings.push(Finding {
                    path: manifest.path.into(),
                    line: dependency.line,
                    why,
                });
            }
        }
    }
    findings
}

fn refuse(
    manifest: &Manifest<'_>,
    dependency: &Dependency,
    ours: &BTreeSet<&str>,
) -> Option<String> {
    let (from, to, dev) = (manifest.package, dependency.name.as_str(), dependency.dev);
    let listed = MAY_USE
        .iter()
        .find(|(package, _)| *package == from)
        .map(|(_, allowed)| *allowed);
    let allowed = if manifest.is_app {
        Some(APPS_MAY_USE)
    } else {
        listed
    };
    if ["rusqlite", "sqlx"].contains(&to) && from != "issuer" && from != "testkit" {
        Some(format!("only issuer speaks to a database, not {from}"))
    } else if to == "testkit" && !dev {
        Some("testkit is for tests: name it under [dev-dependencies]".to_owned())
    } else if to == "issuer" && manifest.is_app {
        Some(
            "an app is what a user of the product would write: it never sees the issuer".to_owned(),
        )
    } else if !dev && ours.contains(to) && allowed.is_some_and(|allowed| !allowed.contains(&to)) {
        Some(format!("{from} must not depend on {to}"))
    } else {
        None
    }
}

/// The whole tree below `oauth`, as the lock file knows it.
pub fn oauth_stays_pure(tree: &Tree) -> Vec<Finding> {
    let Some(manifest) = members(tree).find(|manifest| manifest.package == "oauth") else {
        return Vec::new();
    };
    let locked = locked_edges(tree.get("Cargo.lock").unwrap_or_default());
    let mut findings = Vec::new();
    for direct in manifest
        .dependencies()
        .into_iter()
        .filter(|direct| !direct.dev)
    {
        let mut seen = BTreeSet::new();
        let mut queue = vec![direct.name.as_str()];
        while let Some(name) = queue.pop() {
            if seen.insert(name) {
                queue.extend(locked.get(name).into_iter().flatten());
            }
        }
        for banned in NOT_BELOW_OAUTH
            .iter()
            .filter(|banned| seen.contains(*banned))
        {
            let why = format!(
                "{} brings {banned} below oauth, which has no I/O",
                direct.name
            );
            findings.push(Finding {
                path: manifest.path.into(),
                line: direct.line,
                why,
            });
        }
    }
    findings
}

fn locked_edges(lock: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut package = "";
    for line in lock.lines() {
        if let Some(name) = line.strip_prefix("name = ") {
            package = name.trim_matches('"');
        } else if let Some(name) = line.strip_prefix(" \"") {
            let name = name
                .trim_end_matches(['"', ','])
                .split(' ')
                .next()
                .unwrap_or_default();
            edges.entry(package).or_default().push(name);
        }
    }
    edges
}
