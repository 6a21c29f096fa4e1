//! What an answer that is no success means: statuses, headers and GitHub's words for them.

use reqwest::header::HeaderMap;
use serde_json::Value;
use toolbox::UnixTime;

use super::base::Base;
use super::error::{GithubError, MissingScopes};
use super::foreign::Foreign;
use super::limit::Signs;
use super::text::line;

const MESSAGE_BYTES_MAX: usize = 300;
const ERRORS_MAX: usize = 10;
/// What a scope at GitHub contains besides itself.
const CONTAINS: &[(&str, &[&str])] = &[
    (
        "repo",
        &[
            "public_repo",
            "repo:status",
            "repo_deployment",
            "repo:invite",
            "security_events",
        ],
    ),
    ("user", &["read:user", "user:email", "user:follow"]),
    ("admin:org", &["write:org", "read:org"]),
    ("write:org", &["read:org"]),
];

/// A header as text; empty if it is absent or not text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().trim()
}

/// GitHub's own words for a refusal.
pub(crate) fn message(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    Foreign(&body).line("message")
}

/// What the answer says about limits.
pub(crate) fn signs<'a>(status: u16, headers: &HeaderMap, message: &'a str) -> Signs<'a> {
    let number = |name| header(headers, name).parse().ok();
    // RFC 9110 §5.6.7: of the three forms, all senders write this one.
    let date = jiff::fmt::rfc2822::parse(header(headers, "date")).ok();
    Signs {
        status,
        retry_after: number("retry-after"),
        remaining: number("x-ratelimit-remaining"),
        reset: number("x-ratelimit-reset"),
        date: date.map(|date| UnixTime(date.timestamp().as_second())),
        message,
    }
}

/// The reason of a refusal that is not a limit.
pub(crate) fn refusal(base: &Base, status: u16, headers: &HeaderMap, body: &[u8]) -> GithubError {
    let message = message(body);
    match status {
        401 => GithubError::TokenRefused,
        403 => GithubError::Forbidden(forbidden(base, headers, message)),
        404 => GithubError::NotFound(missing_scopes(headers)),
        410 => GithubError::Gone(message),
        422 => GithubError::Unprocessable(unprocessable(body, message)),
        451 => GithubError::Blocked,
        500.. => GithubError::Trouble(status),
        _ => GithubError::Refused { status, message },
    }
}

fn forbidden(base: &Base, headers: &HeaderMap, mut message: String) -> String {
    let permissions = header(headers, "x-accepted-github-permissions");
    if !permissions.is_empty() {
        let permissions = line(permissions, MESSAGE_BYTES_MAX);
        message.push_str(&format!(
            " (the GitHub App would need {permissions} here, and to be installed on this repository)"
        ));
    }
    if let Some(url) = single_sign_on(base, header(headers, "x-github-sso")) {
        message.push_str(&format!(
            " The organization wants single sign-on first: the person can open {url}"
        ));
    }
    message
}

/// The address in `X-GitHub-SSO: required; url=…`, if it is GitHub's.
fn single_sign_on(base: &Base, value: &str) -> Option<String> {
    let url = value
        .split(';')
        .find_map(|part| part.trim().strip_prefix("url="))?;
    let url = reqwest::Url::parse(url).ok()?;
    let site = match base.host() {
        host if host == "api.github.com" || host.ends_with(".ghe.com") => {
            host.strip_prefix("api.").unwrap_or(host)
        }
        host => host,
    };
    let plain = url.username().is_empty() && url.port().is_none();
    (url.scheme() == "https" && url.host_str() == Some(site) && plain).then(|| url.to_string())
}

/// The scopes that GitHub accepts here and the token does not hold. A token of a GitHub App has no scopes and
/// lacks none.
fn missing_scopes(headers: &HeaderMap) -> MissingScopes {
    let list = |name| {
        let scopes = header(headers, name).split([',', ' ']);
        scopes.filter(|scope| !scope.is_empty())
    };
    let held: Vec<_> = list("x-oauth-scopes").collect();
    let holds = |wanted: &str| {
        let contains = |scope: &&str| {
            CONTAINS
                .iter()
                .any(|(whole, parts)| whole == scope && parts.contains(&wanted))
        };
        held.contains(&wanted) || held.iter().any(contains)
    };
    let missing = list("x-accepted-oauth-scopes").filter(|scope| !holds(scope));
    MissingScopes {
        scopes: missing
            .map(|scope| line(scope, 40))
            .take(ERRORS_MAX)
            .collect(),
        connect_url: String::new(),
    }
}

/// The `errors` of a 422 in words.
fn unprocessable(body: &[u8], message: String) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_array);
    let errors = errors.into_iter().flatten();
    let errors: Vec<_> = errors.take(ERRORS_MAX).map(say_error).collect();
    if errors.is_empty() {
        return message;
    }
    format!("{message}: {}.", errors.join("; "))
}

fn say_error(error: &Value) -> String {
    if let Some(text) = error.as_str() {
        return line(text, MESSAGE_BYTES_MAX);
    }
    let text = |name| Foreign(error).line(name);
    let (field, message) = (text("field"), text("message"));
    if !message.is_empty() {
        return message;
    }
    match text("code").as_str() {
        "missing" => format!("the {} does not exist", text("resource")),
        "missing_field" => format!("{field} must be given"),
        "already_exists" => format!("{field} is taken"),
        "invalid" => format!("{field} is not valid"),
        code => format!("{field}: {code}"),
    }
}

#[cfg(test)]
mod tests;
