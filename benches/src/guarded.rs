//! W1: guarded calls, beside a bare HTTP server for the scale.

use std::fs;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::all::{BARE, CHALLENGE, FRESH, SEEN};
use crate::dance::register;
use crate::http::{Connection, request};
use crate::issuers::people;
use crate::measure::Until;
use crate::raw::Signer;
use crate::rounds::{Entry, Figure, Plan, compare};
use crate::servers::{Places, RMCP, SDK, Server};
use crate::works::{Call, get};

/// W1, and a bare server for the scale.
pub(crate) async fn run(
    plan: &Plan,
    places: &Places,
    ours: &Server,
    signer: &Signer,
    figures: &mut Vec<Figure>,
) -> Result<()> {
    let found = ours.discover("/mcp/notes").await?;
    let issuer = found.authorize.origin().ascii_serialization();
    let audience = found
        .resource
        .clone()
        .context("our endpoint names its resource")?;
    let key = published_key(ours, signer).await?;
    fs::write(
        places.run.join("keys.json"),
        json!({"keys": [key]}).to_string(),
    )?;
    let rmcp = Server::start(places.guarded(RMCP, &issuer, &audience)?).await?;
    let sdk = Server::start(places.guarded(SDK, &issuer, &audience)?).await?;
    let hello = Server::start(places.hello()?).await?;
    // A real token, to take the claims from.
    let client = register(&found, "none").await?;
    let mut dancers = people(&found, &client, ours, 1).await?;
    let dancer = dancers.first_mut().context("nobody")?;
    let mint = Mint {
        signer,
        header: json!({"alg": "RS256", "typ": "at+jwt", "kid": key.get("kid")}),
        claims: claims_of(&dancer.dance().await?.access_token)?,
    };
    let calls = [
        (ours, "/mcp/notes", "auth_whoami"),
        (&rmcp, "/mcp", "ping"),
        (&sdk, "/mcp", "ping"),
    ];
    let token = mint.token(0)?;
    let (mut seen, mut challenges, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    let per_connection = plan.fresh_tokens * (plan.rounds + 1);
    let tokens = (1..=per_connection * plan.connections).map(|number| mint.token(number));
    let tokens: Vec<_> = tokens.collect::<Result<_>>()?;
    for (server, path, tool) in calls {
        let call = Call {
            mcp: server.program.ready.join(path)?,
            tool: tool.into(),
        };
        let (mut repeats, mut each, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        for connection in 0..plan.connections {
            repeats.push(call.repeat(&token).await?);
            bare.push(call.challenge()?);
            let own = tokens
                .iter()
                .skip(connection * per_connection)
                .take(per_connection);
            let own: Vec<_> = own.cloned().collect();
            each.push(call.each(&token, &own).await?);
        }
        seen.push(Entry {
            server,
            workers: repeats,
        });
        challenges.push(Entry {
            server,
            workers: bare,
        });
        fresh.push(Entry {
            server,
            workers: each,
        });
    }
    let time = Until::Elapsed(plan.round);
    figures.extend(compare(SEEN, plan, time, seen).await?);
    figures.extend(compare(FRESH, plan, Until::Count(plan.fresh_tokens), fresh).await?);
    figures.extend(compare(CHALLENGE, plan, time, challenges).await?);
    let workers = (0..plan.connections).map(|_| get(&hello.program.ready));
    let entry = Entry {
        server: &hello,
        workers: workers.collect::<Result<_>>()?,
    };
    figures.extend(compare(BARE, plan, time, vec![entry]).await?);
    Ok(())
}

/// Makes tokens that differ only in their id.
struct Mint<'a> {
    signer: &'a Signer,
    header: Value,
    claims: Value,
}

impl Mint<'_> {
    fn token(&self, number: usize) -> Result<String> {
        let text = |name| {
            self.claims
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let family = text("jti").split('.').next().unwrap_or_default();
        let (jti, scope) = (format!("{family}.{number:022}"), text("scope"));
        let mut claims = self.claims.clone();
        if let Some(claims) = claims.as_object_mut() {
            claims.insert("jti".into(), jti.into());
            claims.insert("scope".into(), format!("{scope} ping:read").into());
        }
        self.signer.sign(&self.header, &claims)
    }
}

/// The generator's own key as our server publishes it.
async fn published_key(ours: &Server, signer: &Signer) -> Result<Value> {
    let url = ours.program.ready.join("/.well-known/jwks.json")?;
    let mut connection = Connection::to(&url)?;
    let answer = connection
        .send(&request("GET", &url, "", ""))
        .await?
        .expect(200)?;
    let set: Value = answer.json()?;
    let mut keys = set
        .get("keys")
        .and_then(Value::as_array)
        .context("no keys")?
        .iter();
    let modulus = Value::from(signer.modulus());
    let key = keys.find(|key| key.get("n") == Some(&modulus));
    key.cloned().context("the imported key is not published")
}

fn claims_of(token: &str) -> Result<Value> {
    let claims = token
        .split('.')
        .nth(1)
        .context("the access token is no JWT")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?)
}
