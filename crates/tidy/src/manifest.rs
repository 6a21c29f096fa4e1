//! What a crate's Cargo.toml says it depends on.

use crate::tree::Tree;

pub struct Dependency {
    pub name: String,
    /// Only for tests.
    pub dev: bool,
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
        let inner = folder
            .strip_prefix("crates/")
            .or_else(|| folder.strip_prefix("apps/"));
        let package = inner.unwrap_or(folder);
        let member = !package.contains('/') && (inner.is_some() || package == "benches");
        member.then_some(Manifest {
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
        let mut table = "";
        for (at, line) in self.text.lines().enumerate() {
            let line = line.trim();
            let name = if let Some(header) = line.strip_prefix('[') {
                table = header.trim_matches(['[', ']']);
                // `[dependencies.name]` is a dependency; what follows are its fields.
                table.rsplit_once("dependencies.").map(|(_, name)| name)
            } else if table.ends_with("dependencies") {
                line.split_once('=').map(|(key, value)| {
                    let renamed = value.split_once("package = \"").map(|(_, rest)| rest);
                    let renamed = renamed.and_then(|rest| rest.split('"').next());
                    renamed.unwrap_or(key.trim().split('.').next().unwrap_or(key))
                })
            } else {
                None
            };
            if let Some(name) = name {
                let dev = table.contains("dev-dependencies");
                found.push(Dependency {
                    name: name.to_owned(),
                    dev,
                    line: at + 1,
                });
            }
        }
        found
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
        let dependencies = manifest.dependencies();
        let found: Vec<_> = dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.dev, d.line))
            .collect();
        assert_eq!(
            found,
            [
                ("b", false, 4),
                ("c", false, 5),
                ("e", false, 6),
                ("f", true, 8),
                ("g", false, 9),
            ]
        );
    }
}
