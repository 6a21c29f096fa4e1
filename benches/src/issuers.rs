//! W2 to W5: what issuers do; and W9: what others notice while people sign in.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::all::{Crowd, FLOW, FLOW_HASH, INTROSPECT, REFRESH, REFRESH_RSA, REGISTER};
use crate::dance::{Client, Dancer, register};
use crate::discover::Discovered;
use crate::measure::{Round, Until, drive};
use crate::page::Person;
use crate::rounds::{Entry, Figure, Plan, compare};
use crate::servers::{OURS, Server, introspector};
use crate::works::{Call, Flow, Refresh, Register, Repeat, SignIn, introspect};

/// People with accounts, signed in, for the same client.
pub(crate) async fn people(
    found: &Discovered,
    client: &Client,
    server: &Server,
    count: usize,
) -> Result<Vec<Dancer>> {
    let mut dancers = Vec::new();
    static PEOPLE: AtomicU32 = AtomicU32::new(0);
    for _ in 0..count {
        let number = PEOPLE.fetch_add(1, Ordering::Relaxed);
        let person = Person {
            email: format!("person-{number}@example.com"),
            password: "a password of some length".into(),
        };
        let mut dancer = Dancer::new(found, client, person)?;
        if server.name() == OURS {
            dancer.sign_up("/signup").await?;
        }
        dancer.authorize().await?;
        dancers.push(dancer);
    }
    Ok(dancers)
}

/// W2 to W5.
pub(crate) async fn run(
    plan: &Plan,
    servers: [&Server; 3],
    figures: &mut Vec<Figure>,
) -> Result<()> {
    let time = Until::Elapsed(plan.round);
    let (mut flows, mut refreshes, mut registrations) = (Vec::new(), Vec::new(), Vec::new());
    let mut introspections = Vec::new();
    let (mut hashed, mut by_rsa) = (Vec::new(), Vec::new());
    for server in servers {
        let is_ours = server.name() == OURS;
        // The resource whose tokens are signed with EdDSA.
        let found = server
            .discover(if is_ours { "/mcp/ping" } else { "/" })
            .await?;
        let client = register(&found, "none").await?;
        let mut dancers = people(&found, &client, server, plan.connections).await?;
        let mut workers = Vec::new();
        for dancer in &mut dancers {
            workers.push(Refresh::new(&found, &client, dancer.dance().await?)?);
        }
        refreshes.push(Entry { server, workers });
        let workers = (0..plan.connections).map(|_| Register::new(&found));
        registrations.push(Entry {
            server,
            workers: workers.collect::<Result<_>>()?,
        });
        if found.introspect.is_some() {
            let workers = introspections_of(plan, server, &found).await?;
            introspections.push(Entry { server, workers });
        }
        let workers = dancers.into_iter().map(|dancer| Flow {
            dancer,
            signs_in: false,
        });
        flows.push(Entry {
            server,
            workers: workers.collect(),
        });
        if is_ours {
            let found = server.discover("/mcp/notes").await?;
            let client = register(&found, "none").await?;
            let mut dancers = people(&found, &client, server, plan.connections).await?;
            let mut workers = Vec::new();
            for dancer in &mut dancers {
                workers.push(Refresh::new(&found, &client, dancer.dance().await?)?);
            }
            by_rsa.push(Entry { server, workers });
            let workers = dancers.into_iter().map(|dancer| Flow {
                dancer,
                signs_in: true,
            });
            hashed.push(Entry {
                server,
                workers: workers.collect(),
            });
        }
    }
    figures.extend(compare(FLOW, plan, time, flows).await?);
    figures.extend(compare(FLOW_HASH, plan, time, hashed).await?);
    figures.extend(compare(REFRESH, plan, time, refreshes).await?);
    figures.extend(compare(REFRESH_RSA, plan, time, by_rsa).await?);
    figures.extend(compare(REGISTER, plan, time, registrations).await?);
    figures.extend(compare(INTROSPECT, plan, time, introspections).await?);
    Ok(())
}

/// A token is introspected by its own client where the server wants that, else by a configured one.
async fn introspections_of(
    plan: &Plan,
    server: &Server,
    found: &Discovered,
) -> Result<Vec<Repeat>> {
    let mut found = found.clone();
    let (client, asks) = if server.name() == OURS {
        (register(&found, "none").await?, introspector())
    } else {
        // Without a resource this server's tokens are opaque, the only kind that it introspects.
        found.resource = None;
        let client = register(&found, "client_secret_basic").await?;
        (client.clone(), client)
    };
    let mut dancers = people(&found, &client, server, 1).await?;
    let dancer = dancers.first_mut().context("nobody")?;
    let token = dancer.dance().await?.access_token;
    let mut workers = Vec::new();
    for _ in 0..plan.connections {
        workers.push(introspect(&found, &asks, &token).await?);
    }
    Ok(workers)
}

/// W9: few requests at a steady pace, alone and while many people sign in.
pub(crate) async fn crowd(plan: &Plan, ours: &Server) -> Result<Crowd> {
    const PACE: Option<Duration> = Some(Duration::from_millis(10));
    let found = ours.discover("/mcp/notes").await?;
    let client = register(&found, "none").await?;
    let mut dancers = people(&found, &client, ours, plan.connections.min(4)).await?;
    let call = Call {
        mcp: ours.program.ready.join("/mcp/notes")?,
        tool: "auth_whoami".into(),
    };
    let (mut tokens, mut calls) = (Vec::new(), Vec::new());
    for dancer in &mut dancers {
        let issued = dancer.dance().await?;
        calls.push(call.repeat(&issued.access_token).await?);
        tokens.push(Refresh::new(&found, &client, issued)?);
    }
    let mut signing_in = Vec::new();
    for dancer in dancers.iter().cycle().take(plan.people_signing_in) {
        let person = dancer.person.clone();
        signing_in.push(SignIn(Dancer::new(&found, &client, person)?));
    }
    let mut crowd = Crowd {
        token_ms: [0.0; 2],
        call_ms: [0.0; 2],
        sign_ins: plan.people_signing_in,
    };
    let time = Until::Elapsed(plan.round * 2);
    let p99 = |rounds: (Round, Round)| [rounds.0.quantile(0.99), rounds.1.quantile(0.99)];
    let mut both = async || {
        let (tokens, calls) = tokio::join!(
            drive(&mut tokens, time, PACE),
            drive(&mut calls, time, PACE)
        );
        Ok::<_, anyhow::Error>(p99((tokens?, calls?)))
    };
    let alone = both().await?;
    let background = drive(
        &mut signing_in,
        Until::Elapsed(Duration::from_secs(600)),
        None,
    );
    let crowded = tokio::select! {
        crowded = both() => crowded?,
        ended = background => { ended?; anyhow::bail!("signing in ended early") }
    };
    for (at, [token, call]) in [alone, crowded].into_iter().enumerate() {
        if let (Some(tokens), Some(calls)) = (crowd.token_ms.get_mut(at), crowd.call_ms.get_mut(at))
        {
            (*tokens, *calls) = (token, call);
        }
    }
    eprintln!("{crowd:?}");
    Ok(crowd)
}
