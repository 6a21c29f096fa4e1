//! What every command needs: the data folder, the sealing key, the database, the issuer.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
use issuer::Issuer;
use issuer::db::{Db, DbSettings};
use issuer::random::Random;
use issuer::seal::SealingKey;
use oauth::secret::Secret;
use oauth::time::Clock;

use crate::config::{self, Config};

/// Opens the database and brings its tables up to date. Returns the migrations applied.
pub(crate) async fn database(config: &Config) -> anyhow::Result<(Db, Vec<&'static str>)> {
    if let DbSettings::File(path) = &config.db {
        make_folder(&config.data_dir)?;
        // The database gives the files beside it the same mode.
        private(std::fs::OpenOptions::new().append(true).create(true))
            .open(path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let db = Db::open(&config.db).context("the database cannot be opened")?;
    let applied = db.migrate(Clock::System.now()).await;
    let applied = applied.context("the database's tables cannot be brought up to date")?;
    Ok((db, applied))
}

/// The issuer over an open database.
pub(crate) async fn issuer(config: &Config, db: Db) -> anyhow::Result<Issuer> {
    let mut settings = config.settings.clone();
    if settings.sealing_keys.is_empty() {
        settings.sealing_keys = load_sealing_keys(config)?;
    }
    Ok(Issuer::open(settings, db, Clock::System, Random::System).await?)
}

/// The key in the data folder, made if it is not there. In memory nothing outlives the process, so
/// neither does the key.
fn load_sealing_keys(config: &Config) -> anyhow::Result<Vec<SealingKey>> {
    if let DbSettings::Memory = config.db {
        return Ok(vec![new_sealing_key()?]);
    }
    let path = config.data_dir.join("sealing.key");
    let shown = path.display();
    match std::fs::read_to_string(&path) {
        Ok(text) => config::sealing_keys(Secret::new(text).expose())
            .map_err(|problem| anyhow::anyhow!("{shown}: {problem}")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folder(&config.data_dir)?;
            let key = new_sealing_key()?;
            let text = config::sealing_key_text(&key);
            match write_private(&path, text.expose()) {
                // Another process was faster: its key counts.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let text = Secret::new(std::fs::read_to_string(&path)?);
                    config::sealing_keys(text.expose())
                        .map_err(|problem| anyhow::anyhow!("{shown}: {problem}"))
                }
                written => {
                    written.with_context(|| format!("{shown} cannot be written"))?;
                    tracing::info!(path = %shown, "made a sealing key: keep a copy, the database's keys open with it");
                    Ok(vec![key])
                }
            }
        }
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
    }
}

fn new_sealing_key() -> anyhow::Result<SealingKey> {
    let id: [u8; 4] = Random::System.bytes()?;
    Ok(SealingKey {
        id: oauth::secret::hex(&id),
        key: Secret::new(Random::System.bytes()?),
    })
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(path)
        .with_context(|| format!("the folder {} cannot be made", path.display()))
}

/// Only the owner can read what these make.
fn private(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes a new file that only its owner can read, whole or not at all.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = private(options.write(true).create_new(true)).open(&draft)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        // Unlike a rename, a link does not replace what another process has made meanwhile.
        .and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    written
}
