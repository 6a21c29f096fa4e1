//! `vestibule migrate`: brings the tables up to date without serving.

use super::print::Print;
use crate::config::Config;
use crate::start;

pub(super) async fn run(config: &Config, print: Print) -> anyhow::Result<()> {
    let (db, applied) = start::database(config).await?;
    db.close().await;
    print.answer(
        &serde_json::json!({ "applied": applied }),
        || match applied.as_slice() {
            [] => "The tables are up to date.".to_owned(),
            names => format!("Applied {}.", names.join(", ")),
        },
    );
    Ok(())
}
