//! W7 and W8: start, memory, and what the database costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::all::{FEW, Footprint, MANY};
use crate::dance::register;
use crate::issuers::people;
use crate::measure::{Until, drive, median};
use crate::process::{Program, sqlite, table_bytes};
use crate::rounds::{Entry, Figure, Plan, compare};
use crate::servers::{CORE, EXPRESS, OIDC, OURS, Places, Server};
use crate::works::{Refresh, Turns};

impl Footprint {
    /// Of a server that has only just started.
    pub(crate) fn of(server: &Server) -> Result<Self> {
        Ok(Self {
            server: server.name().into(),
            start_ms: 0.0,
            idle_megabytes: server.process.memory_megabytes()?,
            loaded_megabytes: 0.0,
            grant_bytes: BTreeMap::new(),
            rotation_bytes: BTreeMap::new(),
        })
    }
}

/// W7: on the database that the run has left behind.
pub(crate) async fn cold_start(plan: &Plan, program: &Program) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..plan.rounds {
        let process = program.start(CORE).await?;
        times.push(process.start.as_secs_f64() * 1_000.0);
        process.stop().await?;
    }
    Ok(median(&times))
}

/// W7: what grants and rotations leave in the database.
pub(crate) async fn grow(plan: &Plan, places: &Places, footprints: &mut [Footprint]) -> Result<()> {
    for footprint in footprints {
        let (program, mcp) = match footprint.server.as_str() {
            OURS => (places.ours("ours-growth")?, "/mcp/notes"),
            OIDC => (places.issuer(OIDC, "oidc-growth")?, "/"),
            _ => (places.issuer(EXPRESS, "express-growth")?, "/"),
        };
        let server = Server::start(program.clone()).await?;
        let found = server.discover(mcp).await?;
        let client = register(&found, "none").await?;
        let mut dancers = people(&found, &client, &server, plan.connections).await?;
        let before = stop_and_weigh(server).await?;
        let server = Server::start(program.clone()).await?;
        let mut turns: Vec<Turns> = Vec::new();
        for dancer in &mut dancers {
            let mut own = Vec::new();
            for _ in 0..plan.grants {
                own.push(Refresh::new(&found, &client, dancer.dance().await?)?);
            }
            turns.push(Turns(own));
        }
        let granted = stop_and_weigh(server).await?;
        let server = Server::start(program).await?;
        drive(&mut turns, Until::Count(plan.grants * 2), None).await?;
        let rotated = stop_and_weigh(server).await?;
        let grants = (plan.grants * dancers.len()) as f64;
        footprint.grant_bytes = growth(&before, &granted, grants);
        footprint.rotation_bytes = growth(&granted, &rotated, grants * 2.0);
        eprintln!(
            "{} {:?} {:?}",
            footprint.server, footprint.grant_bytes, footprint.rotation_bytes
        );
    }
    Ok(())
}

async fn stop_and_weigh(server: Server) -> Result<Vec<(String, f64)>> {
    let database = database_in(&server.program.folder)?;
    server.process.stop().await?;
    table_bytes(&database)
}

fn database_in(folder: &Path) -> Result<PathBuf> {
    let mut found = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let database = found.find(|path| path.extension().is_some_and(|e| e == "db" || e == "sqlite"));
    database.with_context(|| format!("no database in {}", folder.display()))
}

fn growth(
    before: &[(String, f64)],
    after: &[(String, f64)],
    operations: f64,
) -> BTreeMap<String, f64> {
    let old = |name: &str| {
        before
            .iter()
            .find(|(known, _)| known == name)
            .map_or(0.0, |(_, b)| *b)
    };
    let grown = after
        .iter()
        .map(|(name, bytes)| (name.clone(), (bytes - old(name)) / operations));
    grown.filter(|(_, bytes)| bytes.abs() >= 1.0).collect()
}

/// W8: the same rotations before and after the database has become big.
pub(crate) async fn big(plan: &Plan, places: &Places) -> Result<Vec<Figure>> {
    let (real, all) = plan.stored;
    let program = places.ours("ours-big")?;
    let server = Server::start(program.clone()).await?;
    let found = server.discover("/mcp/ping").await?;
    let client = register(&found, "none").await?;
    let mut dancers = people(&found, &client, &server, plan.connections).await?;
    let mut turns = Vec::new();
    for dancer in &mut dancers {
        let mut own = Vec::new();
        for _ in 0..real.div_ceil(plan.connections) {
            own.push(Refresh::new(&found, &client, dancer.dance().await?)?);
        }
        turns.push(Turns(own));
    }
    let time = Until::Elapsed(plan.round);
    let entry = Entry {
        server: &server,
        workers: turns.iter_mut().collect(),
    };
    let mut figures = compare(FEW, plan, time, vec![entry]).await?;
    let database = database_in(&server.program.folder)?;
    server.process.stop().await?;
    let columns = "SELECT group_concat(name) FROM pragma_table_info('families') WHERE name <> 'id'";
    let columns = sqlite(&database, columns)?;
    let columns = columns.trim();
    // Each real grant gets its share of copies right behind it, so that no two real ones are neighbours.
    let copies = all / real.max(1);
    let fill = format!(
        "INSERT INTO families (id, {columns}) SELECT f.id || printf('%06d', n.value), {columns} \
         FROM families f, generate_series(2, {copies}) n"
    );
    sqlite(&database, &fill)?;
    let server = Server::start(program).await?;
    let entry = Entry {
        server: &server,
        workers: turns.iter_mut().collect(),
    };
    figures.extend(compare(MANY, plan, time, vec![entry]).await?);
    server.process.stop().await?;
    Ok(figures)
}
