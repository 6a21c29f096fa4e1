//! The kinds of work, one state per connection.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use url::Url;

use crate::dance::{Client, Dancer, Tokens, registration};
use crate::discover::Discovered;
use crate::http::{Connection, form, request};
use crate::measure::Work;

/// The same request again and again, with the status it must get.
pub(crate) struct Repeat {
    connection: Connection,
    bytes: Vec<u8>,
    status: u16,
}

impl Work for Repeat {
    async fn run(&mut self) -> Result<()> {
        self.connection
            .send(&self.bytes)
            .await?
            .expect(self.status)
            .map(|_| ())
    }
}

/// A request that is another one each time.
pub(crate) struct Each {
    connection: Connection,
    requests: std::vec::IntoIter<Vec<u8>>,
}

impl Work for Each {
    async fn run(&mut self) -> Result<()> {
        let bytes = self.requests.next().context("out of requests")?;
        self.connection.send(&bytes).await?.expect(200).map(|_| ())
    }
}

const JSON: &str =
    "content-type: application/json\r\naccept: application/json, text/event-stream\r\n";
const REVISION: &str = "2025-11-25";

/// A guarded tool's call.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) mcp: Url,
    pub(crate) tool: String,
}

impl Call {
    /// The request, for a server that keeps sessions after the handshake.
    fn bytes(&self, headers: &str, token: &str) -> Vec<u8> {
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": self.tool, "arguments": {}},
        });
        let headers = format!("{JSON}{headers}authorization: Bearer {token}\r\n");
        request("POST", &self.mcp, &headers, &body.to_string())
    }

    /// Shakes hands; gives the headers that later requests carry.
    async fn open(&self, connection: &mut Connection, token: &str) -> Result<String> {
        let body = json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": {
                "protocolVersion": REVISION, "capabilities": {},
                "clientInfo": {"name": "benches", "version": "0"},
            },
        });
        let headers = format!("{JSON}authorization: Bearer {token}\r\n");
        let bytes = request("POST", &self.mcp, &headers, &body.to_string());
        let answer = connection.send(&bytes).await?.expect(200)?;
        let session = answer.header("mcp-session-id");
        let session = session.map_or(String::new(), |id| format!("mcp-session-id: {id}\r\n"));
        Ok(format!("mcp-protocol-version: {REVISION}\r\n{session}"))
    }

    /// Calls with one token. The first answer is looked at closely.
    pub(crate) async fn repeat(&self, token: &str) -> Result<Repeat> {
        let mut connection = Connection::to(&self.mcp)?;
        let headers = self.open(&mut connection, token).await?;
        let bytes = self.bytes(&headers, token);
        let answer = connection.send(&bytes).await?.expect(200)?;
        let found: serde_json::Value = answer.json()?;
        let result = found.get("result").with_context(|| found.to_string())?;
        if result.get("content").is_none() || result.get("isError") == Some(&true.into()) {
            bail!("the tool refused: {found}");
        }
        Ok(Repeat {
            connection,
            bytes,
            status: 200,
        })
    }

    /// Calls with another token each time.
    pub(crate) async fn each(&self, first: &str, tokens: &[String]) -> Result<Each> {
        let mut connection = Connection::to(&self.mcp)?;
        let headers = self.open(&mut connection, first).await?;
        let requests: Vec<_> = tokens
            .iter()
            .map(|token| self.bytes(&headers, token))
            .collect();
        Ok(Each {
            connection,
            requests: requests.into_iter(),
        })
    }

    /// Calls without a token.
    pub(crate) fn challenge(&self) -> Result<Repeat> {
        let bytes = request(
            "POST",
            &self.mcp,
            JSON,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        );
        Ok(Repeat {
            connection: Connection::to(&self.mcp)?,
            bytes,
            status: 401,
        })
    }
}

/// `GET`, answered 200.
pub(crate) fn get(url: &Url) -> Result<Repeat> {
    let bytes = request("GET", url, "", "");
    Ok(Repeat {
        connection: Connection::to(url)?,
        bytes,
        status: 200,
    })
}

/// The whole code flow; the person has a session, or signs in each time.
pub(crate) struct Flow {
    pub(crate) dancer: Dancer,
    pub(crate) signs_in: bool,
}

impl Work for Flow {
    async fn run(&mut self) -> Result<()> {
        if self.signs_in {
            self.dancer.sign_out();
        }
        self.dancer.dance().await.map(|_| ())
    }
}

