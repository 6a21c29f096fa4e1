//! Everything that docs/performance.md reports, in one run.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use crate::raw::{Raw, Signer, measure};
use crate::rounds::{Figure, Plan};
use crate::servers::{EXPRESS, OIDC, Places, Server};
use crate::storage::{big, cold_start, grow};
use crate::{guarded, issuers};

pub(crate) const SEEN: &str = "W1 call, token seen before";
pub(crate) const FRESH: &str = "W1 call, token never seen";
pub(crate) const CHALLENGE: &str = "W1 challenge without token";
pub(crate) const BARE: &str = "bare HTTP";
pub(crate) const FLOW: &str = "W2 code flow, signed in";
pub(crate) const FLOW_HASH: &str = "W2 code flow with password";
pub(crate) const REFRESH: &str = "W3 refresh, EdDSA or opaque";
pub(crate) const REFRESH_RSA: &str = "W3 refresh, RS256";
pub(crate) const REGISTER: &str = "W4 registration";
pub(crate) const INTROSPECT: &str = "W5 introspection";
pub(crate) const FEW: &str = "W8 refresh among few grants";
pub(crate) const MANY: &str = "W8 refresh among many grants";

/// What a server needs before it is of use, and keeps.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Footprint {
    pub(crate) server: String,
    pub(crate) start_ms: f64,
    pub(crate) idle_megabytes: f64,
    pub(crate) loaded_megabytes: f64,
    /// Bytes per table: per grant, and per rotation.
    pub(crate) grant_bytes: BTreeMap<String, f64>,
    pub(crate) rotation_bytes: BTreeMap<String, f64>,
}

/// The 99th percentiles of a token and a call, alone and while people sign in, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Crowd {
    pub(crate) token_ms: [f64; 2],
    pub(crate) call_ms: [f64; 2],
    pub(crate) sign_ins: usize,
}

/// All of it.
#[derive(Serialize)]
pub(crate) struct Results {
    pub(crate) raw: Raw,
    pub(crate) figures: Vec<Figure>,
    pub(crate) footprints: Vec<Footprint>,
    pub(crate) crowd: Crowd,
    pub(crate) stored: (usize, usize),
}

impl Results {
    pub(crate) fn figure(&self, work: &str, server: &str) -> Option<&Figure> {
        let mut figures = self.figures.iter();
        figures.find(|figure| figure.work == work && figure.server == server)
    }
}

/// `binary` is the server to measure in place of the release build's.
pub(crate) async fn run(plan: &Plan, root: PathBuf, binary: Option<PathBuf>) -> Result<Results> {
    let binary = binary.unwrap_or_else(|| root.join("target/release/vestibule"));
    let run = root.join("target/bench");
    drop(fs::remove_dir_all(&run));
    fs::create_dir_all(&run)?;
    let places = Places { root, run, binary };
    let signer = Signer::new()?;
    fs::write(places.run.join("key.pem"), signer.pem()?)?;
    let raw = measure(plan.round)?;
    let mut figures = Vec::new();
    let ours = Server::start(places.ours("ours")?).await?;
    let mut footprints = vec![Footprint::of(&ours)?];
    guarded::run(plan, &places, &ours, &signer, &mut figures).await?;
    let oidc = Server::start(places.issuer(OIDC, "oidc")?).await?;
    footprints.push(Footprint::of(&oidc)?);
    let express = Server::start(places.issuer(EXPRESS, "express")?).await?;
    footprints.push(Footprint::of(&express)?);
    issuers::run(plan, [&ours, &oidc, &express], &mut figures).await?;
    let crowd = issuers::crowd(plan, &ours).await?;
    for (footprint, server) in footprints.iter_mut().zip([ours, oidc, express]) {
        footprint.loaded_megabytes = server.process.memory_megabytes()?;
        let program = server.program.clone();
        server.process.stop().await?;
        footprint.start_ms = cold_start(plan, &program).await?;
    }
    grow(plan, &places, &mut footprints).await?;
    figures.extend(big(plan, &places).await?);
    let stored = plan.stored;
    Ok(Results {
        raw,
        figures,
        footprints,
        crowd,
        stored,
    })
}
