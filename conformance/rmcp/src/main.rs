//! The rmcp client against a server: the whole dance. Arguments: MCP URL, person's script, metadata document (or -).
//!
//! Prints one line per check: `ok <name>` or `FAIL <name>: <reason>`.
use std::future::Future;

use anyhow::{Context, Result, bail, ensure};
use rmcp::ServiceExt;
use rmcp::model::{CallToolRequestParams, ClientConfig};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{
    AuthClient, AuthorizationManager, AuthorizationRequest, AuthorizationSession,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Map, Value, json};

const CALLBACK: &str = "http://127.0.0.1:41999/callback";

struct Judge {
    url: String,
    person: String,
    document: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, person, document] = <[String; 3]>::try_from(arguments)
        .map_err(|_| anyhow::anyhow!("usage: rmcp-judge URL PERSON DOCUMENT"))?;
    let ways = match document.as_str() {
        "-" => vec![None],
        document => vec![None, Some(document.to_owned())],
    };
    for document in ways {
        let way = if document.is_some() {
            "metadata document"
        } else {
            "registration"
        };
        let judge = Judge {
            url: url.clone(),
            person: person.clone(),
            document,
        };
        let title = |step| format!("rmcp, {way}: {step}");
        // A person who once allowed more is not asked again for less: the step-up goes first.
        check(&title("steps up when a tool needs more"), judge.step_up()).await;
        check(&title("signs in, calls, refreshes"), judge.first()).await;
        check(
            &title("a revoked grant ends, and the next sign-in works"),
            judge.again(),
        )
        .await;
    }
    Ok(())
}

async fn check(name: &str, body: impl Future<Output = Result<()>>) {
    match tokio::time::timeout(std::time::Duration::from_secs(60), body).await {
        Ok(Ok(())) => println!("ok {name}"),
        Ok(Err(error)) => println!("FAIL {name}: {}", format!("{error:#}").replace('\n', " ")),
        Err(_) => println!("FAIL {name}: no end after 60 s"),
    }
}

impl Judge {
    async fn first(&self) -> Result<()> {
        let manager = self.sign_in("").await?;
        let before = manager.get_access_token().await?;
        manager.refresh_token().await.context("refresh")?;
        ensure!(
            before != manager.get_access_token().await?,
            "the refresh answered the same token"
        );
        let manager = self.call(manager, "auth_whoami", json!({})).await?;
        self.call(manager, "notes_list", json!({})).await?;
        Ok(())
    }

    async fn step_up(&self) -> Result<()> {
        let manager = self.sign_in("notes:write").await?;
        let refused = self
            .call(manager, "notes_add", json!({ "text": "x" }))
            .await;
        ensure!(
            refused.is_err(),
            "notes_add was allowed without notes:write"
        );
        let manager = self.sign_in("notes:write").await?;
        let url = manager
            .request_scope_upgrade("notes:write")
            .await
            .context("upgrade")?;
        let session = AuthorizationSession::for_scope_upgrade(manager, url.clone(), CALLBACK);
        session
            .handle_callback_url(&self.follow(&url, "").await?)
            .await?;
        self.call(
            session.auth_manager,
            "notes_add",
            json!({ "text": "from rmcp" }),
        )
        .await?;
        Ok(())
    }

    async fn again(&self) -> Result<()> {
        let manager = self.sign_in("").await?;
        let (client_id, tokens) = manager.get_credentials().await?;
        let tokens = serde_json::to_value(tokens.context("no tokens")?)?;
        let refresh = tokens
            .get("refresh_token")
            .and_then(Value::as_str)
            .context("no refresh token")?;
        let endpoint = format!(
            "{}/oauth/revoke",
            self.url.split("/mcp").next().unwrap_or_default()
        );
        let form = [("token", refresh), ("client_id", &client_id)];
        reqwest::Client::new()
            .post(endpoint)
            .form(&form)
            .send()
            .await?
            .error_for_status()?;
        ensure!(
            manager.refresh_token().await.is_err(),
            "a revoked refresh token was accepted"
        );
        ensure!(
            self.call(manager, "auth_whoami", json!({})).await.is_err(),
            "the access token outlived its grant"
        );
        let manager = self.sign_in("").await?;
        self.call(manager, "auth_whoami", json!({})).await?;
        Ok(())
    }

    /// A fresh sign-in; the person leaves `refuses` unticked.
    async fn sign_in(&self, refuses: &str) -> Result<AuthorizationManager> {
        let mut manager = AuthorizationManager::new_allowing_private_addresses(&self.url).await?;
        let metadata = manager.resolve_metadata().await?.metadata;
        manager.set_metadata(metadata);
        let mut request = AuthorizationRequest::new(CALLBACK)
            .with_client_name("rmcp judge")
            .with_application_type("native")
            .with_initial_scope_selection();
        if let Some(document) = &self.document {
            request = request.with_client_metadata_url(document);
        }
        let session = AuthorizationSession::new(manager, request)
            .await
            .map_err(|(_, error)| error)?;
        let landing = self
            .follow(session.get_authorization_url(), refuses)
            .await?;
        session
            .handle_callback_url(&landing)
            .await
            .context("callback")?;
        Ok(session.auth_manager)
    }

    /// Where the person lands.
    async fn follow(&self, url: &str, refuses: &str) -> Result<String> {
        let node = std::env::var("NODE").context("NODE")?;
        let output = tokio::process::Command::new(node)
            .args([&self.person, "--print", url])
            .env("PERSON_REFUSES", refuses)
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Lists and calls with the library's transport; hands the manager back for the next step.
    async fn call(
        &self,
        manager: AuthorizationManager,
        name: &'static str,
        arguments: Value,
    ) -> Result<AuthorizationManager> {
        let client = AuthClient::new(reqwest::Client::new(), manager);
        let shared = client.auth_manager.clone();
        let config = StreamableHttpClientTransportConfig::with_uri(self.url.as_str());
        let transport = StreamableHttpClientTransport::with_client(client, config);
        let service = ClientConfig::default()
            .serve(transport)
            .await
            .context("connect")?;
        service.list_all_tools().await.context("list")?;
        let arguments: Map<String, Value> = arguments.as_object().cloned().unwrap_or_default();
        let parameters = CallToolRequestParams::new(name).with_arguments(arguments);
        let result = service.call_tool(parameters).await.context(name)?;
        service.cancel().await?;
        ensure!(result.is_error != Some(true), "{name}: {result:?}");
        for _ in 0..50 {
            if std::sync::Arc::strong_count(&shared) == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        match std::sync::Arc::try_unwrap(shared) {
            Ok(manager) => Ok(manager.into_inner()),
            Err(_) => bail!("the transport did not let go of its credentials"),
        }
    }
}
