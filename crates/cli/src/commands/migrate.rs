//! `vestibule migrate`: brings the tables up to date without serving.

use super::print::Print;

/// Says what was applied: every command that opens the database applies what is missing.
pub(super) fn run(applied: &[&str], print: Print) {
    print.answer(
        &serde_json::json!({ "applied": applied }),
        || match applied {
            [] => "The tables are up to date.".to_owned(),
            names => format!("Applied {}.", names.join(", ")),
        },
    );
}
