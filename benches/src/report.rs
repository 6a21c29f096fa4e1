//! Results as text: what was aimed at, what was reached, and every figure.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::all::{
    CHALLENGE, FEW, FLOW, FLOW_HASH, FRESH, INTROSPECT, MANY, REFRESH, REFRESH_RSA, REGISTER,
    Results, SEEN,
};
use crate::rounds::Figure;
use crate::servers::{EXPRESS, OIDC, OURS, RMCP, SDK};

const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

/// One target with what became of it.
pub(crate) struct Goal {
    work: &'static str,
    aim: String,
    reached: String,
    met: bool,
}

/// Puts the results between the marks of the page.
pub(crate) fn write(results: &Results, page: &Path, heading: &str) -> Result<()> {
    let text = fs::read_to_string(page)?;
    let (before, rest) = text.split_once(BEGIN).context("the page has no marks")?;
    let (_, after) = rest.split_once(END).context("the page has no marks")?;
    let middle = markdown(results, heading)?;
    fs::write(page, format!("{before}{BEGIN}\n{middle}{END}{after}"))?;
    Ok(())
}

fn markdown(results: &Results, heading: &str) -> Result<String> {
    let mut out = format!("\n{heading}\n\n");
    out += "| work | aim | reached | |\n|---|---|---|---|\n";
    for goal in goals(results) {
        let verdict = if goal.met { "met" } else { "**missed**" };
        writeln!(
            out,
            "| {} | {} | {} | {verdict} |",
            goal.work, goal.aim, goal.reached
        )?;
    }
    out += "\n| work | server | ops/s | CPU µs per op | p50 ms | p99 ms | Vestibule does |\n\
            |---|---|---|---|---|---|---|\n";
    for figure in &results.figures {
        let ours = results.figure(&figure.work, OURS);
        let ratio = ours.filter(|ours| ours.server != figure.server);
        let ratio = ratio.map_or(String::new(), |ours| {
            format!("{:.1}×", ours.rate / figure.rate)
        });
        let Figure {
            work,
            server,
            rate,
            cpu_micros,
            p50_ms,
            p99_ms,
        } = figure;
        writeln!(
            out,
            "| {work} | {server} | {rate:.0} | {cpu_micros:.1} | {p50_ms:.2} | {p99_ms:.2} | {ratio} |"
        )?;
    }
    let raw = &results.raw;
    writeln!(
        out,
        "\nRaw rates of one core: RS256 {:.0}/s, EdDSA {:.0}/s, argon2id (19 MiB, t=2) {:.1}/s.\n",
        raw.rs256, raw.eddsa, raw.argon2id
    )?;
    out += "| server | start ms | idle MB | after the run MB | bytes per grant | per rotation |\n\
            |---|---|---|---|---|---|\n";
    for found in &results.footprints {
        writeln!(
            out,
            "| {} | {:.0} | {:.1} | {:.1} | {} | {} |",
            found.server,
            found.start_ms,
            found.idle_megabytes,
            found.loaded_megabytes,
            tables(&found.grant_bytes),
            tables(&found.rotation_bytes)
        )?;
    }
    out.push('\n');
    Ok(out)
}

fn tables(bytes: &BTreeMap<String, f64>) -> String {
    let each: Vec<_> = bytes
        .iter()
        .map(|(name, bytes)| format!("{name} {bytes:.0}"))
        .collect();
    let total: f64 = bytes.values().sum();
    format!("{total:.0} ({})", each.join(", "))
}

fn goals(results: &Results) -> Vec<Goal> {
    let mut goals = rates(results);
    goals.extend(costs(results));
    goals
}

fn at_least(work: &'static str, what: &str, wanted: f64, reached: f64) -> Goal {
    Goal {
        work,
        aim: format!("≥ {wanted}× {what}"),
        reached: format!("{reached:.2}×"),
        met: reached >= wanted,
    }
}

fn at_most(work: &'static str, what: &str, wanted: f64, reached: f64) -> Goal {
    Goal {
        work,
        aim: format!("{what} ≤ {wanted:.1}"),
        reached: format!("{reached:.1}"),
        met: reached <= wanted,
    }
}

fn rates(results: &Results) -> Vec<Goal> {
    let rate = |work, server| {
        results
            .figure(work, server)
            .map_or(0.0, |figure| figure.rate)
    };
    let ours = |work| rate(work, OURS);
    let ratio = |work, peer| ours(work) / rate(work, peer).max(1e-9);
    let best = |work| ours(work) / rate(work, OIDC).max(rate(work, EXPRESS)).max(1e-9);
    const PEER: &str = "the best durable peer";
    let (hash, signature) = (results.raw.argon2id, results.raw.rs256);
    vec![
        at_least(SEEN, RMCP, 4.0, ratio(SEEN, RMCP)),
        at_least(SEEN, SDK, 40.0, ratio(SEEN, SDK)),
        at_least(FRESH, RMCP, 1.0, ratio(FRESH, RMCP)),
        at_least(CHALLENGE, RMCP, 0.9, ratio(CHALLENGE, RMCP)),
        at_least(FLOW, PEER, 10.0, best(FLOW)),
        at_least(FLOW_HASH, "the bare hash", 0.9, ours(FLOW_HASH) / hash),
        at_least(REFRESH, PEER, 10.0, best(REFRESH)),
        at_least(
            REFRESH_RSA,
            "the bare signature",
            0.7,
            ours(REFRESH_RSA) / signature,
        ),
        at_least(REGISTER, PEER, 4.0, best(REGISTER)),
        at_least(INTROSPECT, OIDC, 5.0, ratio(INTROSPECT, OIDC)),
    ]
}

fn costs(results: &Results) -> Vec<Goal> {
    let figure = |work, server| results.figure(work, server);
    let cpu = |work| figure(work, OURS).map_or(f64::MAX, |figure| figure.cpu_micros);
    let p99 = |server| figure(SEEN, server).map_or(f64::MAX, |figure| figure.p99_ms);
    let mut goals = vec![
        at_most(SEEN, "p99 ms, rmcp's", p99(RMCP), p99(OURS)),
        at_most(REGISTER, "CPU µs", 90.0, cpu(REGISTER)),
        at_most(INTROSPECT, "CPU µs", 30.0, cpu(INTROSPECT)),
        at_most(MANY, "CPU, against few grants,", 1.3, cpu(MANY) / cpu(FEW)),
    ];
    let crowd = &results.crowd;
    for (what, [alone, crowded]) in [("token", crowd.token_ms), ("call", crowd.call_ms)] {
        let what = format!(
            "{what} p99, {} people signing in against none,",
            crowd.sign_ins
        );
        goals.push(at_most("W9 crowd", &what, 2.0, crowded / alone.max(1e-9)));
    }
    if let Some(ours) = results.footprints.iter().find(|found| found.server == OURS) {
        // What grows with what is granted. The other tables age: see the footprint below.
        let kept = |bytes: &BTreeMap<String, f64>| {
            let lasting = bytes
                .iter()
                .filter(|(name, _)| ["families", "consents"].contains(&name.as_str()));
            lasting.map(|(_, bytes)| bytes).sum::<f64>().max(0.0)
        };
        goals.extend([
            at_most("W7 cold start", "ms", 60.0, ours.start_ms),
            at_most("W7 idle memory", "MB", 25.0, ours.idle_megabytes),
            at_most(
                "W7 database",
                "bytes per grant",
                400.0,
                kept(&ours.grant_bytes),
            ),
            at_most(
                "W7 database",
                "bytes per rotation",
                0.0,
                kept(&ours.rotation_bytes),
            ),
        ]);
    }
    goals
}
