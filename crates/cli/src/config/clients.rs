//! Clients that the configuration names.

use issuer::settings::ConfiguredClient;
use oauth::client::{AuthMethod, ClientId};
use oauth::jwt::KeySet;
use oauth::redirect::RedirectUri;
use oauth::resource::Resource;
use oauth::secret::SecretHash;

use super::apps::AppName;
use super::findings::suggestion;
use super::reader::Reader;
use super::settings::CLIENT_KEYS;

pub(super) fn build(reader: &Reader<'_>, origin: &str) -> Vec<ConfiguredClient> {
    let mut clients: Vec<ConfiguredClient> = Vec::new();
    for (at, table) in reader.layers.clients.iter().enumerate() {
        let name = table.get("id").and_then(toml::Value::as_str).unwrap_or("");
        let place = format!("clients.configured[{at}] {name}")
            .trim_end()
            .to_owned();
        let error = |problem: &str, fix: &str| {
            reader.findings.borrow_mut().error(&place, problem, fix);
        };
        for key in table.keys() {
            let known = || CLIENT_KEYS.iter().map(|(key, _)| *key);
            if !known().any(|name| name == key) {
                error(
                    &format!("has no setting `{key}`"),
                    &suggestion(key, known()),
                );
            }
        }
        match client(table, origin) {
            Ok(client) if clients.iter().any(|other| other.id == client.id) => {
                error("has an id that another one has", "give each its own");
            }
            Ok(client) => clients.push(client),
            Err(problem) => error(&problem, "correct the entry"),
        }
    }
    clients
}

fn client(table: &toml::Table, origin: &str) -> Result<ConfiguredClient, String> {
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{key}` is not a text")),
    };
    let list = |key: &str| match table.get(key) {
        None => Ok(Vec::new()),
        Some(toml::Value::Array(values)) => {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            let texts: Option<Vec<_>> = texts.collect();
            texts.ok_or_else(|| format!("`{key}` is not a list of texts"))
        }
        Some(_) => Err(format!("`{key}` is not a list")),
    };
    let id = text("id")?.ok_or("has no `id`")?;
    let id = ClientId::parse(&id).map_err(|_| "`id` is not printable ASCII")?;
    let redirect_uris = list("redirect_uris")?;
    for uri in &redirect_uris {
        RedirectUri::parse(uri).map_err(|error| format!("`{uri}`: {error}"))?;
    }
    let secret = match (text("secret")?, text("secret_file")?) {
        (Some(_), Some(_)) => return Err("has `secret` and `secret_file`".to_owned()),
        (Some(secret), None) => Some(secret),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|error| format!("{path} cannot be read: {error}"))?;
            Some(text.trim().to_owned())
        }
        (None, None) => None,
    };
    let (jwks, jwks_uri) = (text("jwks")?, text("jwks_uri")?);
    let usual = if secret.is_some() {
        "client_secret_basic"
    } else {
        "none"
    };
    let method = text("auth_method")?.unwrap_or_else(|| usual.to_owned());
    let auth_method = AuthMethod::from_name(&method)
        .ok_or_else(|| format!("`{method}` is no authentication method"))?;
    let fits = match auth_method {
        AuthMethod::None => secret.is_none() && jwks.is_none() && jwks_uri.is_none(),
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
            secret.as_ref().is_some_and(|secret| secret.len() >= 32)
        }
        AuthMethod::PrivateKeyJwt => secret.is_none() && jwks.is_some() != jwks_uri.is_some(),
    };
    if !fits {
        return Err(format!(
            "does not fit `{method}`: a secret has at least 32 characters, private_key_jwt has \
             `jwks` or `jwks_uri`, none has neither"
        ));
    }
    let usable = |jwks: &String| {
        KeySet::parse(jwks.as_bytes()).is_ok_and(|keys| keys.iter().next().is_some())
    };
    if jwks.as_ref().is_some_and(|jwks| !usable(jwks)) {
        return Err("`jwks` is not the text of a key set with a public key".to_owned());
    }
    let introspects = list("introspects")?.into_iter().map(|name| {
        let app = AppName::ALL.into_iter().find(|app| app.as_str() == name);
        let app = app.ok_or_else(|| format!("`{name}` is no app"))?;
        Resource::parse(&format!("{origin}{}", app.path())).map_err(|error| error.to_string())
    });
    let introspects = introspects.collect::<Result<Vec<_>, _>>()?;
    if redirect_uris.is_empty() && introspects.is_empty() {
        return Err("has neither `redirect_uris` nor `introspects`".to_owned());
    }
    Ok(ConfiguredClient {
        id,
        name: text("name")?.unwrap_or_default(),
        redirect_uris,
        auth_method,
        secret_hash: secret.map(|secret| SecretHash::of(secret.as_bytes())),
        jwks,
        jwks_uri,
        introspects,
    })
}
