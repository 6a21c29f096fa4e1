//! What must not stand in a file, or only in one place.

use crate::source::{Source, is_test_file};
use crate::tree::{Finding, Tree};

/// Product code that reads the environment anywhere but where configuration is read.
pub fn environment(tree: &Tree) -> Vec<Finding> {
    // Cargo tells a build script by it where to write.
    let place =
        |path: &str| path.starts_with("crates/cli/src/config") || path.ends_with("/build.rs");
    product_lines(tree, |path, code| {
        let reads = ["env::var", "env::set_var", "env::remove_var"]
            .iter()
            .any(|w| code.contains(w));
        // clap reads the variable that `#[arg(env = "…")]` names.
        let by_clap = code.contains("env = \"\"") || code.contains("env(\"\")");
        (!place(path) && (reads || by_clap))
            .then_some("only cli/src/config.rs reads the environment")
    })
}

/// Work left undone, and tests that do not run.
pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.iter() {
        let banned: &[&str] = match path.rsplit('.').next() {
            Some("rs") => &["#[ignore", "#[should_panic", "todo!", "unimplemented!"],
            Some("js" | "mjs" | "ts" | "tsx") => &[".only("],
            _ => continue,
        };
        let lines = if path.ends_with(".rs") {
            Source::of(text).code
        } else {
            text.lines().map(str::to_owned).collect()
        };
        for (at, line) in lines.iter().enumerate() {
            for word in banned.iter().filter(|word| line.contains(**word)) {
                let why = format!("`{word}` hides work or a test");
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

/// Paths of one machine, and registries other than the public ones.
pub fn machines(tree: &Tree) -> Vec<Finding> {
    // Put together here, so that this file does not name them.
    let homes = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let crates = "registry+https://github.com/rust-lang/crates.io-index";
    let mut findings = Vec::new();
    for (path, text) in tree.iter() {
        for (at, line) in text.lines().enumerate() {
            let home = homes.iter().any(|home| begins_path(line, home));
            let registry = match path.rsplit('/').next() {
                Some("Cargo.lock") => line.starts_with("source = ") && !line.contains(crates),
                Some("package-lock.json") => line.contains("\"resolved\": \"http"),
                Some("uv.lock") => line.contains("registry = ") || line.contains("url = \"http"),
                Some(".npmrc") => line.contains("registry"),
                _ => ["--index-url", "--registry", "replace-with ="]
                    .iter()
                    .any(|w| line.contains(w)),
            };
            let ours = path == "crates/tidy/src/rules/words.rs";
            let why = if home {
                "a path of one machine"
            } else if registry && !ours {
                "names where one machine fetches packages"
            } else {
                continue;
            };
            findings.push(Finding {
                path: path.into(),
                line: at + 1,
                why: why.into(),
            });
        }
    }
    findings
}

/// Whether `folder` stands at the beginning of a path, not in the middle of a URL or a longer path.
fn begins_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}/)>*".contains(c))
    })
}

/// Judges each line of code that ships, with its strings emptied.
pub(super) fn product_lines(
    tree: &Tree,
    judge: impl Fn(&str, &str) -> Option<&'static str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| !is_test_file(path)) {
        for (line, code) in Source::of(text).product_code() {
            if let Some(why) = judge(path, code) {
                findings.push(Finding {
                    path: path.into(),
                    line,
                    why: why.into(),
                });
            }
        }
    }
    findings
}
