//! The tools as a model sees them.

use std::path::Path;

use github::{Settings, app};
use toolbox::snapshot::{check, definitions};

fn whole() -> toolbox::App {
    app(&Settings {
        write_branches: true,
        ..Settings::default()
    })
}

#[test]
fn definitions_are_as_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    assert_eq!(check(&whole(), &folder), Ok(()));
}

#[test]
fn branches_are_written_only_where_the_operator_says_so() {
    let names = |app: &toolbox::App| {
        let tools = definitions(app).into_iter();
        let names = tools.map(|tool| tool["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let usual = app(&Settings::default());
    assert_eq!(names(&usual).len(), 18);
    assert!(!names(&usual).contains(&"create_branch".to_owned()));
    assert!(!usual.scope_set().to_string().contains("branches"));
    assert!(
        !usual
            .scopes
            .iter()
            .any(|text| text.scope == "write:branches")
    );
    assert_eq!(names(&whole()).len(), 19);
    assert!(whole().scope_set().to_string().contains("write:branches"));
}

#[test]
fn every_tool_says_when_to_use_it() {
    for tool in definitions(&whole()) {
        let description = tool["description"].as_str().unwrap();
        assert!(description.starts_with("Use this when"), "{}", tool["name"]);
        assert_eq!(
            tool["annotations"]["openWorldHint"], true,
            "{}",
            tool["name"]
        );
    }
}
