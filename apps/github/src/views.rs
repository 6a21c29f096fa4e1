//! The views of answers: pages that load nothing, built from `widgets/`.

use toolbox::Widget;

/// Where the views lead. Hosts ask before they open what leads elsewhere, as with a server of one's own.
const LINKS: &[&str] = &["https://github.com"];

pub(crate) const REPOSITORIES: Widget = Widget {
    name: "repositories",
    title: "Repositories",
    description: "Lists the repositories with language, stars and open issues; the person can open one, see its \
                  issues or ask for a new one. Do not repeat the list.",
    html: include_str!("../widgets/repositories/view.html"),
    links: LINKS,
};

pub(crate) const ISSUES: Widget = Widget {
    name: "issues",
    title: "Issues",
    description: "Lists the issues of a repository with state and labels. Do not repeat the list.",
    html: include_str!("../widgets/issues/view.html"),
    links: LINKS,
};

pub(crate) const ISSUE_DRAFT: Widget = Widget {
    name: "issue_draft",
    title: "Issue",
    description: "Shows the issue that was created, or lets the person correct it and try again.",
    html: include_str!("../widgets/issue_draft/view.html"),
    links: LINKS,
};

pub(crate) const PULL_REQUEST_DRAFT: Widget = Widget {
    name: "pull_request_draft",
    title: "Pull request",
    description: "Shows the pull request that was created, or lets the person correct it and try again.",
    html: include_str!("../widgets/pull_request_draft/view.html"),
    links: LINKS,
};

pub(crate) const CONNECTION: Widget = Widget {
    name: "connection",
    title: "GitHub connection",
    description: "Shows which GitHub account is connected and what this chat may do there, or offers to connect.",
    html: include_str!("../widgets/connection/view.html"),
    links: LINKS,
};
