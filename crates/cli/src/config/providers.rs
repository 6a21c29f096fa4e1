//! Providers of OpenID Connect: one `[upstreams.<name>]` each, most of it filled in by a preset.

use issuer::settings::{IdentifiedBy, OidcAuth, OidcSettings, UpstreamKind, UpstreamSettings};
use oauth::jwt::{Algorithm, SigningKey};
use oauth::secret::Secret;
use url::Url;

use super::findings::suggestion;
use super::reader::Reader;
use super::settings::UPSTREAM_KEYS;

/// What a preset fills in.
struct Preset {
    word: &'static str,
    title: &'static str,
    issuer: &'static str,
    auth: &'static str,
    scopes: &'static [&'static str],
    identified_by: IdentifiedBy,
    form_post: bool,
}

const PLAIN: Preset = Preset {
    word: "oidc",
    title: "",
    issuer: "",
    auth: "client_secret_basic",
    scopes: &["openid", "email", "profile"],
    identified_by: IdentifiedBy::Subject,
    form_post: false,
};

const PRESETS: [Preset; 6] = [
    PLAIN,
    Preset {
        word: "google",
        title: "Google",
        issuer: "https://accounts.google.com",
        auth: "client_secret_post",
        ..PLAIN
    },
    Preset {
        word: "microsoft",
        title: "Microsoft",
        auth: "client_secret_post",
        identified_by: IdentifiedBy::TenantAndObject,
        ..PLAIN
    },
    Preset {
        word: "okta",
        title: "Okta",
        ..PLAIN
    },
    Preset {
        word: "auth0",
        title: "Auth0",
        auth: "client_secret_post",
        ..PLAIN
    },
    Preset {
        word: "apple",
        title: "Apple",
        issuer: "https://appleid.apple.com",
        auth: "apple",
        scopes: &["openid", "email", "name"],
        form_post: true,
        ..PLAIN
    },
];

/// Names that other upstreams have, or pages beside theirs: `/login/passkey`.
const RESERVED: [&str; 4] = ["github", "passkey", "privy", "second"];
const ENTRA: &str = "https://login.microsoftonline.com";
/// The tenant of all private accounts at Microsoft.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

pub(super) fn build(reader: &Reader<'_>) -> Vec<UpstreamSettings> {
    let tables = reader.layers.upstreams.iter();
    let built = tables.filter_map(|(name, value)| {
        let place = format!("upstreams.{name}");
        let error = |problem: &str, fix: &str| {
            reader.findings.borrow_mut().error(&place, problem, fix);
        };
        let Some(table) = value.as_table() else {
            error("is not a table", &format!("write [upstreams.{name}]"));
            return None;
        };
        for key in table.keys() {
            let known = || UPSTREAM_KEYS.iter().map(|(key, _)| *key);
            if !known().any(|name| name == key) {
                error(
                    &format!("has no setting `{key}`"),
                    &suggestion(key, known()),
                );
            }
        }
        let built = Entry { name, table }.build();
        built
            .map_err(|problem| error(&problem, "correct the entry"))
            .ok()
    });
    built.collect()
}

/// One table as written.
struct Entry<'a> {
    name: &'a str,
    table: &'a toml::Table,
}

