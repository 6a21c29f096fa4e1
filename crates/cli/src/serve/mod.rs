//! `vestibule serve`, in the order in which things happen.

mod apps;
mod connections;
mod front;
mod health;
mod leftover;
mod log;
mod metrics;
mod store;
mod upstream;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use issuer::Issuer;
use issuer::db::{Db, DbError, DbSettings};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{ALIAS, Config};
use crate::start;
use health::Health;

/// How long the database may stay away between two tries at the start.
const RETRY: Duration = Duration::from_secs(2);

pub(crate) async fn run(config: Config, json: bool) -> anyhow::Result<()> {
    log::start(&config.log, json)?;
    let mut stop = stop_signal()?;
    // First of all: whoever starts us learns of a taken port at once, and early requests wait.
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.listen))?;
    let app = connections::App::default();
    let serving = connections::serve(listener, Arc::clone(&app), config.bounds, stop.clone());
    let serving = connections::spawn(serving);
    let Some((db, issuer)) = open(&config, &mut stop).await? else {
        return Ok(());
    };
    metrics::start(&config, db.clone(), stop.clone()).await?;
    let router = router(&config, &issuer, Health::new(db.clone(), stop))?;
    app.set(router)?;
    let jobs = issuer.start_jobs();
    let told = announce(config, issuer, json);
    connections::spawn(async move {
        if let Err(error) = told.await {
            tracing::error!(error = format!("{error:#}"), "no set-up link could be made");
        }
    });
    serving.await?;
    jobs.stop().await;
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Opens database and issuer. A database that is away is waited for; `None` if told to stop meanwhile.
async fn open(
    config: &Config,
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<Option<(Db, Issuer)>> {
    loop {
        let tried = async {
            let (db, applied) = start::database(config).await?;
            if !applied.is_empty() {
                tracing::info!(?applied, "brought the database's tables up to date");
            }
            let issuer = start::issuer(config, db.clone()).await?;
            anyhow::Ok((db, issuer))
        };
        let error = match tried.await {
            Ok(opened) => return Ok(Some(opened)),
            Err(error) if is_remote(config) && is_away(&error) => error,
            Err(error) => return Err(error),
        };
        tracing::error!(
            error = format!("{error:#}"),
            "the database is away; trying again"
        );
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = connections::told(stop) => return Ok(None),
        }
    }
}

/// A file that cannot be opened will not open by itself.
const fn is_remote(config: &Config) -> bool {
    matches!(config.db, DbSettings::Postgres(_))
}

fn is_away(error: &anyhow::Error) -> bool {
    let away = |error: &DbError| matches!(error, DbError::Unavailable(_));
    error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(away))
}

/// Issuer, apps and health on one origin, behind what every request goes through.
fn router(config: &Config, issuer: &Issuer, health: Health) -> anyhow::Result<Router> {
    let mut routes = issuer::router(issuer.clone())
        .merge(apps::router(config, issuer)?)
        .merge(health::router(health));
    if config.dev_fixture {
        tracing::warn!("the unguarded test fixture is served");
        routes = routes.merge(fixture::router("/mcp/fixture"));
    }
    Ok(front::around(routes, Arc::new(front::Front::new(config))))
}

/// Says where to connect, and how the first operator is made. While requests are served already: to
/// make the link's secret takes longer than all of the start.
#[expect(
    clippy::print_stdout,
    reason = "what a person who starts it needs to see"
)]
async fn announce(config: Config, issuer: Issuer, json: bool) -> anyhow::Result<()> {
    let mcp = config.settings.public_url.join(ALIAS);
    let setup = issuer::operator_setup_link(&issuer).await?;
    if json {
        println!(
            "{}",
            serde_json::json!({ "mcp_url": mcp, "setup_url": setup })
        );
        return Ok(());
    }
    println!("MCP URL to paste into a client:  {mcp}");
    if let Some(setup) = setup {
        println!("Make the first operator, once:   {setup}");
    }
    Ok(())
}

/// Becomes true when the process is told to stop.
fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate())?
    };
    let wait = async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
        }
        tracing::info!("told to stop: finishing what is under way");
        sender.send_replace(true);
        // Whoever still listens has the value; the channel must outlive them.
        sender.closed().await;
    };
    connections::spawn(wait);
    Ok(receiver)
}
