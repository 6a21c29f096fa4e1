//! One running server, found by its documents.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Load;
use crate::dance::{Dancer, register};
use crate::discover::discover;
use crate::measure::{Round, Until, drive};
use crate::page::Person;
use crate::works::{Call, Flow, Refresh, Register};

pub(crate) async fn run(load: &Load) -> Result<()> {
    let found = discover(&load.url).await?;
    let wants = |work: &str| load.work.as_deref().is_none_or(|only| only == work);
    let client = register(&found, "none").await?;
    let person = Person {
        email: load.email.clone(),
        password: load.password.clone(),
    };
    let time = Until::Elapsed(Duration::from_secs_f64(load.seconds));
    let mut dancers = Vec::new();
    for number in 0..load.connections {
        let mut dancer = Dancer::new(&found, &client, person.clone())?;
        if let Some(path) = load.sign_up.as_deref().filter(|_| number == 0) {
            dancer.sign_up(path).await?;
        }
        dancer.authorize().await?;
        dancers.push(dancer);
    }
    if let Some(tool) = load.tool.as_ref().filter(|_| wants("call")) {
        let call = Call {
            mcp: load.url.clone(),
            tool: tool.clone(),
        };
        let token = dancers
            .first_mut()
            .context("no connection")?
            .dance()
            .await?
            .access_token;
        let (mut calls, mut challenges) = (Vec::new(), Vec::new());
        for _ in 0..load.connections {
            calls.push(call.repeat(&token).await?);
            challenges.push(call.challenge()?);
        }
        show("call", &drive(&mut calls, time, None).await?);
        show("challenge", &drive(&mut challenges, time, None).await?);
    }
    if wants("refresh") {
        let mut workers = Vec::new();
        for dancer in &mut dancers {
            workers.push(Refresh::new(&found, &client, dancer.dance().await?)?);
        }
        show("refresh", &drive(&mut workers, time, None).await?);
    }
    if wants("flow") {
        let flows = dancers.into_iter().map(|dancer| Flow {
            dancer,
            signs_in: false,
        });
        let mut workers: Vec<_> = flows.collect();
        show("flow", &drive(&mut workers, time, None).await?);
    }
    if wants("register") {
        let workers = (0..load.connections).map(|_| Register::new(&found));
        let mut workers: Vec<_> = workers.collect::<Result<_>>()?;
        show("register", &drive(&mut workers, time, None).await?);
    }
    Ok(())
}

fn show(work: &str, round: &Round) {
    let [p50, p99] = [0.5, 0.99].map(|q| round.quantile(q));
    eprintln!(
        "{work:<10} {:>9.0}/s  p50 {p50:.2} ms  p99 {p99:.2} ms",
        round.rate()
    );
}
