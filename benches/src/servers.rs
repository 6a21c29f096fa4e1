//! The servers that are compared: ours, and the peers under `benches/peers`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use url::Url;

use crate::discover::{Discovered, discover};
use crate::process::{Process, Program};

pub(crate) const CORE: usize = 0;
pub(crate) const OURS: &str = "Vestibule";
pub(crate) const RMCP: &str = "rmcp + jsonwebtoken";
pub(crate) const SDK: &str = "TypeScript SDK";
pub(crate) const OIDC: &str = "node-oidc-provider + SQLite";
pub(crate) const EXPRESS: &str = "express + SDK router + SQLite";
pub(crate) const HELLO: &str = "hyper hello world";

const SECRET: &str = "a-secret-of-the-introspecting-client";

/// Where things are.
pub(crate) struct Places {
    pub(crate) root: PathBuf,
    pub(crate) run: PathBuf,
    /// Ours.
    pub(crate) binary: PathBuf,
}

/// The ports are fixed: tokens name the server they are for.
#[derive(Clone, Copy)]
#[repr(u16)]
pub(crate) enum Port {
    Ours = 47_810,
    Rmcp,
    Sdk,
    Oidc,
    Express,
    Hello,
    Metrics,
}

pub(crate) fn url(port: Port, path: &str) -> Result<Url> {
    Ok(Url::parse(&format!(
        "http://127.0.0.1:{}{path}",
        port as u16
    ))?)
}

impl Places {
    /// Ours, with every limit per window off and the signing key of the generator. `name` is the
    /// folder of its data.
    pub(crate) fn ours(&self, name: &str) -> Result<Program> {
        let folder = self.run.join(name);
        fs::create_dir_all(&folder)?;
        let port = Port::Ours as u16;
        let config = format!(
            r#"public_url = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
data_dir = "{}"

[metrics]
listen = "127.0.0.1:{}"

[signing]
private_key_file = "{}"

[apps.notes]
algorithm = "RS256"

[apps.ping]
algorithm = "EdDSA"

[limits]
sign_in_failures_per_person = "off"
sign_in_failures_per_source = "off"
sign_ups_per_source = "off"
registrations_per_source = "off"
token_failures_per_source = "off"
authorize_requests_per_source = "off"

[[clients.configured]]
id = "introspector"
secret = "{SECRET}"
introspects = ["notes", "ping"]
"#,
            folder.display(),
            Port::Metrics as u16,
            self.run.join("key.pem").display(),
        );
        let file = folder.join("vestibule.toml");
        fs::write(&file, config)?;
        Ok(Program {
            name: OURS.into(),
            command: vec![
                text(&self.binary),
                "serve".into(),
                "--config".into(),
                text(&file),
            ],
            ready: url(Port::Ours, "/.well-known/oauth-authorization-server")?,
            folder,
        })
    }

    fn node(&self, name: &str, script: &str, arguments: &[String], ready: Url) -> Program {
        let peers = self.root.join("benches/peers/node");
        let node = peers.join("node_modules/node/bin/node");
        let script = peers.join(script);
        let mut command = vec![text(&node), "--no-warnings".into(), text(&script)];
        command.extend_from_slice(arguments);
        let folder = self.run.join(name.split(' ').next().unwrap_or(name));
        Program {
            name: name.into(),
            command,
            ready,
            folder,
        }
    }

    /// A durable issuer in JavaScript; its database is `data.db` in its folder.
    pub(crate) fn issuer(&self, name: &'static str, folder: &str) -> Result<Program> {
        let (script, port) = match name {
            OIDC => ("oidc.mjs", Port::Oidc),
            _ => ("express.mjs", Port::Express),
        };
        let folder = self.run.join(folder);
        let arguments = [(port as u16).to_string(), text(&folder.join("data.db"))];
        let ready = url(port, "/.well-known/oauth-authorization-server")?;
        let mut program = self.node(name, script, &arguments, ready);
        program.folder = folder;
        Ok(program)
    }

    /// A guarded server that accepts tokens for `audience`.
    pub(crate) fn guarded(
        &self,
        name: &'static str,
        issuer: &str,
        audience: &str,
    ) -> Result<Program> {
        let port = if name == RMCP { Port::Rmcp } else { Port::Sdk };
        let keys = text(&self.run.join("keys.json"));
        let arguments = [
            (port as u16).to_string(),
            issuer.into(),
            audience.into(),
            keys,
        ];
        let ready = url(port, "/.well-known/oauth-protected-resource")?;
        let mut program = self.node(name, "guarded.mjs", &arguments, ready);
        if name == RMCP {
            program.command = vec![text(&self.root.join("target/peers/release/rmcp-peer"))];
            program.command.extend(arguments);
        }
        Ok(program)
    }

    pub(crate) fn hello(&self) -> Result<Program> {
        let own = text(&std::env::current_exe()?);
        Ok(Program {
            name: HELLO.into(),
            command: vec![own, "hello".into(), (Port::Hello as u16).to_string()],
            ready: url(Port::Hello, "/")?,
            folder: self.run.join("hello"),
        })
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A running server with its name.
pub(crate) struct Server {
    pub(crate) program: Program,
    pub(crate) process: Process,
}

impl Server {
    pub(crate) async fn start(program: Program) -> Result<Self> {
        let process = program.start(CORE).await?;
        Ok(Self { program, process })
    }

    pub(crate) fn name(&self) -> &str {
        &self.program.name
    }

    /// What its documents say. What it does not name itself is named for it.
    pub(crate) async fn discover(&self, mcp: &str) -> Result<Discovered> {
        let mut found = discover(&self.program.ready.join(mcp)?).await?;
        if self.name() == OIDC {
            found.resource = Some("https://resource.example/mcp".into());
        }
        Ok(found)
    }
}

/// The client that our configuration lets introspect.
pub(crate) fn introspector() -> crate::dance::Client {
    crate::dance::Client {
        id: "introspector".into(),
        secret: Some(SECRET.into()),
    }
}
