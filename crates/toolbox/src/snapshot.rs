//! (Feature "test") A tool's definition as a file, so that a change to what a model sees shows in review.

use std::path::Path;

use serde_json::Value;

use crate::app::App;

/// Compares every tool of an app with `folder/<tool>.json`. A missing file is written, and is an error
/// all the same, so that it cannot be forgotten; a stale file is an error.
///
/// # Errors
/// What differs, one line per file.
pub fn check(app: &App, folder: &Path) -> Result<(), String> {
    let mut findings = Vec::new();
    let mut expected = std::collections::BTreeSet::new();
    for tool in &app.tools {
        let file = format!("{}.json", tool.name);
        let path = folder.join(&file);
        let wanted = format!("{:#}\n", tool.definition(app.name));
        match std::fs::read_to_string(&path) {
            Ok(text) if text == wanted => {}
            Ok(_) => findings.push(format!("{file} differs; delete it and run again to accept")),
            Err(_) => {
                let written = std::fs::create_dir_all(folder);
                let written = written.and_then(|()| std::fs::write(&path, wanted));
                findings.push(format!(
                    "{file} was missing ({written:?}): read and commit it"
                ));
            }
        }
        expected.insert(file);
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !expected.contains(&name) {
            findings.push(format!("{name} belongs to no tool"));
        }
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(findings.join("\n"))
    }
}

/// The definitions of all tools, as `tools/list` shows them.
#[must_use]
pub fn definitions(app: &App) -> Vec<Value> {
    app.tools
        .iter()
        .map(|tool| tool.definition(app.name))
        .collect()
}
