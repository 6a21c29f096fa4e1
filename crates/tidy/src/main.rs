//! `cargo run -p tidy -- coverage` writes docs/spec-coverage.md; with `--check` it fails when the page is stale.

use std::path::Path;
use std::process::ExitCode;

use tidy::{citation, tree::Tree};

const PAGE: &str = "docs/spec-coverage.md";

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["coverage"] => false,
        ["coverage", "--check"] => true,
        _ => {
            eprintln!("usage: tidy coverage [--check]");
            return Ok(ExitCode::FAILURE);
        }
    };
    let tree = Tree::project()?;
    let page = citation::page(&tree);
    if !check {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(PAGE);
        std::fs::create_dir_all(path.with_file_name(""))?;
        std::fs::write(path, page)?;
    } else if tree.get(PAGE) != Some(page.as_str()) {
        eprintln!("{PAGE} is stale: run `cargo run -p tidy -- coverage` and commit it");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
