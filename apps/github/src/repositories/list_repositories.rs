//! `list_repositories`: the repositories that the person's connection may see.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::installed::{self, Installed};
use super::repository::Repository;
use crate::budget::{More, Paging, first_page, page_of, read_page};
use crate::client::{Foreign, GithubError, Hub, Request, Session};
use crate::declare::{answer, declare};
use crate::words::{Direction, words};

/// How many pages are searched for a name in one call.
const PAGES_MAX: usize = 5;

words! {
    Visibility { All = "all", Public = "public", Private = "private" }
    Sort { Updated = "updated", Created = "created", Pushed = "pushed", FullName = "full_name" }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Which repositories, by who may see them.
    #[serde(default)]
    visibility: Visibility,
    /// How the person is related to them: any of owner, collaborator and organization_member, with commas
    /// between; all three if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    affiliation: Option<String>,
    /// What the order goes by.
    #[serde(default)]
    sort: Sort,
    /// The direction of the order. Left out: names ascending, times descending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Direction")]
    direction: Option<Direction>,
    /// The page, from 1.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many per page.
    #[serde(default = "hundred", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
    /// Only repositories whose owner/name contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    repo: Option<String>,
}

const fn hundred() -> u32 {
    100
}

/// Repositories.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The repositories.
    repositories: Vec<Repository>,
    /// How many there are in this answer.
    count: usize,
    /// Why there may be repositories that are not listed, and what the person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    notice: Option<String>,
    /// The page where the person installs the GitHub App, which is installed nowhere yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    install_url: Option<String>,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "list_repositories", "read:repos", run)
        .describe(
            "List repositories",
            "Use this when the person wants to see their GitHub repositories, or you need the exact owner and \
             name of one of them. Without arguments: all that they can access, the most recently updated \
             first. Give `repo` to find one by a part of its name.",
        )
        .hints(Hints::reads().in_open_world())
        .status("Listing repositories", "Repositories listed")
        .widget(crate::views::REPOSITORIES)
        .for_widgets()
        .by_get()
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let output = match session.app_account().await? {
        Some(account_id) => list_installed(&session, &input, &account_id).await?,
        None => list(&session, &input, paging).await?,
    };
    let (count, hint) = (output.count, output.more.hint());
    let notice = output.notice.iter().map(|notice| format!(" {notice}"));
    let summary = format!("{count} repositories.{hint}{}", notice.collect::<String>());
    Ok(answer(&summary, output))
}

impl Output {
    fn new(repositories: Vec<Repository>, more: More) -> Self {
        Self {
            count: repositories.len(),
            repositories,
            notice: None,
            install_url: None,
            more,
        }
    }
}

/// What the person's own lists hold, in GitHub's order.
async fn list(session: &Session, input: &Input, paging: Paging) -> Result<Output, GithubError> {
    // Whoever looks for a name looks through several pages. Their size stays what it was: whoever goes on
    // with another would pass some over.
    let pages_max = input.repo.as_ref().map_or(1, |_| PAGES_MAX);
    let request = request(session, input, paging)?;
    let reply = session.send_all(&request, None, pages_max).await?;
    let (repositories, more) = read_page(&reply, None, paging, |item| {
        let repository = Repository::read(item)?;
        let hidden = session.hub.public_only && repository.private;
        Ok((is_named(&repository, input) && !hidden).then_some(repository))
    })?;
    Ok(Output::new(repositories, more))
}

/// What the GitHub App is installed on, filtered and ordered here.
async fn list_installed(
    session: &Session,
    input: &Input,
    account_id: &str,
) -> Result<Output, GithubError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let owned = only_owned(input)?;
    let mut installed = installed::load(session).await?;
    let visibility = visibility(session, input);
    let mut found = std::mem::take(&mut installed.repositories);
    found.retain(|item| {
        let item = Foreign(item);
        let owner = item.at("owner").number("id").map(|id| id.to_string());
        let seen = match visibility {
            Visibility::All => true,
            Visibility::Public => !item.flag("private"),
            Visibility::Private => item.flag("private"),
        };
        seen && (!owned || owner.is_ok_and(|owner| owner == account_id))
    });
    let field = match input.sort {
        Sort::Updated => "updated_at",
        Sort::Created => "created_at",
        Sort::Pushed => "pushed_at",
        Sort::FullName => "full_name",
    };
    // Times are written so that their letters are in their order.
    found.sort_by_cached_key(|item| Foreign(item).line(field).to_lowercase());
    let usual = match input.sort {
        Sort::FullName => Direction::Ascending,
        Sort::Updated | Sort::Created | Sort::Pushed => Direction::Descending,
    };
    if matches!(input.direction.unwrap_or(usual), Direction::Descending) {
        found.reverse();
    }
    let read = found.iter().map(|item| Repository::read(Foreign(item)));
    let mut all = read.collect::<Result<Vec<_>, _>>()?;
    all.retain(|repository| is_named(repository, input));
    let (repositories, mut more) = page_of(all, paging);
    more.sign_on_needed = installed.sign_on_needed;
    let mut output = Output::new(repositories, more);
    output.notice = notice(session, &installed);
    output.install_url = session
        .hub
        .install_url
        .clone()
        .filter(|_| installed.nowhere);
    Ok(output)
}

fn notice(session: &Session, installed: &Installed) -> Option<String> {
    if installed.nowhere {
        let place = match &session.hub.install_url {
            Some(url) => format!("The person can install it at {url}"),
            None => "The person can ask this server's operator for the page where it is installed"
                .to_owned(),
        };
        return Some(format!(
            "The GitHub App is not installed on any account that this person can see, so that none of their \
             repositories can be reached. {place}, choose repositories there, and then try again. An \
             organization's owner may have to approve it."
        ));
    }
    let text = "There may be more: some installations of the GitHub App are suspended, closed to this person, or \
                too large to be listed whole. search_repositories finds single repositories.";
    installed.incomplete.then(|| text.to_owned())
}

/// Whether only the person's own repositories are wanted. More is not known of those of a GitHub App.
fn only_owned(input: &Input) -> Result<bool, GithubError> {
    let words = input.affiliation.as_deref().unwrap_or_default();
    let mut words: Vec<_> = words.split(',').map(str::trim).collect();
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    match *words {
        [] | ["collaborator", "organization_member", "owner"] => Ok(false),
        ["owner"] => Ok(true),
        _ => {
            let text = "Through a GitHub App affiliation can only be owner, or be left out.";
            Err(GithubError::Arguments(text.to_owned()))
        }
    }
}

fn is_named(repository: &Repository, input: &Input) -> bool {
    let part = input.repo.as_deref().unwrap_or_default();
    let part = part.trim().to_lowercase();
    repository.full_name.to_lowercase().contains(&part)
}

fn visibility(session: &Session, input: &Input) -> Visibility {
    match session.hub.public_only {
        true => Visibility::Public,
        false => input.visibility,
    }
}

fn request(session: &Session, input: &Input, paging: Paging) -> Result<Request, GithubError> {
    Ok(Request::get(&["user", "repos"])?
        .query("visibility", String::from(visibility(session, input)))
        .query("affiliation", input.affiliation.clone())
        .query("sort", String::from(input.sort))
        .query("direction", input.direction.map(String::from))
        .paged(paging))
}
