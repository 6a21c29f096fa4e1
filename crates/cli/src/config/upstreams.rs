//! Upstreams: GitHub, and what is missing in its set-up; the providers beside it.

use issuer::settings::{GithubKind, GithubSettings, UpstreamKind, UpstreamSettings};
use url::Url;

use super::reader::Reader;
use super::{privy, providers};

/// One of our scopes, and what an OAuth app needs at GitHub for it.
const SCOPES: [(&str, &str); 5] = [
    ("read:repos", REPOSITORIES),
    ("read:issues", REPOSITORIES),
    ("write:issues", REPOSITORIES),
    ("write:pulls", REPOSITORIES),
    ("write:branches", REPOSITORIES),
];
/// Stands for `repo` or `public_repo`.
const REPOSITORIES: &str = "repositories";

pub(super) fn build(reader: &Reader<'_>, origin: &str) -> Vec<UpstreamSettings> {
    let github = github(reader, origin).into_iter();
    let privy = privy::build(reader).into_iter();
    github
        .chain(privy)
        .chain(providers::build(reader))
        .collect()
}

fn github(reader: &Reader<'_>, origin: &str) -> Option<UpstreamSettings> {
    let kind = match reader.word("github.kind").as_str() {
        "oauth_app" => GithubKind::OauthApp,
        _ => GithubKind::App,
    };
    let oauth_base = base(reader, "github.url").unwrap_or_default();
    let api_base = base(reader, "github.api_url").unwrap_or_else(|| api_of(&oauth_base));
    let callback_path = callback_path(reader, origin);
    let public_only = reader.switch("github.public_only");
    let repositories = if public_only { "public_repo" } else { "repo" };
    let theirs = |theirs| match theirs {
        REPOSITORIES => repositories.to_owned(),
        other => str::to_owned(other),
    };
    let scopes = SCOPES.map(|(ours, scope)| (ours.to_owned(), theirs(scope)));
    let base_scopes = ["read:user", "user:email", "offline_access"];
    let (api_version, webhook_secret) = (
        reader.given("github.api_version"),
        reader.secret("github.webhook_secret"),
    );
    let (signs_in, trusts_email) = (
        reader.switch("github.sign_in"),
        reader.switch("github.trusts_email"),
    );
    let client_id = reader.given("github.client_id");
    let client_secret = reader.secret("github.client_secret");
    let missing = |key, other: &str| {
        let fix =
            "both stand on the page of your app at GitHub, under Settings, Developer settings";
        reader.error(key, format!("is missing, but {other} is set"), fix);
    };
    let (client_id, client_secret) = match (client_id, client_secret) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => {
            missing("github.client_secret", "github.client_id");
            return None;
        }
        (None, Some(_)) => {
            missing("github.client_id", "github.client_secret");
            return None;
        }
        (None, None) => return None,
    };
    Some(UpstreamSettings {
        name: "github".to_owned(),
        title: "GitHub".to_owned(),
        client_id,
        signs_in,
        trusts_email,
        base_scopes: base_scopes.map(str::to_owned).to_vec(),
        kind: UpstreamKind::Github(GithubSettings {
            kind,
            client_secret,
            oauth_base,
            api_base,
            api_version,
            callback_path,
            webhook_secret,
            scopes: scopes.to_vec(),
        }),
    })
}

fn base(reader: &Reader<'_>, key: &'static str) -> Option<String> {
    address(reader, key, "write https://github.com")
}

/// The page where the GitHub App is installed.
pub(super) fn install_url(reader: &Reader<'_>) -> Option<String> {
    let fix = "write https://github.com/apps/NAME/installations/new";
    address(reader, "github.install_url", fix)
}

/// An address of GitHub's: https, or this machine.
fn address(reader: &Reader<'_>, key: &'static str, fix: &str) -> Option<String> {
    let text = reader.text(key);
    if text.is_empty() {
        return None;
    }
    let url = Url::parse(&text).ok();
    let url = url.filter(|_| providers::is_secure(&text));
    if url.is_none() {
        reader.error(key, "is not an https address at a GitHub", fix);
    }
    url.map(|url| url.as_str().trim_end_matches('/').to_owned())
}

/// github.com and ghe.com have a host for it, a server of one's own has a path.
fn api_of(oauth_base: &str) -> String {
    let host = oauth_base.split_once("://").map_or("", |(_, host)| host);
    if host == "github.com" || host.ends_with(".ghe.com") {
        format!("https://api.{host}")
    } else {
        format!("{oauth_base}/api/v3")
    }
}

/// The path of the registered callback, which must be one that is served.
fn callback_path(reader: &Reader<'_>, origin: &str) -> String {
    const PATHS: [&str; 2] = ["/auth/github/callback", "/github/callback"];
    let [default, _] = PATHS;
    let Some(url) = reader.given("github.callback_url") else {
        return default.to_owned();
    };
    let path = url.strip_prefix(origin).filter(|path| PATHS.contains(path));
    if path.is_none() {
        let [a, b] = PATHS.map(|path| format!("{origin}{path}"));
        let problem = "is not a callback that is served here";
        reader.error(
            "github.callback_url",
            problem,
            format!("register {a} or {b} at GitHub"),
        );
    }
    path.unwrap_or(default).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_follows_from_the_host() {
        for (base, api) in [
            ("https://github.com", "https://api.github.com"),
            ("https://octo.ghe.com", "https://api.octo.ghe.com"),
            (
                "https://github.corp.example",
                "https://github.corp.example/api/v3",
            ),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000/api/v3"),
        ] {
            assert_eq!(api_of(base), api);
        }
    }
}