impl Entry<'_> {
    fn build(&self) -> Result<UpstreamSettings, String> {
        self.check_name()?;
        let word = self.text("preset")?.unwrap_or_else(|| "oidc".to_owned());
        let preset = PRESETS.iter().find(|preset| preset.word == word);
        let preset = preset.ok_or_else(|| {
            let words: Vec<_> = PRESETS.iter().map(|preset| preset.word).collect();
            format!("`{word}` is no preset: write one of {}", words.join(", "))
        })?;
        self.check_complete(preset)?;
        let (issuer, discovery_url) = self.issuer(preset)?;
        let title = self.text("title")?;
        let usual = Some(preset.title).filter(|title| !title.is_empty());
        Ok(UpstreamSettings {
            name: self.name.to_owned(),
            title: title.unwrap_or_else(|| usual.unwrap_or(self.name).to_owned()),
            client_id: self.text("client_id")?.unwrap_or_default(),
            signs_in: true,
            trusts_email: self.switch("trusts_email")?,
            base_scopes: self.scopes(preset)?,
            kind: UpstreamKind::Oidc(OidcSettings {
                issuer,
                discovery_url,
                auth: self.auth(preset)?,
                identified_by: match self.text("identified_by")?.as_deref() {
                    None => preset.identified_by,
                    Some("sub") => IdentifiedBy::Subject,
                    Some("tid_oid") => IdentifiedBy::TenantAndObject,
                    Some(_) => return Err("`identified_by` is neither sub nor tid_oid".to_owned()),
                },
                assumes_email_verified: self.switch("assumes_email_verified")?,
                form_post: preset.form_post,
            }),
        })
    }

    fn check_name(&self) -> Result<(), String> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let first = self.name.bytes().next();
        let plain = self.name.bytes().all(legal) && self.name.len() <= 32;
        if !plain || !first.is_some_and(|byte| byte.is_ascii_lowercase()) {
            return Err(
                "has a name that cannot stand in an address: use a-z, 0-9 and -, at most 32"
                    .to_owned(),
            );
        }
        match RESERVED.contains(&self.name) {
            true => Err(format!(
                "has a name with a meaning of its own: call it anything but {}",
                RESERVED.join(", ")
            )),
            false => Ok(()),
        }
    }

    /// Everything that is missing, at once.
    fn check_complete(&self, preset: &Preset) -> Result<(), String> {
        let auth = self.text("auth")?;
        let proof: &[&str] = match auth.as_deref().unwrap_or(preset.auth) {
            "client_secret_basic" | "client_secret_post" => &["client_secret"],
            "private_key_jwt" => &["private_key"],
            "apple" => &["private_key", "key_id", "team_id"],
            _ => &[],
        };
        let needs_issuer = preset.issuer.is_empty() && preset.word != "microsoft";
        let issuer = needs_issuer.then_some("issuer");
        let needed = ["client_id"].into_iter().chain(issuer);
        let missing = needed.chain(proof.iter().copied()).filter(|key| {
            let file = format!("{key}_file");
            !self.table.contains_key(*key) && !self.table.contains_key(&file)
        });
        let missing: Vec<_> = missing.collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(format!("lacks {}", missing.join(", "))),
        }
    }

    /// As the provider writes itself, and where its metadata are.
    fn issuer(&self, preset: &Preset) -> Result<(String, String), String> {
        let given = self.text("issuer")?;
        let own = given.unwrap_or_else(|| preset.issuer.to_owned());
        let at = |issuer: &str| {
            let base = issuer.trim_end_matches('/');
            format!("{base}/.well-known/openid-configuration")
        };
        let (issuer, at) = match preset.word {
            "microsoft" if own.is_empty() => {
                let tenant = self.text("tenant")?;
                match tenant.as_deref().unwrap_or("common") {
                    // Whoever signs in is of some tenant; the metadata are of none.
                    any @ ("common" | "organizations") => (
                        format!("{ENTRA}/{{tenantid}}/v2.0"),
                        at(&format!("{ENTRA}/{any}/v2.0")),
                    ),
                    tenant => {
                        let tenant = if tenant == "consumers" {
                            CONSUMERS
                        } else {
                            tenant
                        };
                        if tenant.len() != 36 || uuid::Uuid::try_parse(tenant).is_err() {
                            return Err("`tenant` is neither a tenant's id (a UUID) nor common, \
                                 organizations or consumers"
                                .to_owned());
                        }
                        let issuer = format!("{ENTRA}/{tenant}/v2.0");
                        (issuer.clone(), at(&issuer))
                    }
                }
            }
            // It writes itself with a slash at the end, and its pages show it without.
            "auth0" => (format!("{}/", own.trim_end_matches('/')), at(&own)),
            _ => (own.clone(), at(&own)),
        };
        let at = self.text("discovery_url")?.unwrap_or(at);
        for url in [issuer.replace("{tenantid}", "x"), at.clone()] {
            if !is_secure(&url) {
                return Err(format!("`{url}` is not an https address, without a query"));
            }
        }
        Ok((issuer, at))
    }

    fn scopes(&self, preset: &Preset) -> Result<Vec<String>, String> {
        let scopes = match self.table.get("scopes") {
            None => preset
                .scopes
                .iter()
                .map(|&scope| scope.to_owned())
                .collect(),
            Some(toml::Value::Array(values)) => {
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                let texts: Option<Vec<_>> = texts.collect();
                texts.ok_or("`scopes` is not a list of texts")?
            }
            Some(_) => return Err("`scopes` is not a list".to_owned()),
        };
        match scopes.iter().any(|scope| scope == "openid") {
            true => Ok(scopes),
            false => Err("`scopes` lacks openid".to_owned()),
        }
    }

    fn auth(&self, preset: &Preset) -> Result<OidcAuth, String> {
        let word = self.text("auth")?;
        let word = word.as_deref().unwrap_or(preset.auth);
        let (secret, key) = (self.secret("client_secret")?, self.secret("private_key")?);
        let unused = match word {
            "client_secret_basic" | "client_secret_post" => key.is_some(),
            "private_key_jwt" | "apple" => secret.is_some(),
            _ => secret.is_some() || key.is_some(),
        };
        if unused {
            return Err(format!("has a secret or a key that `{word}` does not use"));
        }
        let key_id = self.text("key_id")?;
        Ok(match (word, secret, key, key_id) {
            ("none", ..) => OidcAuth::None,
            ("client_secret_basic", Some(secret), ..) => OidcAuth::Basic(secret),
            ("client_secret_post", Some(secret), ..) => OidcAuth::Post(secret),
            ("private_key_jwt", _, Some(key), key_id) => {
                check_key(&key, None)?;
                OidcAuth::PrivateKeyJwt { key, key_id }
            }
            ("apple", _, Some(key), Some(key_id)) => {
                check_key(&key, Some(Algorithm::Es256))?;
                let team_id = self.text("team_id")?.unwrap_or_default();
                OidcAuth::Apple {
                    key,
                    key_id,
                    team_id,
                }
            }
            _ => {
                return Err(format!(
                    "`auth` is `{word}`: write client_secret_basic, client_secret_post, \
                     private_key_jwt or none"
                ));
            }
        })
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{key}` is not a text")),
        }
    }

    fn switch(&self, key: &str) -> Result<bool, String> {
        match self.table.get(key) {
            None => Ok(false),
            Some(toml::Value::Boolean(switch)) => Ok(*switch),
            Some(_) => Err(format!("`{key}` is neither true nor false")),
        }
    }

    /// Itself, or from the file that is named.
    fn secret(&self, key: &str) -> Result<Option<Secret<String>>, String> {
        let file = format!("{key}_file");
        match (self.text(key)?, self.text(&file)?) {
            (Some(_), Some(_)) => Err(format!("has `{key}` and `{file}`")),
            (Some(secret), None) => Ok(Some(Secret::new(secret))),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(&path);
                let text = text.map_err(|error| format!("{path} cannot be read: {error}"))?;
                match text.trim() {
                    "" => Err(format!("{path} is empty")),
                    text => Ok(Some(Secret::new(text.to_owned()))),
                }
            }
            (None, None) => Ok(None),
        }
    }
}

fn check_key(key: &Secret<String>, algorithm: Option<Algorithm>) -> Result<(), String> {
    let read = SigningKey::from_pem(key.expose());
    let read = read.map_err(|error| format!("`private_key`: {error}"))?;
    match algorithm.is_none_or(|algorithm| algorithm == read.algorithm()) {
        true => Ok(()),
        false => Err("`private_key` is not one on P-256, as Apple gives out".to_owned()),
    }
}

/// https, or this machine; nothing after the path.
pub(super) fn is_secure(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        bare && (url.scheme() == "https" || (url.scheme() == "http" && local))
    })
}

#[cfg(test)]
mod tests;
