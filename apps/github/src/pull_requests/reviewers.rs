//! Asking people and teams to review: a request of its own, after the pull request is there.

use reqwest::Method;
use serde_json::json;

use crate::client::{Foreign, Request, Session, text};

/// Asks them. What fails is a warning, because the pull request itself is written.
pub(super) async fn ask(
    session: &Session,
    pull_request: &[&str],
    wanted: &[String],
) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let (teams, people): (Vec<_>, Vec<_>) = wanted.iter().partition(|name| name.contains('/'));
    let slug = |name: &&String| name.rsplit('/').next().unwrap_or_default().to_owned();
    let teams: Vec<_> = teams.iter().map(slug).collect();
    let body = json!({ "reviewers": people, "team_reviewers": teams });
    let path = [pull_request, &["requested_reviewers"]].concat();
    let look = "Look with pull_request_read.";
    let asked = match Request::write(Method::POST, &path, body, look) {
        Ok(request) => session.send(&request).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(reply) => {
            let reply = Foreign(&reply.body);
            let there = [
                reply.names("requested_reviewers", "login"),
                reply.names("requested_teams", "slug"),
            ];
            let there = there.concat();
            let all = people.into_iter().chain(&teams);
            all.filter(|name| !there.iter().any(|other| other.eq_ignore_ascii_case(name)))
                .map(|name| format!("GitHub did not ask {} to review.", text::line(name, 100)))
                .collect()
        }
        Err(error) => vec![format!("Nobody was asked to review: {error}")],
    }
}
