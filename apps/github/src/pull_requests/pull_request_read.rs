//! `pull_request_read`: one pull request, or one thing about it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toolbox::{Answer, Hints, Tool, ToolError};

use super::parts::{Check, Commit, File, Review};
use super::pull_request::PullRequest;
use crate::budget::{More, Paging, TEXT_BYTES_MAX, first_page, page_of, read_page, share, thirty};
use crate::client::{Foreign, GithubError, Hub, Reply, Request, Session};
use crate::declare::{answer, declare};
use crate::issues::Comment;
use crate::words::words;

words! {
    Method {
        Get = "get", GetDiff = "get_diff", GetStatus = "get_status", GetFiles = "get_files",
        GetCommits = "get_commits", GetReviews = "get_reviews", GetComments = "get_comments",
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What to read: the pull request itself, its changes as a diff, how its checks stand, its changed files, its
    /// commits, its reviews, or the comments of its conversation.
    method: Method,
    /// The repository's owner: a person or an organization.
    owner: String,
    /// The repository's name.
    repo: String,
    /// The pull request's number in the repository.
    #[serde(rename = "pullNumber")]
    pull_number: u64,
    /// The page, from 1. For `get` and `get_diff`: the part of a long text.
    #[serde(default = "first_page")]
    #[schemars(range(min = 1))]
    page: u32,
    /// How many of what is listed per page.
    #[serde(default = "thirty", rename = "perPage")]
    #[schemars(range(min = 1, max = 100))]
    per_page: u32,
}

/// What was asked for.
#[derive(Default, Serialize, JsonSchema)]
struct Output {
    /// The pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PullRequest", default)]
    pull_request: Option<PullRequest>,
    /// Its changes, or a part of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    diff: Option<String>,
    /// How all statuses of its newest commit stand together: success, failure or pending. Checks are counted apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", default)]
    state: Option<String>,
    /// Statuses and checks of its newest commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Check>", default)]
    checks: Option<Vec<Check>>,
    /// How many statuses and checks there are at GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64", default)]
    total_count: Option<u64>,
    /// Its changed files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<File>", default)]
    files: Option<Vec<File>>,
    /// Its commits, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Commit>", default)]
    commits: Option<Vec<Commit>>,
    /// Its reviews, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Review>", default)]
    reviews: Option<Vec<Review>>,
    /// The comments of its conversation, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Comment>", default)]
    comments: Option<Vec<Comment>>,
    #[serde(flatten)]
    more: More,
}

pub(super) fn tool(hub: &Arc<Hub>) -> Tool {
    declare(hub, "pull_request_read", "read:repos", run)
        .describe(
            "Read a pull request",
            "Use this when you know a pull request's number and need its text (get), its changes (get_diff or \
             get_files), how its checks stand (get_status), its commits (get_commits), reviews (get_reviews) or the \
             comments of its conversation (get_comments; without those on lines of code).",
        )
        .hints(Hints::reads().in_open_world())
        .status("Reading the pull request", "Pull request read")
}

async fn run(session: Session, input: Input) -> Result<Answer<Output>, ToolError> {
    let paging = Paging::new(input.page, input.per_page)?;
    let output = match input.method {
        Method::Get => read_text(&session, &input).await?,
        Method::GetDiff => read_diff(&session, &input).await?,
        Method::GetStatus => read_status(&session, &input, paging).await?,
        Method::GetFiles | Method::GetCommits | Method::GetReviews | Method::GetComments => {
            read_list(&session, &input, paging).await?
        }
    };
    let (owner, repo, number) = (&input.owner, &input.repo, input.pull_number);
    let method = String::from(input.method);
    let hint = output.more.hint();
    let summary = format!("{method} of pull request {number} of {owner}/{repo}.{hint}");
    Ok(answer(&summary, output))
}

/// What is below the pull request, or below the issue that it also is.
fn request(input: &Input, kind: &str, below: &[&str]) -> Result<Request, GithubError> {
    let number = input.pull_number.to_string();
    let path = ["repos", &input.owner, &input.repo, kind, &number];
    Request::get(&[&path[..], below].concat())
}

async fn read_text(session: &Session, input: &Input) -> Result<Output, GithubError> {
    let reply = session.send(&request(input, "pulls", &[])?).await?;
    let mut pull_request = PullRequest::read(Foreign(&reply.body), 0)?;
    let (part, more) = Foreign(&reply.body).part("body", input.page, TEXT_BYTES_MAX);
    pull_request.body = part;
    Ok(Output {
        pull_request: Some(pull_request),
        more: More::part_after(input.page, more),
        ..Output::default()
    })
}

async fn read_diff(session: &Session, input: &Input) -> Result<Output, GithubError> {
    let reply = session
        .send(&request(input, "pulls", &[])?.for_diff())
        .await?;
    let diff = serde_json::json!({ "diff": reply.body });
    let (part, more) = Foreign(&diff).part("diff", input.page, TEXT_BYTES_MAX);
    Ok(Output {
        diff: part,
        more: More::part_after(input.page, more),
        ..Output::default()
    })
}

/// Statuses and check runs as one list. GitHub pages each by itself, so the first hundred of both are taken and
/// paged here; `total_count` says if there are more.
async fn read_status(
    session: &Session,
    input: &Input,
    paging: Paging,
) -> Result<Output, GithubError> {
    let reply = session.send(&request(input, "pulls", &[])?).await?;
    let sha = Foreign(&reply.body).at("head").line("sha");
    let commit = ["repos", &input.owner, &input.repo, "commits", &sha];
    let full = Paging::new(1, 100)?;
    let list =
        |last| Ok::<_, GithubError>(Request::get(&[&commit[..], &[last]].concat())?.paged(full));
    let statuses = session.send(&list("status")?).await?;
    let runs = session.send(&list("check-runs")?).await?;
    let statuses_read = statuses.items(Some("statuses"))?.iter();
    let runs_read = runs.items(Some("check_runs"))?.iter();
    let statuses_read = statuses_read.map(|item| Check::of_status(Foreign(item)));
    let all: Vec<_> = statuses_read
        .chain(runs_read.map(|item| Check::of_run(Foreign(item))))
        .collect();
    let count = |reply: &Reply| Foreign(&reply.body).count("total_count");
    let (checks, more) = page_of(all, paging);
    Ok(Output {
        state: Foreign(&statuses.body).some_line("state"),
        checks: Some(checks),
        total_count: Some(count(&statuses).saturating_add(count(&runs))),
        more,
        ..Output::default()
    })
}

async fn read_list(
    session: &Session,
    input: &Input,
    paging: Paging,
) -> Result<Output, GithubError> {
    let (kind, below) = match input.method {
        Method::GetFiles => ("pulls", "files"),
        Method::GetCommits => ("pulls", "commits"),
        Method::GetReviews => ("pulls", "reviews"),
        Method::GetComments | Method::Get | Method::GetDiff | Method::GetStatus => {
            ("issues", "comments")
        }
    };
    let request = request(input, kind, &[below])?.paged(paging);
    let reply = session.send(&request).await?;
    list(input.method, &reply, paging)
}

fn list(method: Method, reply: &Reply, paging: Paging) -> Result<Output, GithubError> {
    let bytes = share(reply.items(None)?.len());
    let mut output = Output::default();
    match method {
        Method::GetFiles => {
            let read = |item: Foreign<'_>| Ok(Some(File::read(item, bytes)));
            let (files, more) = read_page(reply, None, paging, read)?;
            (output.files, output.more) = (Some(files), more);
        }
        Method::GetCommits => {
            let read = |item: Foreign<'_>| Ok(Some(Commit::read(item, TEXT_BYTES_MAX)));
            let (commits, more) = read_page(reply, None, paging, read)?;
            (output.commits, output.more) = (Some(commits), more);
        }
        Method::GetReviews => {
            let read = |item: Foreign<'_>| Review::read(item, TEXT_BYTES_MAX).map(Some);
            let (reviews, more) = read_page(reply, None, paging, read)?;
            (output.reviews, output.more) = (Some(reviews), more);
        }
        Method::GetComments | Method::Get | Method::GetDiff | Method::GetStatus => {
            let read = |item: Foreign<'_>| Comment::read(item, TEXT_BYTES_MAX).map(Some);
            let (comments, more) = read_page(reply, None, paging, read)?;
            (output.comments, output.more) = (Some(comments), more);
        }
    }
    Ok(output)
}
