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
