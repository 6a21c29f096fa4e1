//! The repositories that a token of a GitHub App reaches: those that the app is installed on, of the installations
//! that the person may see. GitHub neither orders nor filters them, so that all are looked through here.

use serde_json::Value;

use crate::budget::Paging;
use crate::client::{Foreign, GithubError, Request, Session};

/// Of a hundred repositories each, for one call; asked again, GitHub says that nothing changed.
const PAGES_MAX: usize = 10;
const PER_PAGE: u32 = 100;

/// What was found.
#[derive(Default)]
pub(super) struct Installed {
    pub(super) repositories: Vec<Value>,
    /// The person sees no installation at all.
    pub(super) nowhere: bool,
    /// There may be more: too many for one call, or an installation that GitHub does not open now.
    pub(super) incomplete: bool,
    pub(super) sign_on_needed: bool,
}

pub(super) async fn load(session: &Session) -> Result<Installed, GithubError> {
    let first = Paging::new(1, PER_PAGE)?;
    let request = Request::get(&["user", "installations"])?.paged(first);
    let reply = session.send(&request).await?;
    let installations = reply.items(Some("installations"))?;
    let mut found = Installed {
        nowhere: installations.is_empty(),
        incomplete: reply.next_page(1).is_some(),
        sign_on_needed: reply.sign_on_needed,
        ..Installed::default()
    };
    let mut pages = PAGES_MAX;
    for installation in installations {
        let installation = Foreign(installation);
        let suspended = !installation.at("suspended_at").0.is_null();
        if suspended || pages == 0 {
            found.incomplete = true;
            continue;
        }
        let id = installation.number("id")?.to_string();
        let path = ["user", "installations", &id, "repositories"];
        let request = Request::get(&path)?.paged(first);
        match session
            .send_all(&request, Some("repositories"), pages)
            .await
        {
            Ok(reply) => {
                let repositories = reply.items(None)?;
                let read = repositories.len().div_ceil(PER_PAGE as usize);
                pages = pages.saturating_sub(read.max(1));
                found.repositories.extend_from_slice(repositories);
                found.incomplete |= reply.next_page(1).is_some();
                found.sign_on_needed |= reply.sign_on_needed;
            }
            // It was removed meanwhile, or its organization closes it to this person for now.
            Err(GithubError::NotFound(_) | GithubError::Forbidden(_)) => found.incomplete = true,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
