//! What a server offers, by its own documents (RFC 9728, RFC 8414).

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use url::Url;

use crate::http::{Connection, request};

/// A server as its documents describe it.
#[derive(Clone, Debug)]
pub(crate) struct Discovered {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) register: Option<Url>,
    pub(crate) introspect: Option<Url>,
    /// What tokens are asked for: none leaves it to the server.
    pub(crate) resource: Option<String>,
    pub(crate) scope: String,
}

#[derive(Deserialize)]
struct ResourceDocument {
    resource: String,
    authorization_servers: Vec<Url>,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

#[derive(Deserialize)]
struct ServerDocument {
    authorization_endpoint: Url,
    token_endpoint: Url,
    registration_endpoint: Option<Url>,
    introspection_endpoint: Option<Url>,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

/// Reads the documents of an MCP endpoint, or of an issuer if nothing guards that URL.
pub(crate) async fn discover(url: &Url) -> Result<Discovered> {
    let mut connection = Connection::to(url)?;
    let resource: Option<ResourceDocument> =
        find(&mut connection, url, &["oauth-protected-resource"]).await?;
    let issuer = match &resource {
        Some(resource) => resource
            .authorization_servers
            .first()
            .context("no issuer")?,
        None => url,
    };
    let names = ["oauth-authorization-server", "openid-configuration"];
    let server: Option<ServerDocument> = find(&mut Connection::to(issuer)?, issuer, &names).await?;
    let Some(server) = server else {
        bail!("{issuer} publishes no authorization-server document");
    };
    // What is about the person and not about a resource is not asked for.
    let scopes = resource.as_ref().map_or(server.scopes_supported, |found| {
        found.scopes_supported.clone()
    });
    let scopes: Vec<_> = scopes
        .into_iter()
        .filter(|scope| scope.contains(':'))
        .collect();
    Ok(Discovered {
        authorize: server.authorization_endpoint,
        token: server.token_endpoint,
        register: server.registration_endpoint,
        introspect: server.introspection_endpoint,
        resource: resource.map(|found| found.resource),
        scope: scopes.join(" "),
    })
}

/// A document at the first of its well-known places that has it.
async fn find<T: serde::de::DeserializeOwned>(
    connection: &mut Connection,
    url: &Url,
    names: &[&str],
) -> Result<Option<T>> {
    for name in names {
        for path in [url.path().trim_end_matches('/'), ""] {
            let mut place = url.clone();
            place.set_path(&format!("/.well-known/{name}{path}"));
            let answer = connection.send(&request("GET", &place, "", "")).await?;
            if answer.status == 200 {
                return answer.json().map(Some);
            }
        }
    }
    Ok(None)
}
