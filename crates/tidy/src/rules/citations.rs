//! A section that code obeys is a section that a test holds it to.

use crate::citation;
use crate::tree::{Finding, Tree};

pub fn tested(tree: &Tree) -> Vec<Finding> {
    let cited = citation::all(tree);
    let untested = cited.iter().filter(|(_, cited)| cited.tests.is_empty());
    untested
        .flat_map(|(section, cited)| {
            cited.code.iter().map(move |(path, line)| Finding {
                path: path.clone(),
                line: *line,
                why: format!("no test cites {section}"),
            })
        })
        .collect()
}
