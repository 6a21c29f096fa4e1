//! What a crate's Cargo.toml says it depends on.

use crate::tree::Tree;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Normal,
    Dev,
    Build,
}

#[derive(Debug)]
pub struct Dependency {
    pub name: String,
    pub kind: Kind,
    pub line: usize,
}

pub struct Manifest<'a> {
    pub path: &'a str,
    pub text: &'a str,
    /// The package's name, which here is its folder's.
    pub package: &'a str,
    pub is_app: bool,
}

/// The manifests of the workspace's members.
pub fn members(tree: &Tree) -> impl Iterator<Item = Manifest<'_>> {
    tree.iter().filter_map(|(path, text)| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        let package = folder.rsplit('/').next()?;
        Some(Manifest {
            path,
            text,
            package,
            is_app: folder.starts_with("apps/"),
        })
    })
}

impl Manifest<'_> {
    pub fn folder(&self) -> &str {
        self.path.trim_end_matches("/Cargo.toml")
    }

    pub fn dependencies(&self) -> Vec<Dependency> {
        let mut found = Vec::new();
        let mut kind = None;
        for (at, line) in self.text.lines().enumerate() {
            let line = line.trim();
            if let Some(section) = line.strip_prefix('[') {
                let section = section.trim_matches(['[', ']']);
                let (table, single) = match section.rsplit_once("dependencies.") {
                    Some((table, name)) => (format!("{table}dependencies"), Some(name)),
                    None => (section.to_owned(), None),
                };
                kind = kind_of(&table);
                if let (Some(kind), Some(name)) = (kind, single) {
                    found.push(Dependency {
                        name: name.to_owned(),
                        kind,
                        line: at + 1,
                    });
                }
                continue;
            }
            let (Some(kind), Some((key, value))) = (kind, line.split_once('=')) else {
                continue;
            };
            let renamed = value
                .split_once("package = \"")
                .and_then(|(_, rest)| rest.split('"').next());
            let key = key.trim().split('.').next().unwrap_or_default();
            found.push(Dependency {
                name: renamed.unwrap_or(key).to_owned(),
                kind,
                line: at + 1,
            });
        }
        found
    }
}

fn kind_of(table: &str) -> Option<Kind> {
    let last = table.rsplit('.').next().unwrap_or(table);
    match last {
        "dependencies" => Some(Kind::Normal),
        "dev-dependencies" => Some(Kind::Dev),
        "build-dependencies" => Some(Kind::Build),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_dependency_is_seen() {
        let tree = Tree::of(&[(
            "crates/a/Cargo.toml",
            "[package]\nname = \"a\"\n[dependencies]\nb.workspace = true\nc = \"1\"\n\
             d = { package = \"e\", version = \"1\" }\n[target.'cfg(unix)'.dev-dependencies]\nf = \"1\"\n\
             [build-dependencies.g]\nversion = \"1\"\n[features]\nx = []\n",
        )]);
        let manifest = members(&tree).next().expect("one member");
        let found: Vec<_> = manifest
            .dependencies()
            .into_iter()
            .map(|d| (d.name, d.kind, d.line))
            .collect();
        let expected = [
            ("b", Kind::Normal, 4),
            ("c", Kind::Normal, 5),
            ("e", Kind::Normal, 6),
            ("f", Kind::Dev, 8),
            ("g", Kind::Build, 9),
        ];
        assert_eq!(
            found[..5],
            expected.map(|(name, kind, line)| (name.to_owned(), kind, line))
        );
    }
}
