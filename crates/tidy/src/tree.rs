//! The text files of the project by their path from its root, read from disk or planted by a test.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Folders that hold nothing of ours, beside those that start with a dot and the server's `data`.
const NOT_OURS: &[&str] = &["target", "node_modules", "__pycache__"];
/// Folders that start with a dot and are ours all the same.
const OURS_WITH_A_DOT: &[&str] = &[".ci", ".config", ".cargo", ".github"];

/// Every text file, sorted by path.
pub struct Tree {
    files: BTreeMap<String, String>,
}

/// One broken rule.
#[derive(Debug)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.why)
    }
}

impl Tree {
    /// The project this crate stands in.
    pub fn project() -> std::io::Result<Self> {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    fn read(root: &Path) -> std::io::Result<Self> {
        let mut files = BTreeMap::new();
        read_folder(root, "", &mut files)?;
        Ok(Self { files })
    }

    /// A tree that exists only in a test.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self {
            files: files
                .iter()
                .map(|(path, text)| ((*path).into(), (*text).into()))
                .collect(),
        }
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(path, _)| path.ends_with(".rs"))
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}/{name}")
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && !OURS_WITH_A_DOT.contains(&name.as_str());
            if !hidden && path != "data" && !NOT_OURS.contains(&name.as_str()) {
                read_folder(&entry.path(), &path, files)?;
            }
        } else if kind.is_file()
            && name != ".git"
            && let Ok(text) = String::from_utf8(std::fs::read(entry.path())?)
        {
            files.insert(path, text);
        }
    }
    Ok(())
}