/// Sign-in after sign-in. A server that is full says so with 503, which is no failure here.
pub(crate) struct SignIn(pub(crate) Dancer);

impl Work for SignIn {
    async fn run(&mut self) -> Result<()> {
        match self.0.sign_in().await {
            Err(error) if error.to_string().contains(": 503 ") => {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                Ok(())
            }
            other => other,
        }
    }
}

/// A refresh token and its successors.
pub(crate) struct Refresh {
    connection: Connection,
    server: Discovered,
    client: Client,
    token: String,
}

impl Refresh {
    pub(crate) fn new(server: &Discovered, client: &Client, tokens: Tokens) -> Result<Self> {
        Ok(Self {
            connection: Connection::to(&server.token)?,
            server: server.clone(),
            client: client.clone(),
            token: tokens
                .refresh_token
                .context("no refresh token was given out")?,
        })
    }
}

impl Work for Refresh {
    async fn run(&mut self) -> Result<()> {
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", &self.token),
            ("client_id", &self.client.id),
        ];
        fields.extend(
            self.client
                .secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        let bytes = form(&self.server.token, "", &fields);
        let tokens: Tokens = self.connection.send(&bytes).await?.expect(200)?.json()?;
        let token = tokens.refresh_token.context("no successor")?;
        if token == self.token {
            bail!("the refresh token was not rotated");
        }
        self.token = token;
        Ok(())
    }
}

/// Many refresh tokens in turn.
pub(crate) struct Turns(pub(crate) Vec<Refresh>);

impl Work for Turns {
    async fn run(&mut self) -> Result<()> {
        self.0.rotate_left(1);
        self.0.first_mut().context("no refresh token")?.run().await
    }
}

/// Registrations, no two alike.
pub(crate) struct Register {
    connection: Connection,
    url: Url,
}

static REGISTERED: AtomicU64 = AtomicU64::new(0);

impl Register {
    pub(crate) fn new(server: &Discovered) -> Result<Self> {
        let url = server
            .register
            .clone()
            .context("no registration endpoint")?;
        Ok(Self {
            connection: Connection::to(&url)?,
            url,
        })
    }
}

impl Work for Register {
    async fn run(&mut self) -> Result<()> {
        let count = REGISTERED.fetch_add(1, Ordering::Relaxed);
        let body = registration(&format!("https://client.example/{count}"), "none");
        let bytes = request(
            "POST",
            &self.url,
            "content-type: application/json\r\n",
            &body,
        );
        self.connection.send(&bytes).await?.expect(201).map(|_| ())
    }
}

/// Introspection of one token by an authenticated client.
pub(crate) async fn introspect(
    server: &Discovered,
    client: &Client,
    token: &str,
) -> Result<Repeat> {
    use base64::Engine as _;
    let url = server
        .introspect
        .as_ref()
        .context("no introspection endpoint")?;
    let secret = client
        .secret
        .as_deref()
        .context("the client has no secret")?;
    let pair = format!("{}:{secret}", client.id);
    let basic = base64::engine::general_purpose::STANDARD.encode(pair);
    let headers = format!("authorization: Basic {basic}\r\n");
    let bytes = form(url, &headers, &[("token", token)]);
    let mut connection = Connection::to(url)?;
    let answer = connection.send(&bytes).await?.expect(200)?;
    let found: serde_json::Value = answer.json()?;
    if found.get("active") != Some(&true.into()) {
        bail!("the token is not active: {found}");
    }
    Ok(Repeat {
        connection,
        bytes,
        status: 200,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Until, drive};

    #[tokio::test]
    async fn a_server_is_driven_by_several_connections() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let url = Url::parse(&url).unwrap();
        let mut workers: Vec<_> = (0..3).map(|_| get(&url).unwrap()).collect();
        let round = tokio::select! {
            _ = crate::raw::hello(listener) => panic!("the server ended"),
            round = drive(&mut workers, Until::Count(5), None) => round.unwrap(),
        };
        assert_eq!(round.latencies.len(), 15);
        // An answer with another status is an error, not an operation.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let mut wrong = get(&Url::parse(&url).unwrap()).unwrap();
        wrong.status = 401;
        tokio::select! {
            _ = crate::raw::hello(listener) => panic!("the server ended"),
            result = wrong.run() => assert!(result.unwrap_err().to_string().contains("expected 401: 200")),
        }
    }
}
