//! The tools as a model sees them.

use std::path::Path;

#[test]
fn definitions_are_as_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    for app in [notes::app(), notes::ping_app()] {
        let checked = toolbox::snapshot::check(&app, &folder.join(app.name));
        assert_eq!(checked, Ok(()), "{}", app.name);
    }
}

#[test]
fn the_view_loads_nothing_and_runs_nothing() {
    let page = include_str!("../widgets/auth_show/view.html");
    for word in [
        "<script", "http:", "https:", "src=", "href=", "url(", "@import", " onload",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    for word in [
        "lang=\"en\"",
        "<title>",
        "<h1>",
        "<main>",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(word), "{word}");
    }
}
